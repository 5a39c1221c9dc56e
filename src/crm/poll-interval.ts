/** How soon after one look at a request's status the next one is worth a call. */
export interface PollIntervals {
  readonly minMs: number;
  /** What the interval grows to; deletions, which may take 24 hours (reference, section 6), have their own. */
  readonly maxMs: number;
  readonly deletionMaxMs: number;
}

/** A tenth of the time waited so far: nobody waits a tenth longer than they had to. */
const AGE_SHARE = 10;

/** @param ageMs how long the request has been watched */
export function pollIntervalMs(ageMs: number, isDeletion: boolean, intervals: PollIntervals): number {
  const maxMs = isDeletion ? intervals.deletionMaxMs : intervals.maxMs;
  return Math.min(Math.max(ageMs / AGE_SHARE, intervals.minMs), Math.max(maxMs, intervals.minMs));
}

/** After `failures` failed looks in a row: doubling from the shortest interval to the longest. */
export function pollBackoffMs(failures: number, { minMs, maxMs }: PollIntervals): number {
  return Math.min(minMs * 2 ** Math.min(failures, 20), Math.max(maxMs, minMs));
}
