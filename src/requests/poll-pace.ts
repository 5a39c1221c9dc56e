import { DAY_MS } from '../crm/gong-limits.js';
/**
 * Keeps the polls of this process within their share of Gong's call limits, by lengthening intervals when many requests are
 * polled. Callers have equal parts of the share, so a caller who watches thousands lengthens only its own intervals.
 *
 * The day's share is a token bucket: a quarter of it is the capacity, for bursts, and the other three quarters are the
 * refill of 24 hours. So no 24 hours see more polls than the share.
 */
export interface PollPace {
  /** Starts counting one more request for this caller. */
  enter(caller: string | undefined): void;
  /** Stops counting one. */
  leave(caller: string | undefined): void;
  /** The number of requests that are polled for this caller. */
  polled(caller: string | undefined): number;
  /** Counts a poll against the day's share. */
  spent(): void;
  /** Reserves a turn within `pollsPerSecond`. Returns the milliseconds until then. */
  turnMs(): number;
  /** The minimum interval between polls of one of this caller's requests, for the number that is polled now. */
  minIntervalMs(caller: string | undefined): number;
}

export interface PollPaceOptions {
  /** Polls in 24 hours. 0: no limit. */
  readonly pollsPerDay: number;
  /** 0: no limit. May be a fraction. */
  readonly pollsPerSecond: number;
  /** Milliseconds that never step back. */
  readonly now: () => number;
}

const BURST_SHARE = 1 / 4;
/** The rate is set so that the tokens in the bucket last this long. */
const BURST_MS = 10 * 60_000;

export function createPollPace({ pollsPerDay, pollsPerSecond, now }: PollPaceOptions): PollPace {
  const capacity = pollsPerDay * BURST_SHARE;
  const refillPerMs = (pollsPerDay - capacity) / DAY_MS;
  const polled = new Map<string | undefined, number>();
  let tokens = capacity;
  let refilledAt = now();
  let nextTurnAt = now();

  const polledFor = (caller: string | undefined) => polled.get(caller) ?? 0;

  function refill(): void {
    const at = now();
    tokens = Math.min(capacity, tokens + (at - refilledAt) * refillPerMs);
    refilledAt = at;
  }

  return {
    enter(caller) {
      polled.set(caller, polledFor(caller) + 1);
    },
    leave(caller) {
      const left = polledFor(caller) - 1;
      if (left > 0) polled.set(caller, left);
      else polled.delete(caller);
    },
    polled: polledFor,
    spent() {
      refill();
      tokens -= 1;
    },
    turnMs() {
      const at = Math.max(now(), nextTurnAt);
      nextTurnAt = at + (pollsPerSecond > 0 ? 1_000 / pollsPerSecond : 0);
      return at - now();
    },
    minIntervalMs(caller) {
      refill();
      // Callers have equal parts of the rate, so this is the interval as if each had as many requests.
      const all = polledFor(caller) * polled.size;
      const perSecond = pollsPerSecond > 0 ? (all * 1_000) / pollsPerSecond : 0;
      if (pollsPerDay === 0) return perSecond;
      // The bucket may be overdrawn: polling at half the refill rate settles that.
      const ratePerMs = tokens > 0 ? refillPerMs + tokens / BURST_MS : refillPerMs / 2;
      return Math.max(perSecond, all / ratePerMs);
    },
  };
}
