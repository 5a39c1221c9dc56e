/**
 * What the rooms tell of their work while they do it, as callbacks that each is handed by its factory. They say what
 * happened in plain values; whoever listens makes metrics of it. None may throw. Nothing told here is a secret, and
 * every text is one of a few, except an operation's name, which its caller chose.
 */
export interface Observer {
  /** A GraphQL operation was answered; a subscription, when it began. */
  operationEnded(operation: EndedOperation): void;
  /** A stream began; the function it gives is called when it has ended. */
  subscribed(transport: StreamTransport): () => void;
  /** A socket or an event stream was opened; the function it gives is called when it has closed. */
  connected(transport: StreamTransport): () => void;
  /** An attempt at a call of Gong ended. */
  callEnded(call: EndedCall): void;
  /** A call got its turn, or did not get one in time. */
  waited(wait: EndedWait): void;
  breakerIs(state: BreakerState): void;
  /** Objects that went into one call. */
  batchSent(objectType: string, objects: number): void;
  uploadEnded(upload: EndedUpload): void;
}

export type StreamTransport = 'websocket' | 'sse';
export type BreakerState = 'closed' | 'half-open' | 'open';

export interface EndedOperation {
  /** `query`, `mutation`, `subscription`; `unknown` for a text that is none of them. */
  readonly type: string;
  readonly name: string | undefined;
  /** Who has called it so; `null`: nobody that is known. */
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
  /** Of the catalogue of errors; absent for a success. */
  readonly code?: string;
}

export interface EndedWait {
  readonly priority: string;
  readonly waitedMs: number;
  readonly granted: boolean;
}

export interface EndedUpload {
  readonly objectType: string;
  /** `ACCEPTED`, `REJECTED`, `CHECKED` where nothing was to be sent, or the code of the error. */
  readonly outcome: string;
  /** As received. */
  readonly bytes: number;
}

const nothing = () => undefined;

/** Where nobody listens. */
export const noopObserver: Observer = Object.freeze({
  operationEnded: nothing,
  subscribed: () => nothing,
  connected: () => nothing,
  callEnded: nothing,
  waited: nothing,
  breakerIs: nothing,
  batchSent: nothing,
  uploadEnded: nothing,
});
