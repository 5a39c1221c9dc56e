import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { RequestState } from '../crm/object-types.js';
import { type RequestStatus as CrmRequestStatus, isFinal } from '../crm/request-status.js';
import { RequestStateEnum } from './enums.js';

@ObjectType({ simpleResolvers: true, description: 'An asynchronous request that Gong has received.' })
export class AsyncRequest {
  @Field(() => ID, { description: 'The ID to ask for its status with.' })
  clientRequestId!: string;

  @Field(() => ID, { description: 'The integration it belongs to.' })
  integrationId!: string;

  @Field(() => Boolean, {
    description: 'Whether Gong had received this very request before, so that nothing was done twice.',
  })
  alreadySubmitted!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'An error in one line of an uploaded file.' })
export class RequestLineError {
  @Field(() => Int, {
    description: 'The line, counting from 1. Line 0 is an error of the whole file: nothing was stored.',
  })
  line!: number;

  @Field(() => String, { description: 'What is wrong, in Gong’s words.' })
  description!: string;
}

@ObjectType({ simpleResolvers: true, description: 'How far Gong has come with a request.' })
export class RequestStatus {
  @Field(() => ID, { description: 'The request’s ID.' })
  clientRequestId!: string;

  @Field(() => ID, { description: 'The integration the request belongs to.' })
  integrationId!: string;

  @Field(() => RequestStateEnum, { description: 'The request’s present state.' })
  status!: RequestState;

  @Field(() => Boolean, { description: 'Whether the state is final: DONE or FAILED.' })
  isFinal!: boolean;

  @Field(() => [RequestLineError], { description: 'The first 20 errors. Gong gives no more.' })
  errors!: RequestLineError[];

  @Field(() => Int, { nullable: true, description: 'The number of all errors, where Gong says it.' })
  totalErrorCount!: number | null;

  @Field(() => Int, { nullable: true, description: 'The number of all objects stored, where Gong says it.' })
  totalSuccessCount!: number | null;
}

export function toRequestStatus(
  integrationId: string,
  clientRequestId: string,
  { state, errors, ...totals }: CrmRequestStatus,
): RequestStatus {
  return {
    clientRequestId,
    integrationId,
    status: state,
    isFinal: isFinal(state),
    errors: [...errors],
    ...totals,
  };
}
