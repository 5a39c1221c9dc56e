import type { RequestState } from './object-types.js';
import { isFinal, type RequestStatus } from './request-status.js';

/** What is known about a request. Its state goes from PENDING to IN_PROGRESS to DONE or FAILED, and never back. */
export type RequestProgress =
  | { readonly kind: 'unseen' }
  | { readonly kind: 'open'; readonly status: RequestStatus }
  | { readonly kind: 'ended'; readonly status: RequestStatus };

/** How a status from Gong compares with what is already known. */
export type Observation = 'changed' | 'same' | 'backwards';

export const UNSEEN: RequestProgress = { kind: 'unseen' };

export function progressOf(status: RequestStatus): RequestProgress {
  return { kind: isFinal(status.state) ? 'ended' : 'open', status };
}

export function observe(progress: RequestProgress, seen: RequestStatus): Observation {
  switch (progress.kind) {
    case 'unseen':
      return 'changed';
    case 'open': {
      const step = rank(seen.state) - rank(progress.status.state);
      if (step !== 0) return step > 0 ? 'changed' : 'backwards';
      return sameContent(progress.status, seen) ? 'same' : 'changed';
    }
    case 'ended':
      return seen.state === progress.status.state ? 'same' : 'backwards';
  }
}

function rank(state: RequestState): number {
  switch (state) {
    case 'PENDING':
      return 0;
    case 'IN_PROGRESS':
      return 1;
    case 'DONE':
    case 'FAILED':
      return 2;
  }
}

function sameContent(left: RequestStatus, right: RequestStatus): boolean {
  return (
    left.totalErrorCount === right.totalErrorCount &&
    left.totalSuccessCount === right.totalSuccessCount &&
    left.errors.length === right.errors.length &&
    left.errors.every((error, index) => {
      const other = right.errors[index];
      return error.line === other?.line && error.description === other.description;
    })
  );
}
