/**
 * Keeps all polls of this process together inside their share of Gong's budget, by stretching intervals when many
 * requests are watched. Callers have equal parts of it, so one who watches thousands stretches only its own intervals.
 * The day's share comes as a trickle; what is not spent is saved up, to a quarter of the
 * day's share, and the trickle is the other three quarters: so no 24 hours see more than the share, and a short
 * rush is served from what was saved.
 */
export interface PollPace {
  /** One more request is polled for this caller. */
  enter(caller: string | undefined): void;
  /** One fewer. */
  leave(caller: string | undefined): void;
  /** How many requests are polled for this caller. */
  polled(caller: string | undefined): number;
  /** A poll was sent. */
  spent(): void;
  /** Reserves the next poll's place among those of a second. Gives how long until then, in milliseconds. */
  turnMs(): number;
  /** How far apart the polls of one of this caller's requests must be while as many are polled as now. */
  leastIntervalMs(caller: string | undefined): number;
}

export interface PollPaceOptions {
  /** Polls that this process may make in 24 hours. 0: no limit. */
  readonly pollsPerDay: number;
  /** 0: no limit. May be a fraction. */
  readonly pollsPerSecond: number;
  /** Milliseconds that never step back. */
  readonly now: () => number;
}

const SAVED_SHARE = 1 / 4;
/** Savings are spent as if they had to last this long. */
const SAVINGS_LAST_MS = 10 * 60_000;
const DAY_MS = 86_400_000;

export function createPollPace({ pollsPerDay, pollsPerSecond, now }: PollPaceOptions): PollPace {
  const most = pollsPerDay * SAVED_SHARE;
  const tricklePerMs = (pollsPerDay - most) / DAY_MS;
  const polled = new Map<string | undefined, number>();
  let saved = most;
  let savedAt = now();
  let nextTurnAt = now();

  const polledFor = (caller: string | undefined) => polled.get(caller) ?? 0;

  function save(): void {
    const at = now();
    saved = Math.min(most, saved + (at - savedAt) * tricklePerMs);
    savedAt = at;
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
      save();
      saved -= 1;
    },
    turnMs() {
      const at = Math.max(now(), nextTurnAt);
      nextTurnAt = at + (pollsPerSecond > 0 ? 1_000 / pollsPerSecond : 0);
      return at - now();
    },
    leastIntervalMs(caller) {
      save();
      // An equal part of the rate for every caller.
      const all = polledFor(caller) * polled.size;
      const perSecond = pollsPerSecond > 0 ? (all * 1_000) / pollsPerSecond : 0;
      if (pollsPerDay === 0) return perSecond;
      // In debt only the first looks, which people wait for, go on; the trickle pays it off.
      const ratePerMs = saved > 0 ? tricklePerMs + saved / SAVINGS_LAST_MS : tricklePerMs / 2;
      return Math.max(perSecond, all / ratePerMs);
    },
  };
}
