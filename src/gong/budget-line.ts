import type { CallPriority } from './types.js';

export interface Waiter<Permit> {
  readonly priority: CallPriority;
  /** Both of `performance.now()`. */
  readonly since: number;
  readonly deadline: number;
  grant(permit: Permit): void;
  reject(error: unknown): void;
}

/** How often those who wait may be passed over by others that rank higher: so much of the budget is theirs. */
const PASSED_OVER_AT_MOST: Readonly<Record<CallPriority, number>> = { interactive: 0, upload: 3, poll: 7 };
const RANKS: readonly CallPriority[] = ['interactive', 'upload', 'poll'];

/**
 * Those who wait for a call, first come, first served within a priority. Higher ones go first, but a waiting
 * upload gets at least each fourth call and a waiting poll each eighth.
 *
 * p-queue ranks a job once, when it joins, and starts it when one before it has ended. Here it must be decided at
 * the moment of a grant who is next, and a grant depends on windows of time and not on what runs.
 */
export interface Line<Permit> {
  readonly length: number;
  /** Whose turn it is. */
  next(without: ReadonlySet<CallPriority>): CallPriority | undefined;
  /** How long the first of a priority waits. */
  waitedMs(priority: CallPriority, now: number): number;
  push(waiter: Waiter<Permit>): void;
  /** The first of a priority; its turn is over with that. */
  shift(priority: CallPriority): Waiter<Permit> | undefined;
  /** Whether it was there. */
  remove(waiter: Waiter<Permit>): boolean;
  /** How many would go before one who came now; with what it is guaranteed against higher ones, at most. */
  ahead(priority: CallPriority): number;
  count(priority: CallPriority): number;
  waiters(): Waiter<Permit>[];
}

export function createLine<Permit>(): Line<Permit> {
  const lines: Readonly<Record<CallPriority, Waiter<Permit>[]>> = { interactive: [], upload: [], poll: [] };
  const passedOver: Record<CallPriority, number> = { interactive: 0, upload: 0, poll: 0 };

  return {
    get length() {
      return RANKS.reduce((sum, rank) => sum + lines[rank].length, 0);
    },
    next(without) {
      const waiting = RANKS.filter((rank) => lines[rank].length > 0 && !without.has(rank));
      const overdue = waiting.findLast(
        (rank) => rank !== 'interactive' && passedOver[rank] >= PASSED_OVER_AT_MOST[rank],
      );
      return overdue ?? waiting[0];
    },
    waitedMs: (priority, now) => now - (lines[priority][0]?.since ?? now),
    push(waiter) {
      lines[waiter.priority].push(waiter);
    },
    shift(priority) {
      const waiter = lines[priority].shift();
      passedOver[priority] = 0;
      for (const lower of RANKS.slice(RANKS.indexOf(priority) + 1)) {
        passedOver[lower] = lines[lower].length > 0 ? passedOver[lower] + 1 : 0;
      }
      return waiter;
    },
    remove(waiter) {
      const line = lines[waiter.priority];
      const index = line.indexOf(waiter);
      if (index !== -1) line.splice(index, 1);
      return index !== -1;
    },
    ahead(priority) {
      const before = RANKS.slice(0, RANKS.indexOf(priority) + 1).reduce(
        (sum, rank) => sum + lines[rank].length,
        0,
      );
      return Math.min(before, (lines[priority].length + 1) * (PASSED_OVER_AT_MOST[priority] + 1) - 1);
    },
    count: (priority) => lines[priority].length,
    waiters: () => RANKS.flatMap((rank) => lines[rank]),
  };
}
