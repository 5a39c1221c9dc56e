import { DAY_MS } from '../crm/gong-limits.js';

/** At most `limit` calls in any sliding window. */
export class SlidingWindow {
  #times: number[] = [];
  #first = 0;

  constructor(
    /** 0 = no limit. */
    private readonly limit: number,
    private readonly windowMs: number,
  ) {}

  /** Milliseconds until another call is allowed; 0 = now. */
  waitMs(now: number): number {
    if (this.limit === 0) return 0;
    this.#forget(now - this.windowMs);
    if (this.#times.length - this.#first < this.limit) return 0;
    const oldest = this.#times[this.#times.length - this.limit] ?? now;
    return oldest + this.windowMs - now;
  }

  add(now: number): void {
    if (this.limit !== 0) this.#times.push(now);
  }

  #forget(before: number): void {
    while (this.#first < this.#times.length && (this.#times[this.#first] ?? 0) <= before) this.#first += 1;
    if (this.#first > 1_000 && this.#first * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#first);
      this.#first = 0;
    }
  }
}

export interface RateLimitOptions {
  readonly callsPerSecond: number;
  readonly callsPerDay: number;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
}

/** The rate limits of a company (reference, section 1). */
export class RateLimit {
  readonly #windows: readonly SlidingWindow[];

  constructor(private readonly options: RateLimitOptions) {
    this.#windows = [
      new SlidingWindow(options.callsPerSecond, 1_000),
      new SlidingWindow(options.callsPerDay, DAY_MS),
    ];
  }

  /** Counts a call and returns 0, or returns the whole seconds to wait. Refused calls do not count. */
  take(): number {
    const now = this.options.now();
    const waitMs = Math.max(...this.#windows.map((window) => window.waitMs(now)));
    if (waitMs > 0) return Math.max(1, Math.ceil(waitMs / 1_000));
    for (const window of this.#windows) window.add(now);
    return 0;
  }
}
