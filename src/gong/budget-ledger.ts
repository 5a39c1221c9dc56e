import type { BudgetState, CallPriority, Permit } from './types.js';

/** What the budget allows: each is counted over any sliding window, as Gong counts on arrival. */
export interface BudgetLimits {
  /** 0: no limit. */
  readonly callsPerSecond: number;
  /** In any 24 hours. 0: no limit. */
  readonly callsPerDay: number;
  /** How many percent of the day's calls polls may use. */
  readonly pollDayShare: number;
}

export interface Refusal {
  readonly limit: 'hold' | 'second' | 'day' | 'poll-day';
  /** Until another try makes sense; Infinity: until `onChange`. */
  readonly waitMs: number;
}

export type LedgerState = Omit<BudgetState, 'queued'>;

/**
 * Counts calls. Gong counts them as they arrive, and any second counts: two calls sent a second apart may arrive
 * closer together, when the first one waited for a socket or a slow network. When a call arrived is known only to
 * lie between its sending and its answer. So each of the N slots stays taken until a second after the call's
 * answer, or after `LATEST_ARRIVAL_MS` from its sending, if that comes first: a slow answer says little about the
 * arrival, and waiting for it would waste the budget.
 *
 * That is why rate-limiter-flexible does not count here, in memory or in Redis: its windows are fixed, so that
 * twice the limit passes around the end of each, of the second and of the day; it counts when asked and not when
 * answered; and a call must be within three limits at once or count in none.
 */
export interface Ledger {
  /** @param waitedMs how long whoever it is for waits already: replicas give way to those who wait longer */
  take(priority: CallPriority, waitedMs: number): Promise<Permit | Refusal>;
  /** After a 429: no call starts during the next `ms`. */
  hold(ms: number): void;
  state(): LedgerState;
  /** Until a slot is likely to be free. */
  nextSlotMs(): number;
  /** Called when a refused call should be tried again before its time. */
  onChange(listener: () => void): void;
  close(): void;
}

export const LATEST_ARRIVAL_MS = 250;
/** A second, and a little for clocks that differ. */
export const WINDOW_MS = 1_010;
/** A day, and what may pass between a call's permit and its arrival. */
export const DAY_MS = 86_400_000 + 10_000;

export function isRefusal(verdict: Permit | Refusal): verdict is Refusal {
  return 'limit' in verdict;
}

/** Of the day's calls, those that polls may use. */
export function pollsPerDay({ callsPerDay, pollDayShare }: BudgetLimits): number {
  return Math.floor((callsPerDay * pollDayShare) / 100);
}
