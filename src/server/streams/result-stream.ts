import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import { type Caller, unauthenticated } from '../../auth/caller.js';

export type ResultStream = AsyncIterableIterator<FormattedExecutionResult>;

export interface ResultStreamOptions {
  readonly format: (result: ExecutionResult) => FormattedExecutionResult;
  /** Whose token ends the stream, with an UNAUTHENTICATED error as its last result. `null`: nobody's. */
  readonly endsWith: Caller | null;
  /** Called once, when the source is exhausted, has failed or was asked to return. */
  readonly onEnd: () => void;
}

/**
 * The results of a subscription as a transport sends them. This is the only iterator between graphql-js, which maps the
 * events that a resolver subscribed to, and the loop that writes to the socket.
 *
 * Written out because an async generator's `return()` waits for a pending `next()`, and here the next event may be hours
 * away.
 */
export function createResultStream(
  source: AsyncGenerator<ExecutionResult, void, void>,
  { format, endsWith, onEnd }: ResultStreamOptions,
): ResultStream {
  let hasEnded = false;
  let last: FormattedExecutionResult | undefined;
  const cancelExpiry = atExpiry(endsWith, () => {
    const { message, extensions } = unauthenticated('the token has expired: subscribe again with a new one');
    last = { errors: [{ message, extensions }] };
    void source.return();
  });

  function end(): void {
    if (hasEnded) return;
    hasEnded = true;
    cancelExpiry();
    onEnd();
  }

  return {
    async next() {
      try {
        const result = await source.next();
        if (result.done !== true) return { done: false, value: format(result.value) };
      } catch (error) {
        end();
        throw error;
      }
      end();
      if (last === undefined) return { done: true, value: undefined };
      const value = last;
      last = undefined;
      return { done: false, value };
    },
    async return() {
      try {
        await source.return();
      } finally {
        end();
      }
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Tokens expire by the wall clock, which may be set while a timer runs; timers do not follow it. */
const MAX_TIMER_MS = 5_000;

/** Calls back when the caller's token expires, at once if it has. Returns a function that cancels this. */
export function atExpiry(caller: Caller | null, callback: () => void): () => void {
  if (caller === null || caller.expiresAt === null) return () => undefined;
  const { expiresAt } = caller;
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    const left = expiresAt - Date.now();
    if (left <= 0) callback();
    else timer = setTimeout(wait, Math.min(left, MAX_TIMER_MS));
  };
  wait();
  return () => clearTimeout(timer);
}
