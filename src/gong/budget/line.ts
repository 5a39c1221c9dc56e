import { createFairQueue, type FairQueue, type Queued } from './fair-queue.js';
import type { CallPriority, Head } from './ledger.js';

/** One caller's place in the line. A call that several callers share has one place for each of them. */
export interface Waiter<Permit> extends Queued {
  /** The same for all places of one call. */
  readonly call: object;
  readonly priority: CallPriority;
  /** From `performance.now()`. */
  readonly deadline: number;
  /** Also removes the call's other places from the line. */
  grant(permit: Permit): void;
  /** Removes this place from the line. */
  reject(error: unknown): void;
}

/** How often a priority may be passed over by higher ones before it goes first: its guaranteed share of the budget. */
const PASSED_OVER_AT_MOST: Readonly<Record<CallPriority, number>> = {
  interactive: 0,
  upload: 3,
  background: 7,
  poll: 7,
};
/** How many callers of each priority are offered to the ledger, to be compared with those of other replicas. */
const MOST_HEADS = 16;
const RANKS: readonly CallPriority[] = ['interactive', 'upload', 'background', 'poll'];

/**
 * The calls that wait. Within a priority, callers take turns. Higher priorities go first, but at least every fourth call
 * goes to a waiting upload and every eighth to waiting background work and to a waiting poll.
 *
 * p-queue ranks a job once, when it joins, and starts it when an earlier one has ended. Here it must be decided at the
 * moment of a grant who is next, and a grant depends on windows of time and not on what is running.
 */
export interface Line<Permit> {
  readonly isEmpty: boolean;
  /** Counts calls, not places. */
  readonly length: number;
  /** Returns the next callers of each priority, the preferred priority first. */
  heads(now: number): Head[];
  push(waiter: Waiter<Permit>): void;
  /** Removes the caller's next place in a priority, or the next place of all if it has none. Ends the priority's turn. */
  shift(priority: CallPriority, caller: string): Waiter<Permit> | undefined;
  remove(waiter: Waiter<Permit>): void;
  charge(priority: CallPriority, caller: string, turns: number): void;
  /** Returns the most calls that could go before another one of this caller: lower priorities have guaranteed turns. */
  ahead(priority: CallPriority, caller: string): number;
  /** Returns the number of waiting calls by priority. */
  queued(): Readonly<Record<CallPriority, number>>;
  /** Returns the number of places of one caller. */
  waiting(priority: CallPriority, caller: string): number;
  waiters(): Waiter<Permit>[];
}

export function createLine<Permit>(): Line<Permit> {
  const queues: Readonly<Record<CallPriority, FairQueue<Waiter<Permit>>>> = {
    interactive: createFairQueue(),
    upload: createFairQueue(),
    background: createFairQueue(),
    poll: createFairQueue(),
  };
  const passedOver: Record<CallPriority, number> = { interactive: 0, upload: 0, background: 0, poll: 0 };

  const waiters = () => {
    const all: Waiter<Permit>[] = [];
    for (const rank of RANKS) if (!queues[rank].isEmpty) all.push(...queues[rank].items());
    return all;
  };
  const count = (rank: CallPriority) => callsOf(queues[rank].items()).size;
  const isOverdue = (rank: CallPriority) =>
    rank !== 'interactive' && passedOver[rank] >= PASSED_OVER_AT_MOST[rank];

  return {
    get isEmpty() {
      return RANKS.every((rank) => queues[rank].isEmpty);
    },
    get length() {
      const places = waiters();
      return places.length > 1 ? callsOf(places).size : places.length;
    },
    heads(now) {
      const overdue = RANKS.findLast((rank) => isOverdue(rank) && !queues[rank].isEmpty);
      const order = overdue === undefined ? RANKS : [overdue, ...RANKS.filter((rank) => rank !== overdue)];
      const heads: Head[] = [];
      for (const priority of order) {
        for (const { caller, since } of queues[priority].next(MOST_HEADS))
          heads.push({ priority, caller, waitedMs: now - since });
      }
      return heads;
    },
    push: (waiter) => queues[waiter.priority].push(waiter),
    shift(priority, caller) {
      const waiter = queues[priority].shift(caller);
      passedOver[priority] = 0;
      for (const lower of RANKS.slice(RANKS.indexOf(priority) + 1)) {
        passedOver[lower] = queues[lower].isEmpty ? 0 : passedOver[lower] + 1;
      }
      return waiter;
    },
    remove: (waiter) => queues[waiter.priority].remove(waiter),
    charge: (priority, caller, turns) => queues[priority].charge(caller, turns),
    ahead(priority, caller) {
      const before = callsOf(queues[priority].before(caller));
      const mostBefore = (before.size + 1) * (PASSED_OVER_AT_MOST[priority] + 1) - 1;
      for (const higher of RANKS.slice(0, RANKS.indexOf(priority))) {
        for (const { call } of queues[higher].items()) before.add(call);
      }
      return Math.min(before.size, mostBefore);
    },
    queued: () => ({
      interactive: count('interactive'),
      upload: count('upload'),
      background: count('background'),
      poll: count('poll'),
    }),
    waiting: (priority, caller) => queues[priority].waiting(caller),
    waiters,
  };
}

function callsOf(waiters: readonly Waiter<unknown>[]): Set<object> {
  return new Set(waiters.map(({ call }) => call));
}
