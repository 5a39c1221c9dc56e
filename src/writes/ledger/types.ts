import type { RequestState } from '../../crm/object-types.js';

export interface RequestName {
  readonly integrationId: string;
  readonly clientRequestId: string;
}

/** A request that Gong has. */
export interface SubmittedRequest extends RequestName {
  /** Gong had it before; it was not sent this time. */
  readonly alreadySubmitted: boolean;
  /** Asked of Gong for a request that it had before; otherwise, and where Gong cannot say, `null`. */
  readonly status: RequestState | null;
  /** What the caller has to do if the objects are to be loaded all the same; `null` where there is nothing. */
  readonly message: string | null;
}

/** A whole upload; `status` and `message` are those of its requests taken together. */
export interface Submitted extends SubmittedRequest {
  /** In the order of sending. */
  readonly requests: readonly SubmittedRequest[];
}

export interface Submission {
  readonly integrationId: string;
  /** The caller's own; without it, the name is made from `kind` and the content. */
  readonly clientRequestId?: string | undefined;
  /** Whose turns in the budget questions about it take; default: the gateway's own. */
  readonly caller?: string | undefined;
  /** What is sent, in a word, e.g. `deal`; the same bytes of another kind are other content. */
  readonly kind: string;
  /**
   * Identifies what is sent, and to which integration: letters, digits, `-` and `_`. Rejects where a file never
   * arrives in full; then Gong has nothing of it.
   */
  readonly content: Promise<string>;
}

/** One attempt to send a submission, under one name. */
export interface Attempt {
  readonly clientRequestId: string;
  /** Sends one of its requests, unless Gong is known to have it. */
  submit(clientRequestId: string, send: (name: RequestName) => Promise<void>): Promise<RequestName>;
}

/**
 * How far the writes to an integration have come. The numbers only grow, and may be compared where `epoch` is the
 * same: another one means that the store has lost its memory in between. `null`: nothing was ever written.
 */
export interface Counts {
  readonly epoch: string | null;
  /** Grows with every step of every write: begun, a part sent, ended. */
  readonly version: number;
  /** How many writes have ended. */
  readonly ended: number;
}

/** What is remembered of a submission. */
export interface Sent {
  readonly content: string;
  /** The name of the whole. */
  readonly clientRequestId: string;
  /** The requests of it that Gong has accepted. */
  readonly requests: readonly string[];
  /** Those of which nobody knows whether Gong has accepted them: the answer was lost. */
  readonly unsure: readonly string[];
  /** Whether all of it was accepted. */
  readonly isComplete: boolean;
  /** How many names made from this content were used, in the order of their numbers; `null`: their numbers are not known. */
  readonly namesUsed: number | null;
  readonly epoch: string | null;
  /** Of the counts when it began. */
  readonly endedBefore: number;
  /** Of the counts when it had ended, if nobody else wrote to the integration meanwhile. */
  readonly version: number | null;
}

/**
 * What is known of past writes: in this process, or among replicas. Entries expire. No method rejects: where the store
 * cannot be reached, nothing is known.
 */
export interface LedgerStore {
  /** `null`: not known. */
  counts(integrationId: string): Promise<Counts | null>;
  /**
   * Counts a step of a write. An integration to which Gong has never accepted anything is not counted yet, so that
   * made-up ones cost no memory: `accepted` begins.
   */
  step(integrationId: string, step: 'begun' | 'accepted' | 'ended'): Promise<Counts | null>;
  byContent(integrationId: string, content: string): Promise<Sent | null>;
  byName(integrationId: string, clientRequestId: string): Promise<Sent | null>;
  /** Takes the place of what was known of this content and this name. */
  remember(integrationId: string, sent: Sent): Promise<void>;
}

/** How long and how many submissions of an integration are remembered, the latest ones. */
export const LEDGER_LIMITS = { lifeMs: 7 * 86_400_000, most: 10_000 } as const;
