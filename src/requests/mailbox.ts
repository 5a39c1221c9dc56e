/**
 * A bounded queue for one consumer. Each value has a slot, and replaces a value of the same slot that has not been consumed
 * yet. The number of slots bounds the queue.
 */
export interface Mailbox<T> extends AsyncIterableIterator<T> {
  put(value: T): void;
  /** Ends the iteration after the values that are queued. */
  end(): void;
  return(): Promise<IteratorResult<T>>;
}

export interface MailboxOptions<T> {
  readonly slotOf: (value: T) => string;
  /** Called at most once, if the consumer returns before the end. */
  readonly onReturn: () => void;
}

/** Written out because an async generator's `return()` waits for a pending `next()`, here possibly for hours. */
export function createMailbox<T>({ slotOf, onReturn }: MailboxOptions<T>): Mailbox<T> {
  const pending = new Map<string, T>();
  const waiting: ((result: IteratorResult<T>) => void)[] = [];
  let ended = false;

  function finish(): void {
    ended = true;
    for (const resolve of waiting.splice(0)) resolve({ done: true, value: undefined });
  }

  function stop(): Promise<IteratorResult<T>> {
    const isEarly = !ended;
    pending.clear();
    finish();
    if (isEarly) onReturn();
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
    return: stop,
    throw: stop,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
