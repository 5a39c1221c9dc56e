import type { Operation } from './dialects.js';

/**
 * Whether an operation may be sent again when it failed, or when nobody knows whether it reached Gong
 * (a write that may have arrived is never sent again blindly).
 *
 * Any operation is repeated after a 429, for Gong did not carry it out.
 */
export type Repetition =
  /** Sent again as it is: twice does what once does. */
  | 'RESEND'
  /** The status of its `clientRequestId` is asked for: known, it was accepted; unknown, it is sent again. */
  | 'ASK_STATUS'
  /** What it should have made is looked for; it is not sent again. */
  | 'LOOK';

export const RETRY_TABLE: Readonly<Record<Operation, { readonly how: Repetition; readonly why: string }>> = {
  listIntegrations: { how: 'RESEND', why: 'it reads' },
  listSchema: { how: 'RESEND', why: 'it reads' },
  getObjects: { how: 'RESEND', why: 'it reads' },
  requestStatus: { how: 'RESEND', why: 'it reads' },
  pushSchema: {
    how: 'RESEND',
    why: 'it carries the full list: the same list again changes nothing, and deleting a deleted field is tolerated; if another list came between, Gong refuses it for the fields left out',
  },
  uploadDealStages: {
    how: 'RESEND',
    why: 'it stores each stage under its name: the same list again changes nothing',
  },
  uploadObjects: { how: 'ASK_STATUS', why: 'Gong accepts a clientRequestId once, and a repeat gets 409' },
  deleteIntegration: { how: 'ASK_STATUS', why: 'Gong accepts a clientRequestId once, and a repeat gets 409' },
  mapUsers: { how: 'ASK_STATUS', why: 'Gong accepts a clientRequestId once, and a repeat gets 409' },
  registerIntegration: {
    how: 'LOOK',
    why: 'it has no id of its own: an integration of the same name and owner is the one, since a company has one at most',
  },
};

/** Repeats of a call after 500, 502, 503, 504 or a broken connection. */
export const MAX_REPEATS = 2;
export const MAX_REPEATS_AFTER_429 = 5;

const BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 5_000;

/** Exponential, with full jitter: callers that failed together do not come back together. */
export function backoffMs(repeat: number, random: () => number = Math.random): number {
  return random() * Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** repeat);
}

/**
 * Bounds repeats to a part of all calls, so that a Gong that fails for long is not asked a multiple: every call
 * puts a tenth of a repeat aside, up to ten.
 */
export interface RepeatAllowance {
  earn(): void;
  /** Whether there was one. */
  spend(): boolean;
}

const MAX_REPEATS_ASIDE = 10;
const REPEATS_A_CALL = 0.1;

export function createRepeatAllowance(): RepeatAllowance {
  let aside = MAX_REPEATS_ASIDE;
  return {
    earn() {
      aside = Math.min(MAX_REPEATS_ASIDE, aside + REPEATS_A_CALL);
    },
    spend() {
      if (aside < 1) return false;
      aside -= 1;
      return true;
    },
  };
}
