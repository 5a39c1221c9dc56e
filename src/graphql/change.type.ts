import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { UploadObjectType } from '../crm/object-types.js';
import type {
  ChangeReason,
  ChangeState,
  ChangeStatus,
  DeadLetter as Letter,
  Ticket,
} from '../writes/queue/types.js';
import { ChangeReasonEnum, ChangeStateEnum, UploadObjectTypeEnum } from './enums.js';
import { PageInfo } from './pages.js';
import { DateTimeScalar } from './scalars.js';
import { UploadProblem } from './upload.type.js';

const REASON = 'Why it is in this state. Null if there is nothing to say.';
const IN_GONGS_WORDS = 'What is wrong, in Gong’s words. Null if Gong has not refused the object.';

@ObjectType({ simpleResolvers: true, description: 'What has become of a queued change.' })
export class ChangeResult {
  @Field(() => UploadObjectTypeEnum, { description: 'The type of the object.' })
  objectType!: UploadObjectType;

  @Field(() => ID, { description: 'The object’s ID in the CRM.' })
  objectId!: string;

  @Field(() => ChangeStateEnum, { description: 'How far the change has come.' })
  state!: ChangeState;

  @Field(() => ChangeReasonEnum, { nullable: true, description: REASON })
  reason!: ChangeReason | null;

  @Field(() => String, { nullable: true, description: IN_GONGS_WORDS })
  message!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The request that the object was last sent in, for `requestStatus`. Null before it is sent.',
  })
  clientRequestId!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'How many changes are in each state.' })
export class ChangeCounts {
  @Field(() => Int, { description: 'Changes that are stored here.' })
  queued!: number;

  @Field(() => Int, { description: 'Changes that Gong has received.' })
  sent!: number;

  @Field(() => Int, { description: 'Changes that Gong has stored.' })
  done!: number;

  @Field(() => Int, { description: 'Changes for which there was nothing to send.' })
  skipped!: number;

  @Field(() => Int, { description: 'Changes that Gong has refused.' })
  dead!: number;
}

@ObjectType({ simpleResolvers: true, description: 'The changes of one call of `queueChanges`.' })
export class ChangeTicket {
  @Field(() => ID, { description: 'The ticket, for `changes` and `changesSettled`.' })
  id!: string;

  @Field(() => ID, { description: 'The integration that the changes belong to.' })
  integrationId!: string;

  @Field(() => DateTimeScalar, { description: 'When the changes were queued.' })
  queuedAt!: string;

  @Field(() => Boolean, { description: 'Whether every change is DONE, SKIPPED or DEAD.' })
  isSettled!: boolean;

  @Field(() => ChangeCounts, { description: 'How many changes are in each state.' })
  counts!: ChangeCounts;

  @Field(() => [ChangeResult], { description: 'The changes, in the order in which they were given.' })
  changes!: readonly ChangeStatus[];
}

@ObjectType({
  simpleResolvers: true,
  description: 'The changes are stored and will be sent to Gong, whatever happens to Gong or to the gateway.',
})
export class QueuedChanges {
  @Field(() => ChangeTicket, { description: 'The ticket, by which the changes can be followed.' })
  ticket!: ChangeTicket;

  @Field(() => [UploadProblem], {
    description:
      'The first 1,000 warnings of each type: what Gong accepts but looks like a mistake. `line` is the position among ' +
      'the changes.',
  })
  warnings!: readonly UploadProblem[];

  @Field(() => Int, { description: 'The number of all warnings.' })
  warningCount!: number;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'A queued object that Gong has refused. It stays until it is retried or discarded, or a newer version of the object is ' +
    'queued.',
})
export class DeadLetter {
  @Field(() => ID, { description: 'The ID of this letter, for `retryDeadLetters` and `discardDeadLetters`.' })
  id!: string;

  @Field(() => UploadObjectTypeEnum, { description: 'The type of the object.' })
  objectType!: UploadObjectType;

  @Field(() => ID, { description: 'The object’s ID in the CRM.' })
  objectId!: string;

  @Field(() => ChangeReasonEnum, { description: 'Why it was given up.' })
  reason!: ChangeReason;

  @Field(() => String, { nullable: true, description: IN_GONGS_WORDS })
  message!: string | null;

  @Field(() => Int, { description: 'How often it was sent.' })
  attempts!: number;

  @Field(() => DateTimeScalar, { description: 'When it was given up.' })
  diedAt!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The request that it was last sent in, for `request`. Null if that is not known.',
  })
  clientRequestId!: string | null;

  @Field(() => String, { description: 'The object as it was sent, as JSON.' })
  content!: string;
}

@ObjectType({ simpleResolvers: true, description: 'A dead letter in a list.' })
export class DeadLetterEdge {
  @Field(() => String, { description: 'Where the list goes on after this letter: pass it as `after`.' })
  cursor!: string;

  @Field(() => DeadLetter, { description: 'The dead letter.' })
  node!: DeadLetter;
}

@ObjectType({ simpleResolvers: true, description: 'A page of dead letters, the oldest first.' })
export class DeadLetterConnection {
  @Field(() => [DeadLetterEdge], { description: 'The dead letters of this page.' })
  edges!: DeadLetterEdge[];

  @Field(() => PageInfo, { description: 'Whether there are more, and where they begin.' })
  pageInfo!: PageInfo;
}

export function toTicket({ ticket, integrationId, queuedAt, isSettled, changes }: Ticket): ChangeTicket {
  const count = (state: ChangeState) => changes.filter((change) => change.state === state).length;
  return {
    ...{ id: ticket, integrationId, isSettled, changes },
    queuedAt: new Date(queuedAt).toISOString(),
    counts: {
      queued: count('QUEUED'),
      sent: count('SENT'),
      done: count('DONE'),
      skipped: count('SKIPPED'),
      dead: count('DEAD'),
    },
  };
}

export function toDeadLetter({ diedAt, ...letter }: Letter): DeadLetter {
  return { ...letter, diedAt: new Date(diedAt).toISOString() };
}
