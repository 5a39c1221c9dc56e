/**
 * Callbacks by which the rooms report what happens, so that none of them depends on the metrics that are made of it. They
 * must not throw. No argument is a secret, and every text is one of a few, except an operation's name, which its caller
 * chose.
 */
export interface Observer {
  /** A GraphQL operation was answered, or a subscription began. */
  operationEnded(operation: EndedOperation): void;
  /** A subscription began. Call the returned function when it has ended. */
  subscribed(transport: StreamTransport): () => void;
  /** A socket or an event stream was opened. Call the returned function when it has closed. */
  connected(transport: StreamTransport): () => void;
  /** An attempt at a call to Gong ended. */
  callEnded(call: EndedCall): void;
  /** A call got its turn in the budget, or did not get it in time. */
  waited(wait: EndedWait): void;
  breakerIs(state: BreakerState): void;
  /** A call asked for this many objects. */
  batchSent(objectType: string, objects: number): void;
  /** An upload held the objects of this many lists. */
  listsSent(objectType: string, lists: number): void;
  uploadEnded(upload: EndedUpload): void;
  /** The store could not read or commit something. */
  storeFailed(): void;
  /** Queued changes ended in this state. */
  changesEnded(state: string, changes: number): void;
  /** The journal could not store what was sent, or what became of it. */
  journalFailed(): void;
  /** An attempt to deliver a webhook ended. */
  webhookEnded(outcome: WebhookOutcome): void;
}

/** `given-up`: it will not be tried again. */
export type WebhookOutcome = 'delivered' | 'failed' | 'given-up';

export type StreamTransport = 'websocket' | 'sse';
export type BreakerState = 'closed' | 'half-open' | 'open';

export interface EndedOperation {
  /** `query`, `mutation` or `subscription`; `unknown` for a text that is none of them. */
  readonly type: string;
  readonly name: string | undefined;
  /** The caller; `null` if it is not authenticated. */
  readonly by: string | null;
  /** `OK`, or the code of the first error. */
  readonly outcome: string;
  readonly durationMs: number;
}

export interface EndedCall {
  readonly operation: string;
  /** Counts from 1. */
  readonly attempt: number;
  readonly durationMs: number;
  /** `null` where no answer came. */
  readonly status: number | null;
  /** The code of the error; absent for a success. */
  readonly code?: string;
}

export interface EndedWait {
  readonly priority: string;
  readonly waitedMs: number;
  readonly granted: boolean;
}

export interface EndedUpload {
  readonly objectType: string;
  /** `ACCEPTED`, `REJECTED`, `CHECKED` (a dry run), or the code of the error. */
  readonly outcome: string;
  /** As received. */
  readonly bytes: number;
}

const nothing = () => undefined;

export const noopObserver: Observer = Object.freeze({
  operationEnded: nothing,
  subscribed: () => nothing,
  connected: () => nothing,
  callEnded: nothing,
  waited: nothing,
  breakerIs: nothing,
  batchSent: nothing,
  listsSent: nothing,
  uploadEnded: nothing,
  storeFailed: nothing,
  changesEnded: nothing,
  journalFailed: nothing,
  webhookEnded: nothing,
});
