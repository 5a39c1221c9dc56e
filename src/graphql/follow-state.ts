import { setTimeout as sleep } from 'node:timers/promises';
import { createMailbox } from '../requests/mailbox.js';
import { createRounds } from '../rounds.js';

/** How much longer to wait than a look took: many followers of what is slow to read must not keep the process busy. */
const PATIENCE = 50;

export interface FollowStateOptions<T> {
  /** The shortest time between two looks at the state. */
  readonly everyMs: number;
  /** Calls back when the state may have changed. Default: it is looked at all the time. */
  readonly onChanged?: (callback: () => void) => () => void;
  /** The part in which a difference is news. Default: all of it. */
  readonly whatCounts?: (state: T) => unknown;
}

/**
 * Yields a state now and whenever it has changed. A slow reader gets the latest only, and a state that cannot be read is
 * looked at again later. Stop with `return()`.
 */
export function followState<T>(
  read: () => Promise<T>,
  { everyMs, onChanged, whatCounts = (state) => state }: FollowStateOptions<T>,
): AsyncIterableIterator<T> {
  const mailbox = createMailbox<T>({ slotOf: () => '', onReturn: stop });
  let told = '';
  const looks = createRounds(async () => {
    const began = performance.now();
    const state = await read().catch(() => undefined);
    const pauseMs = Math.max(everyMs, PATIENCE * (performance.now() - began));
    if (state === undefined) return pauseMs;
    const text = JSON.stringify(whatCounts(state));
    if (text !== told) mailbox.put(state);
    told = text;
    if (onChanged === undefined) return pauseMs;
    // What is announced meanwhile is one look.
    await sleep(pauseMs, undefined, { ref: false });
    return null;
  });
  const stopListening = onChanged?.(looks.begin);
  looks.begin();
  return mailbox;

  function stop(): void {
    stopListening?.();
    void looks.close();
  }
}
