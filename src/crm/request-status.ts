import type { RequestState } from './object-types.js';

/** A line that Gong rejected. Lines count from 1; line 0 is an error of the whole file. */
export interface RequestLineError {
  readonly line: number;
  readonly description: string;
}

/** The state of an asynchronous request (reference, section 6). */
export interface RequestStatus {
  readonly state: RequestState;
  /** At most the first 20. */
  readonly errors: readonly RequestLineError[];
  /** Counts every line, unlike `errors`. `null` if Gong does not report it. */
  readonly totalErrorCount: number | null;
  readonly totalSuccessCount: number | null;
}

export const MAX_REPORTED_LINE_ERRORS = 20;

/** Whether the state can no longer change. */
export function isFinal(state: RequestState): boolean {
  switch (state) {
    case 'PENDING':
    case 'IN_PROGRESS':
      return false;
    case 'DONE':
    case 'FAILED':
      return true;
  }
}
