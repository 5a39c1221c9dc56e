import type { FormattedExecutionResult } from 'graphql';
import { type Caller, unauthenticated } from '../../auth/caller.js';
import type { Results } from '../operations/prepare.js';

type Stream = AsyncIterableIterator<FormattedExecutionResult>;

/** Tokens end by the wall clock and timers do not: so often it is looked whether that clock has been set. */
const LOOK_AGAIN_MS = 5_000;

/** Calls back when the caller's token ends. Gives a function that stops waiting. */
export function atExpiry({ expiresAt }: Caller, callback: () => void): () => void {
  if (expiresAt === null) return () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    const left = expiresAt - Date.now();
    if (left <= 0) callback();
    else timer = setTimeout(wait, Math.min(left, LOOK_AGAIN_MS));
  };
  wait();
  return () => clearTimeout(timer);
}

/** The same results, until the caller's token ends: then an UNAUTHENTICATED error, and no more. */
export function endAtExpiry(results: Results, caller: Caller | null): Results {
  if (!(Symbol.asyncIterator in results) || caller === null || caller.expiresAt === null) return results;
  return untilExpiry(results, caller);
}

function untilExpiry(results: Stream, caller: Caller): Stream {
  let lastWord: FormattedExecutionResult | undefined;
  const forget = atExpiry(caller, () => {
    const { message, extensions } = unauthenticated('the token has expired: subscribe again with a new one');
    lastWord = { errors: [{ message, extensions }] };
    void results.return?.();
  });
  const stop = async (): Promise<IteratorResult<FormattedExecutionResult>> => {
    forget();
    await results.return?.();
    return { done: true, value: undefined };
  };
  return {
    async next() {
      const result = await results.next();
      if (result.done !== true) return result;
      forget();
      if (lastWord === undefined) return result;
      const value = lastWord;
      lastWord = undefined;
      return { done: false, value };
    },
    return: stop,
    throw: stop,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
