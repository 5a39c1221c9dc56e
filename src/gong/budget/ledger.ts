import type { BudgetState, CallPriority, Permit } from '../types.js';

/** What the budget allows: each is counted over any sliding window, as Gong counts on arrival. */
export interface BudgetLimits {
  /** 0: no limit. */
  readonly callsPerSecond: number;
  /** In any 24 hours. 0: no limit. */
  readonly callsPerDay: number;
  /** How many percent of the day's calls polls may use. */
  readonly pollDayShare: number;
  /** The percentage of the day's calls one caller may use if others have called within the day. Default 100. */
  readonly callerDayShare?: number;
  /** How long a `Retry-After` is honoured before a single call probes whether it still holds. Default `PROBE_AFTER_MS`. */
  readonly probeAfterMs?: number;
}

export interface Refusal {
  /** `turn`: a caller on another replica goes first. `caller-day`: only this caller has used up its share of the day. */
  readonly limit: 'hold' | 'second' | 'turn' | 'day' | 'poll-day' | 'caller-day';
  /** Until another try makes sense; Infinity: until `onChange`. */
  readonly waitMs: number;
  /** Set for `caller-day`. */
  readonly caller?: string;
}

/** A caller's next call in one priority. */
export interface Head {
  readonly priority: CallPriority;
  readonly caller: string;
  readonly waitedMs: number;
}

export interface Granted {
  /** Whose call it is for. */
  readonly head: Head;
  readonly permit: LedgerPermit;
}

/** A permit before the budget adds how its cost is split. */
export type LedgerPermit = Omit<Permit, 'split'>;

/** The caller of the gateway's own calls. */
export const GATEWAY = '';

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
  /**
   * Grants a permit to the first of `heads` that may have one. A ledger shared by replicas takes turns by caller across
   * all of them: within a priority it picks the caller who has had the fewest turns anywhere.
   *
   * @param heads grouped by priority, the preferred priority first
   * @param waiting how many calls are waiting in this process, including these
   */
  take(heads: readonly Head[], waiting: number): Promise<Granted | Refusal>;
  /** Adjusts the turns a caller has had by `turns`, which may be a fraction or negative. */
  charge(priority: CallPriority, caller: string, turns: number): void;
  /** No call is waiting in this process any more. */
  leave(): void;
  state(): LedgerState;
  /** Until a slot is likely to be free. */
  nextSlotMs(): number;
  /** Called when a refused call should be tried again before its time. */
  onChange(listener: () => void): void;
  /** @param forget whether what was counted is deleted, too: it is of credentials that Gong has refused */
  close(forget: boolean): void;
}

export const LATEST_ARRIVAL_MS = 250;
/** A second, and a little for clocks that differ. */
export const WINDOW_MS = 1_010;
/** A day, and what may pass between a call's permit and its arrival. */
export const DAY_MS = 86_400_000 + 10_000;

/** When a process dies with a call in flight, its slot, or its probe of a pause, is given up after this long. */
export const LEASE_MS = 10_000;
export const PROBE_AFTER_MS = 60_000;
/** The interval between probes doubles up to this multiple of the first one. */
export const PROBE_GROWTH = 15;
/** How often calls that wait for a probe's answer, or for a slot in Redis, check again. */
export const RECHECK_MS = 100;

export function isRefusal(verdict: Granted | Refusal): verdict is Refusal {
  return 'limit' in verdict;
}

/** Of the day's calls, those that polls may use. */
export function pollsPerDay({ callsPerDay, pollDayShare }: BudgetLimits): number {
  return Math.floor((callsPerDay * pollDayShare) / 100);
}

/** How many of the day's calls one caller may use if there are others. */
export function callerPerDay(callsPerDay: number, { callerDayShare = 100 }: BudgetLimits): number {
  return Math.floor((callsPerDay * callerDayShare) / 100);
}

/**
 * How far apart calls start, in milliseconds, while more are waiting than one second allows. Without it a queue drains in
 * bursts, and a newcomer who just missed one waits a whole second for the next. Slightly shorter than an even share of
 * the window, so that it never costs throughput.
 */
export function spacingMs(callsPerSecond: number, windowMs = WINDOW_MS): number {
  return callsPerSecond > 0 ? (0.9 * windowMs) / callsPerSecond : 0;
}
