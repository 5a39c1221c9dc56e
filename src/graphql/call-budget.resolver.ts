import { Authorized, Ctx, Field, Int, ObjectType, Query, Resolver } from 'type-graphql';
import type { BudgetState } from '../gong/types.js';
import type { Context } from './context.js';
import { CostsCalls } from './costs.js';
import { dateTime } from './journal.type.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ simpleResolvers: true, description: 'Calls to Gong that wait for their turn in this replica.' })
export class QueuedCalls {
  @Field(() => Int, { description: 'Calls that somebody is waiting for, such as look-ups. They go first.' })
  read!: number;

  @Field(() => Int, { description: 'Uploads.' })
  write!: number;

  @Field(() => Int, { description: 'Polls of requests that are followed. They go last.' })
  poll!: number;
}

@ObjectType({ simpleResolvers: true, description: 'Calls to Gong by what they were made for.' })
export class UsedCalls {
  @Field(() => Int, { description: 'Reads that somebody waited for, such as look-ups.' })
  read!: number;

  @Field(() => Int, { description: 'Uploads and other writes.' })
  write!: number;

  @Field(() => Int, { description: 'Polls of requests that are followed.' })
  poll!: number;
}

@ObjectType({
  simpleResolvers: true,
  description: 'The calls that Gong allows the company, as the gateway counts them.',
})
export class CallBudget {
  @Field(() => Int, { nullable: true, description: 'How many calls any second may have. Null for no limit.' })
  callsPerSecond!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How many calls any 24 hours may have. Null for no limit.',
  })
  callsPerDay!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How many calls may start now. Null if the second has no limit.',
  })
  leftThisSecond!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How many calls are left of any 24 hours. Null if these have no limit.',
  })
  leftToday!: number | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When `leftToday` grows again: the oldest call of the last 24 hours is then no longer counted. Null if there is none, ' +
      'or no limit.',
  })
  resetsAt!: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Gong has asked for a pause (429): no calls start before. Null if there is none.',
  })
  pausedUntil!: string | null;

  @Field(() => UsedCalls, {
    description:
      'The calls that this replica has started in the last 24 hours, to within a quarter of an hour. A restart begins at 0.',
  })
  used!: UsedCalls;

  @Field(() => QueuedCalls, { description: 'The calls that wait for their turn.' })
  queued!: QueuedCalls;

  @Field(() => Boolean, {
    description:
      'Whether the replicas share one count. False while this replica cannot reach Redis: it then keeps to its own part, which ' +
      'is what is shown. True for a single process.',
  })
  isShared!: boolean;
}

@Resolver()
export class CallBudgetResolver {
  @Authorized('requests:read')
  @CostsCalls(0)
  @Query(() => CallBudget, {
    nullable: true,
    description:
      'How many calls to Gong are left. Asking costs none. With callers’ own credentials for Gong, the budget of these.',
  })
  callBudget(@Ctx() { gong }: Context): CallBudget {
    return toCallBudget(gong.budget());
  }
}

export function toCallBudget(state: BudgetState): CallBudget {
  const { perSecond, perDay, heldForMs, degraded, queued, used } = state;
  const isCounted = perDay.left !== null && perDay.resetsInSeconds > 0;
  const now = Date.now();
  return {
    callsPerSecond: perSecond.left === null ? null : perSecond.limit,
    callsPerDay: perDay.left === null ? null : perDay.limit,
    leftThisSecond: perSecond.left,
    leftToday: perDay.left,
    resetsAt: isCounted ? dateTime(now + perDay.resetsInSeconds * 1_000) : null,
    pausedUntil: heldForMs > 0 ? dateTime(now + heldForMs) : null,
    used: byPurpose(used),
    queued: byPurpose(queued),
    isShared: !degraded,
  };
}

function byPurpose({ interactive, upload, background, poll }: BudgetState['queued']): UsedCalls {
  return { read: interactive, write: upload + background, poll };
}
