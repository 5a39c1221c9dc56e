import { setImmediate } from 'node:timers/promises';

const SLICE_MS = 5;

/** Splits long work into slices, between which the process handles other requests. */
export class TimeSlices {
  #startedAt = performance.now();

  /** @param signal aborts the work: `pause` then throws an AbortError */
  constructor(private readonly signal: AbortSignal) {}

  /** Whether it is time to await `pause()`. */
  get isOver(): boolean {
    return performance.now() - this.#startedAt >= SLICE_MS;
  }

  async pause(): Promise<void> {
    await setImmediate(undefined, { signal: this.signal });
    this.#startedAt = performance.now();
  }
}
