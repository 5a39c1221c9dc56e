import { DAY_MS } from '../../crm/gong-limits.js';
import type { RequestState } from '../../crm/object-types.js';

export interface RequestName {
  readonly integrationId: string;
  readonly clientRequestId: string;
}

/** A request that Gong has. */
export interface SubmittedRequest extends RequestName {
  /** Whether Gong already had it, so that it was not sent this time. */
  readonly alreadySubmitted: boolean;
  /** Gong's status of a request that it already had; `null` for others, or if it could not be read. */
  readonly status: RequestState | null;
  /** What the caller must do to have the objects loaded; `null` if nothing. */
  readonly message: string | null;
}

/** A submission; `status` and `message` are those of its requests taken together. */
export interface Submitted extends SubmittedRequest {
  /** In the order in which they were sent. */
  readonly requests: readonly SubmittedRequest[];
}

export interface Submission {
  readonly integrationId: string;
  /** The caller's own name; without it, one is derived from `kind` and the content. */
  readonly clientRequestId?: string | undefined;
  /** Whose turns in the budget the calls for its status take; default: the gateway's own. */
  readonly caller?: string | undefined;
  /**
   * Called before it waits for another submission, or asks Gong for a status: a turn in the budget that is held for sending
   * should be given back, or it might be what the other one waits for.
   */
  readonly onWait?: (() => void) | undefined;
  /** What is sent, e.g. `deal`; the same bytes of another kind are other content. */
  readonly kind: string;
  /**
   * Identifies what is sent, and to which integration, in letters, digits, `-` and `_`. Rejects if a file does not arrive
   * in full; Gong then has none of it.
   */
  readonly content: Promise<string>;
}

/** One attempt to send a submission, under one name. */
export interface Attempt {
  readonly clientRequestId: string;
  /** Sends one request of the submission, unless Gong is known to have it. */
  submit(clientRequestId: string, send: (name: RequestName) => Promise<void>): Promise<RequestName>;
}

/**
 * Counts the writes to an integration. The numbers only grow and may be compared if `epoch` is the same: another epoch means
 * that the store has lost its counts in between; `null`, that nothing was ever written.
 */
export interface Counts {
  readonly epoch: string | null;
  /** Number of steps of all writes: begun, a part sent, ended. */
  readonly version: number;
  /** Number of writes that have ended. */
  readonly ended: number;
}

/** What is remembered of a submission. */
export interface Sent {
  readonly content: string;
  /** Name of the submission as a whole. */
  readonly clientRequestId: string;
  /** Its requests that Gong accepted. */
  readonly requests: readonly string[];
  /** Its requests whose answer was lost, so that Gong may have accepted them. */
  readonly unsure: readonly string[];
  /** Whether all of it was accepted. */
  readonly isComplete: boolean;
  /** How many numbered names made from this content were used; `null`: not known. */
  readonly namesUsed: number | null;
  readonly epoch: string | null;
  /** `ended` of the counts when it began. */
  readonly endedBefore: number;
  /** `version` of the counts when it had ended, if nobody else wrote to the integration meanwhile. */
  readonly version: number | null;
}

/**
 * Remembers past writes. Entries expire. No method rejects: if the store cannot be used, nothing is known.
 */
export interface LedgerStore {
  /** Resolves with `null` if not known. */
  counts(integrationId: string): Promise<Counts | null>;
  /**
   * Counts a step of a write. Counting begins with `accepted`: integrations for which Gong never accepted anything, such as
   * made-up ones, cost no memory.
   */
  step(integrationId: string, step: 'begun' | 'accepted' | 'ended'): Promise<Counts | null>;
  byContent(integrationId: string, content: string): Promise<Sent | null>;
  byName(integrationId: string, clientRequestId: string): Promise<Sent | null>;
  /** Replaces what was known of this content and this name. */
  remember(integrationId: string, sent: Sent): Promise<void>;
}

/** How long, and about how many, submissions are remembered: three days of calls, or those of several tenants. */
export const LEDGER_LIMITS = { lifeMs: 7 * DAY_MS, most: 30_000 } as const;
