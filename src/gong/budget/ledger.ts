import { DAY_MS } from '../../crm/gong-limits.js';

/**
 * Decides who goes first when calls queue for the budget: what a person is waiting for comes before the rest. `background`
 * is for writes that nobody waits for.
 */
export type CallPriority = 'interactive' | 'upload' | 'background' | 'poll';

/** What the budget allows. Each limit holds in any sliding window, as Gong counts calls on arrival. */
export interface BudgetLimits {
  /** 0: no limit. */
  readonly callsPerSecond: number;
  /** In any 24 hours. 0: no limit. */
  readonly callsPerDay: number;
  /** The percentage of the day's calls that polls may use. */
  readonly pollDayShare: number;
  /** The percentage of the day's calls that one caller may use if others have called within the day. Default 100. */
  readonly callerDayShare?: number;
  /** How long a `Retry-After` is honoured before a single call probes whether it still holds. Default `PROBE_AFTER_MS`. */
  readonly probeAfterMs?: number;
}

export interface BudgetState {
  /** `left` is `null` where there is no limit. */
  readonly perSecond: { readonly limit: number; readonly left: number | null };
  /** `resetsInSeconds`: until the oldest call of the last 24 hours stops counting. */
  readonly perDay: { readonly limit: number; readonly left: number | null; readonly resetsInSeconds: number };
  /** How much longer no calls may start, after a 429. */
  readonly heldForMs: number;
  /** How long until a single call may probe whether that still holds; at most `heldForMs`. */
  readonly probeInMs: number;
  /** Redis is away, so this replica keeps to its own share. */
  readonly degraded: boolean;
  /** How many calls are waiting for their turn. */
  readonly queued: Readonly<Record<CallPriority, number>>;
  /** How many calls this process has started in the last 24 hours, to within a quarter of an hour. */
  readonly used: Readonly<Record<CallPriority, number>>;
}

/** Permission to make one call. */
export interface Permit {
  /** The request has begun to be sent. */
  sent(): void;
  /**
   * Gong has answered.
   *
   * @param pauseMs after a 429, how long no call may start; `null` for any other answer
   */
  answered(pauseMs: number | null): void;
  /** The call has ended in any way. Calling it again does nothing. A call that was never sent frees its slot. */
  settled(): void;
  /**
   * Splits the cost of the call between callers. Without it, the caller whose turn it was pays for the whole call.
   *
   * @param shares fractions of a turn by caller, which add up to 1
   */
  split(shares: ReadonlyMap<string, number>): void;
}

/** A permit before the budget adds how its cost is split. */
export type LedgerPermit = Omit<Permit, 'split'>;
export type LedgerState = Omit<BudgetState, 'queued' | 'used'>;

/** A caller's next call in one priority. */
export interface Head {
  readonly priority: CallPriority;
  readonly caller: string;
  readonly waitedMs: number;
}

export interface Granted {
  readonly head: Head;
  readonly permit: LedgerPermit;
}

export interface Refusal {
  /** `turn`: a caller on another replica goes first. `caller-day`: only `caller` has used up its share of the day. */
  readonly limit: 'hold' | 'second' | 'turn' | 'day' | 'poll-day' | 'caller-day';
  /** Until it makes sense to try again. Infinity: until `onChange`. */
  readonly waitMs: number;
  /** Set for `caller-day`. */
  readonly caller?: string;
}

/**
 * Counts calls. Gong counts them as they arrive, and any second counts: two calls sent a second apart may arrive closer
 * together if the first one waited for a socket or a slow network. All that is known of a call's arrival is that it lies
 * between its sending and its answer. So each of the N slots stays taken until a second after the call's answer, or
 * until a second after `LATEST_ARRIVAL_MS` from its sending if that is earlier: a slow answer says little about the
 * arrival, and waiting for it would waste the budget.
 *
 * This is why rate-limiter-flexible does not count here: its windows are fixed, so that twice the limit passes around the
 * end of each; it counts when a call is asked for and not when it is answered; and it cannot count a call within three
 * limits at once or in none.
 */
export interface Ledger {
  /**
   * Grants a permit to the first of `heads` that may have one. A ledger that replicas share takes turns by caller across
   * all of them: within a priority it picks the caller who has had the fewest turns anywhere.
   *
   * @param heads grouped by priority, the preferred priority first
   * @param waiting how many calls are waiting in this process, including these
   */
  take(heads: readonly Head[], waiting: number): Promise<Granted | Refusal> | Granted | Refusal;
  /** Adjusts the number of turns a caller has had by `turns`, which may be a fraction or negative. */
  charge(priority: CallPriority, caller: string, turns: number): void;
  /** No call is waiting in this process any more. */
  leave(): void;
  state(): LedgerState;
  /** How long until a slot is likely to be free. */
  nextSlotMs(): number;
  /** Sets the listener that is called when a refused call should be tried again early. */
  onChange(listener: () => void): void;
  /** @param forget whether to delete what was counted, because Gong has refused these credentials */
  close(forget: boolean): void;
}

/** Stands for the gateway itself where a caller is named. */
export const GATEWAY = '';

export const LATEST_ARRIVAL_MS = 250;
/** A second, and some tolerance for clocks that differ. */
export const WINDOW_MS = 1_010;
/** A day, and the most that may pass between a call's permit and its arrival. */
export const DAY_WINDOW_MS = DAY_MS + 10_000;
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

/** How many of the day's calls polls may use. */
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
