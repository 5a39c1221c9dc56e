import type { UploadObjectType } from '../../crm/object-types.js';

/** An object to create, replace or delete, checked and in the dialect's form. */
export interface Change {
  readonly objectType: UploadObjectType;
  readonly objectId: string;
  /** When it was changed in the CRM, in milliseconds since 1970; `null` if that was not told. */
  readonly modifiedAt: number | null;
  /** LDJSON, with its line end. */
  readonly line: string;
  /** The account that Gong must have before it shows the object; `null` if none. */
  readonly accountId: string | null;
}

/**
 * `QUEUED`: stored here. `SENT`: Gong has received it. `DONE`: Gong has stored it, or a newer version of it. `SKIPPED`:
 * there was nothing to send. `DEAD`: Gong refused it.
 */
export const CHANGE_STATES = ['QUEUED', 'SENT', 'DONE', 'SKIPPED', 'DEAD'] as const;
export type ChangeState = (typeof CHANGE_STATES)[number];

/**
 * Why a change is in its state. `UNCHANGED`: Gong has this very content. `OLDER`: a newer version was sent or is queued.
 * `REPLACED`: newer versions have taken its place, too many to tell how they ended. `NO_ACCOUNT`: Gong does not show the
 * object before it has the account. `REFUSED`: Gong reports an error. `LOST`: the store has lost the content.
 */
export const CHANGE_REASONS = ['UNCHANGED', 'OLDER', 'REPLACED', 'NO_ACCOUNT', 'REFUSED', 'LOST'] as const;
export type ChangeReason = (typeof CHANGE_REASONS)[number];

export interface ChangeStatus {
  readonly objectType: UploadObjectType;
  readonly objectId: string;
  readonly state: ChangeState;
  readonly reason: ChangeReason | null;
  /** What Gong said, if it refused the object. */
  readonly message: string | null;
  /** The request that the object was last sent in. */
  readonly clientRequestId: string | null;
}

/** The changes of one call of `add`, in their order. */
export interface Ticket {
  readonly ticket: string;
  readonly integrationId: string;
  /** Milliseconds since 1970. */
  readonly queuedAt: number;
  readonly isSettled: boolean;
  readonly changes: readonly ChangeStatus[];
}

export interface DeadLetter {
  readonly id: string;
  readonly integrationId: string;
  readonly objectType: UploadObjectType;
  readonly objectId: string;
  readonly reason: ChangeReason;
  readonly message: string | null;
  /** How often it was sent. */
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly diedAt: number;
  /** The request that it was last sent in; `null` if that is not known. */
  readonly clientRequestId: string | null;
  /** The object as it was sent, as JSON. */
  readonly content: string;
}
