import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { z } from 'zod';
import { parseDateTime } from '../crm/dates.js';
import type { UploadObjectType } from '../crm/object-types.js';
import { isEnded, type JournalEntry, type JournalKind, type JournalState } from '../writes/journal/types.js';
import { checks, problem } from './checked-arg.js';
import { UploadObjectTypeEnum, WrittenRequestKindEnum, WrittenRequestStateEnum } from './enums.js';
import { PageInfo } from './pages.js';
import { RequestLineError } from './request-status.type.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ simpleResolvers: true, description: 'A caller whose objects are in a request.' })
export class RequestWriter {
  @Field(() => String, {
    nullable: true,
    description: 'The caller, by its name in the gateway’s log. Null for the gateway itself.',
  })
  caller!: string | null;

  @Field(() => Int, { nullable: true, description: 'How many of the objects are this caller’s, if known.' })
  objectCount!: number | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The ID of the caller’s operation: `reqId` in the gateway’s log. Of a caller with several operations in a request, one.',
  })
  operationId!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A request that the gateway has sent to Gong.' })
export class WrittenRequest {
  @Field(() => ID, { description: 'The gateway’s ID of this entry.' })
  id!: string;

  @Field(() => WrittenRequestKindEnum, { description: 'What was written.' })
  kind!: JournalKind;

  @Field(() => DateTimeScalar, { description: 'When it was sent.' })
  sentAt!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The integration that it was sent to. Null for a registration without a usable answer.',
  })
  integrationId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The request’s ID. Null for what Gong does at once, such as a push of a schema.',
  })
  clientRequestId!: string | null;

  @Field(() => UploadObjectTypeEnum, {
    nullable: true,
    description: 'The type of the objects. Null for registrations and deletions of integrations.',
  })
  objectType!: UploadObjectType | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of objects; for a file that was not checked, of its lines. Null for a large one that was passed on while it ' +
      'arrived.',
  })
  objectCount!: number | null;

  @Field(() => [RequestWriter], {
    description: 'Whose objects they are: several callers share a request. At most 1,000 are listed.',
  })
  writers!: RequestWriter[];

  @Field(() => WrittenRequestStateEnum, {
    description: 'The latest state that the gateway knows. `requestStatus` asks Gong.',
  })
  state!: JournalState;

  @Field(() => Boolean, { description: 'Whether the state is final: DONE, FAILED or LOST.' })
  isFinal!: boolean;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the gateway learned the final state. Null until then.',
  })
  endedAt!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why it is not certain what became of the request. Null if it is.',
  })
  message!: string | null;

  @Field(() => [RequestLineError], {
    description: 'Gong’s first 20 errors, with the objects that have them.',
  })
  errors!: RequestLineError[];

  @Field(() => Int, { nullable: true, description: 'The number of all errors, if Gong returns it.' })
  totalErrorCount!: number | null;

  @Field(() => Int, { nullable: true, description: 'The number of all stored objects, if Gong returns it.' })
  totalSuccessCount!: number | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'Gong’s ID of the call, for its support: `gongRequestId` in the gateway’s log. Null if it is not known.',
  })
  gongRequestId!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A request in a list.' })
export class WrittenRequestEdge {
  @Field(() => String, { description: 'The position in the list. It stays the same.' })
  cursor!: string;

  @Field(() => WrittenRequest, { description: 'The request.' })
  node!: WrittenRequest;
}

@ObjectType({ simpleResolvers: true, description: 'A page of requests, the newest first.' })
export class WrittenRequestConnection {
  @Field(() => [WrittenRequestEdge], {
    description:
      'The requests. With a filter there may be fewer than asked for although there is a next page.',
  })
  edges!: WrittenRequestEdge[];

  @Field(() => PageInfo, { description: 'Where this page is.' })
  pageInfo!: PageInfo;
}

@InputType({ description: 'Which requests to list: those that fit everything that is given.' })
export class WrittenRequestsFilter {
  static readonly check = z.object({
    caller: z.string('a text').max(1_000, 'at most 1,000 characters').nullish(),
    kind: checks.any,
    objectType: checks.any,
    refusedObjectId: checks.objectId.nullish(),
    since: z
      .string('a date and time')
      .refine(
        (text) => parseDateTime(text) !== undefined,
        problem('BAD_FORMAT', 'a date and time with a time zone, such as 2018-02-18T08:00:00Z'),
      )
      .nullish(),
    state: checks.any,
  });

  @Field(() => String, { nullable: true, description: 'Requests with objects of this caller.' })
  caller?: string | null;

  @Field(() => WrittenRequestKindEnum, { nullable: true, description: 'Requests of this kind.' })
  kind?: JournalKind | null;

  @Field(() => UploadObjectTypeEnum, { nullable: true, description: 'Requests with objects of this type.' })
  objectType?: UploadObjectType | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Requests with this object among Gong’s first 20 errors.',
  })
  refusedObjectId?: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Requests that were sent at this time or later.',
  })
  since?: string | null;

  @Field(() => WrittenRequestStateEnum, { nullable: true, description: 'Requests in this state.' })
  state?: JournalState | null;
}

export function toWrittenRequest(entry: JournalEntry): WrittenRequest {
  const { sentAt, endedAt, writers, errors, state } = entry;
  return {
    ...entry,
    sentAt: dateTime(sentAt),
    endedAt: endedAt === null ? null : dateTime(endedAt),
    writers: [...writers],
    errors: [...errors],
    isFinal: isEnded(state),
  };
}

/** @param time in milliseconds since 1970 */
export function dateTime(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
