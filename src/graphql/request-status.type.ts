import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { RequestState, UploadObjectType } from '../crm/object-types.js';
import { type RequestStatus as CrmRequestStatus, isFinal } from '../crm/request-status.js';
import type { UploadService } from '../writes/service.js';
import { RequestStateEnum, UploadObjectTypeEnum } from './enums.js';

export const SUBMITTED_STATUS =
  'The request’s state at Gong if `alreadySubmitted`. Null if it was sent just now, or if Gong could not be asked.';
export const SUBMITTED_MESSAGE =
  'What you still have to do, e.g. if the earlier request has failed and nothing was sent now. Null if nothing.';

@ObjectType({ simpleResolvers: true, description: 'An asynchronous request that Gong has received.' })
export class AsyncRequest {
  @Field(() => ID, { description: 'The request’s ID, for `requestStatus` and `requestStatusChanged`.' })
  clientRequestId!: string;

  @Field(() => ID, { description: 'The integration that the request belongs to.' })
  integrationId!: string;

  @Field(() => Boolean, {
    description: 'Whether Gong had already received the same request, so that nothing was sent now.',
  })
  alreadySubmitted!: boolean;

  @Field(() => RequestStateEnum, { nullable: true, description: SUBMITTED_STATUS })
  status!: RequestState | null;

  @Field(() => String, { nullable: true, description: SUBMITTED_MESSAGE })
  message!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'An error in one line of an uploaded file.' })
export class RequestLineError {
  @Field(() => Int, {
    description:
      'The line in what was sent, counting from 1. Line 0 is an error of the whole file: nothing was stored.',
  })
  line!: number;

  @Field(() => ID, {
    nullable: true,
    description:
      'The object in that line. Null where the gateway does not know it: if it did not send the request itself or sent it ' +
      'more than a day ago, and for files (or parts of files) over 16 MB or 100,000 lines.',
  })
  objectId!: string | null;

  @Field(() => UploadObjectTypeEnum, {
    nullable: true,
    description: 'The type of the objects, where the gateway knows it.',
  })
  objectType!: UploadObjectType | null;

  @Field(() => String, { description: 'What is wrong, in Gong’s words.' })
  description!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The status of a request at Gong.' })
export class RequestStatus {
  @Field(() => ID, { description: 'The request’s ID.' })
  clientRequestId!: string;

  @Field(() => ID, { description: 'The integration the request belongs to.' })
  integrationId!: string;

  @Field(() => RequestStateEnum, {
    description:
      'The request’s current state. An upload that lists of several callers share has FAILED if any object in it has an ' +
      'error; objects without one are stored.',
  })
  status!: RequestState;

  @Field(() => Boolean, { description: 'Whether the state is final: DONE or FAILED.' })
  isFinal!: boolean;

  @Field(() => [RequestLineError], {
    description:
      'The first 20 errors. Gong returns no more. Of an upload that lists of several callers share, only those of your ' +
      'own objects, so there may be none where `totalErrorCount` is not 0.',
  })
  errors!: RequestLineError[];

  @Field(() => Int, {
    nullable: true,
    description: 'The number of all errors of the request, if Gong returns it.',
  })
  totalErrorCount!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The number of all stored objects of the request, if Gong returns it.',
  })
  totalSuccessCount!: number | null;
}

/** Adds the objects that the errors are about, where they are known. */
export async function toRequestStatus(
  uploads: Pick<UploadService, 'nameObjects'>,
  integrationId: string,
  clientRequestId: string,
  { state, errors, totalErrorCount, totalSuccessCount }: CrmRequestStatus,
): Promise<RequestStatus> {
  return {
    clientRequestId,
    integrationId,
    status: state,
    isFinal: isFinal(state),
    errors: await uploads.nameObjects(integrationId, clientRequestId, errors),
    totalErrorCount,
    totalSuccessCount,
  };
}
