import type { Operation } from './dialects.js';

/**
 * How an operation is repeated after 5xx or no answer. A write that may have reached Gong is never blindly sent again.
 * After a 429 any operation is repeated, since Gong did not carry it out.
 */
export type Repetition =
  /** It is sent again: it is idempotent. */
  | 'RESEND'
  /** Gong is asked for the status of its `clientRequestId`: if that is unknown, it is sent again. */
  | 'ASK_STATUS'
  /** What it should have created is looked for. It is not sent again. */
  | 'LOOK';

export const RETRY_TABLE: Readonly<Record<Operation, { readonly how: Repetition; readonly why: string }>> = {
  listIntegrations: { how: 'RESEND', why: 'it reads' },
  listSchema: { how: 'RESEND', why: 'it reads' },
  getObjects: { how: 'RESEND', why: 'it reads' },
  requestStatus: { how: 'RESEND', why: 'it reads' },
  pushSchema: {
    how: 'RESEND',
    why: 'it carries the full list, so the same list again changes nothing; if another list came in between, Gong refuses it because of the fields left out',
  },
  uploadDealStages: {
    how: 'RESEND',
    why: 'it stores each stage under its name, so the same list again changes nothing',
  },
  uploadObjects: { how: 'ASK_STATUS', why: 'Gong accepts a clientRequestId once, and a repeat gets 409' },
  deleteIntegration: { how: 'ASK_STATUS', why: 'Gong accepts a clientRequestId once, and a repeat gets 409' },
  mapUsers: { how: 'ASK_STATUS', why: 'Gong accepts a clientRequestId once, and a repeat gets 409' },
  registerIntegration: {
    how: 'LOOK',
    why: 'it has no id of its own, but a company has at most one integration: one of the same name and owner is its result',
  },
};

/** Repeats of a call after 500, 502, 503, 504 or a broken connection. */
export const MAX_REPEATS = 2;
export const MAX_REPEATS_AFTER_429 = 5;

const BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 5_000;

/** Exponential backoff with full jitter, so that calls which failed together are not repeated together. */
export function backoffMs(repeat: number, random: () => number = Math.random): number {
  return random() * Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** repeat);
}

/**
 * Limits repeats to a tenth of all calls, so that an outage of Gong does not multiply the traffic: every call earns a tenth
 * of a repeat, and at most ten are saved up.
 */
export interface RepeatAllowance {
  earn(): void;
  /** Returns whether a repeat may be made. */
  spend(): boolean;
}

const MAX_SAVED_REPEATS = 10;
const REPEATS_PER_CALL = 0.1;

export function createRepeatAllowance(): RepeatAllowance {
  let saved = MAX_SAVED_REPEATS;
  return {
    earn() {
      saved = Math.min(MAX_SAVED_REPEATS, saved + REPEATS_PER_CALL);
    },
    spend() {
      if (saved < 1) return false;
      saved -= 1;
      return true;
    },
  };
}
