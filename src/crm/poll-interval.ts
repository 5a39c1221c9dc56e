/** How often to poll the status of a request. */
export interface PollIntervals {
  readonly minMs: number;
  /** The interval grows to this. Deletions may take 24 hours (reference, section 6) and have their own limit. */
  readonly maxMs: number;
  readonly deletionMaxMs: number;
}

/** The interval is a tenth of the time waited so far, so that nobody waits more than a tenth longer than necessary. */
const AGE_SHARE = 10;

/** @param ageMs how long the request has been polled */
export function pollIntervalMs(ageMs: number, isDeletion: boolean, intervals: PollIntervals): number {
  const maxMs = isDeletion ? intervals.deletionMaxMs : intervals.maxMs;
  return Math.min(Math.max(ageMs / AGE_SHARE, intervals.minMs), Math.max(maxMs, intervals.minMs));
}

/** Exponential backoff after consecutive failures, from the shortest interval to the longest. */
export function pollBackoffMs(failures: number, { minMs, maxMs }: PollIntervals): number {
  return Math.min(minMs * 2 ** Math.min(failures, 20), Math.max(maxMs, minMs));
}
