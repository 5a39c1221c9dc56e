/**
 * A queue for one consumer that cannot grow: every value has a slot, and a newer value takes the place of an
 * older one of the same slot that was not fetched yet. Slots must be few.
 */
export interface Mailbox<T> extends AsyncIterableIterator<T> {
  put(value: T): void;
  /** What was put in can still be fetched; then the iteration is over. */
  end(): void;
  return(): Promise<IteratorResult<T>>;
}

export interface MailboxOptions<T> {
  readonly slotOf: (value: T) => string;
  /** The consumer stopped before the end. Called at most once. */
  readonly onLeave: () => void;
}

/** Written out because an async generator's `return()` waits for its pending `next()`, here perhaps for hours. */
export function createMailbox<T>({ slotOf, onLeave }: MailboxOptions<T>): Mailbox<T> {
  const pending = new Map<string, T>();
  const waiting: ((result: IteratorResult<T>) => void)[] = [];
  let ended = false;

  function finish(): void {
    ended = true;
    for (const resolve of waiting.splice(0)) resolve({ done: true, value: undefined });
  }

  function leave(): Promise<IteratorResult<T>> {
    const early = !ended;
    pending.clear();
    finish();
    if (early) onLeave();
    return Promise.resolve({ done: true, value: undefined });
  }

  return {
    put(value) {
      if (ended) return;
      const resolve = waiting.shift();
      if (resolve === undefined) pending.set(slotOf(value), value);
      else resolve({ done: false, value });
    },
    end: finish,
    next() {
      for (const [slot, value] of pending) {
        pending.delete(slot);
        return Promise.resolve({ done: false, value });
      }
      if (ended) return Promise.resolve({ done: true, value: undefined });
      return new Promise((resolve) => waiting.push(resolve));
    },
    return: leave,
    throw: leave,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
