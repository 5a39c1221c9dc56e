export interface Queued {
  readonly caller: string;
  /** From `performance.now()`. */
  readonly since: number;
}

/**
 * Serves callers in turn, by start-time fair queueing. A virtual clock counts turns. Each call has a start time on it, one
 * turn after the caller's previous call but never in the past, and the earliest start goes first. So a caller who asks
 * for little goes ahead of everyone with a backlog, callers with a backlog alternate, and nobody saves up turns while
 * idle.
 *
 * Deficit round robin is as fair in the long run, but makes a newcomer wait for a full round, and needs to know the cost
 * of a call before it starts. Here the cost of a shared call is corrected afterwards, with `charge`.
 */
export interface FairQueue<T extends Queued> {
  readonly isEmpty: boolean;
  /** Returns each caller's first item in the order of their turns, at most `most` of them. */
  next(most: number): readonly T[];
  push(item: T): void;
  /** Removes the caller's first item, or the next item of all if it has none, and charges that item's caller a turn. */
  shift(caller: string): T | undefined;
  remove(item: T): void;
  /** Adjusts the number of turns a caller has had by `turns`, which may be a fraction or negative. */
  charge(caller: string, turns: number): void;
  /** Returns the items that would go before another item of this caller. */
  before(caller: string): readonly T[];
  waiting(caller: string): number;
  items(): readonly T[];
}

export function createFairQueue<T extends Queued>(): FairQueue<T> {
  const queues = new Map<string, T[]>();
  /** When each caller's last turn ended, on the virtual clock. */
  const ends = new Map<string, number>();
  let clock = 0;

  const startOf = (caller: string) => Math.max(clock, ends.get(caller) ?? 0);

  function next(most: number): readonly T[] {
    const firsts: T[] = [];
    for (const [item] of queues.values()) if (item !== undefined) firsts.push(item);
    // As a rule nobody or one caller waits.
    if (firsts.length < 2) return firsts;
    return firsts
      .map((item) => ({ item, start: startOf(item.caller) }))
      .sort((a, b) => a.start - b.start || a.item.since - b.item.since)
      .slice(0, most)
      .map(({ item }) => item);
  }

  function remove(item: T): void {
    const queue = queues.get(item.caller) ?? [];
    const index = queue.indexOf(item);
    if (index === -1) return;
    queue.splice(index, 1);
    if (queue.length === 0) queues.delete(item.caller);
    if (queues.size > 0) return;
    ends.clear();
    clock = 0;
  }

  return {
    get isEmpty() {
      return queues.size === 0;
    },
    next,
    push(item) {
      const queue = queues.get(item.caller);
      if (queue === undefined) queues.set(item.caller, [item]);
      else queue.push(item);
    },
    shift(caller) {
      const [first] = next(1);
      if (first === undefined) return undefined;
      const item = queues.get(caller)?.[0] ?? first;
      const start = startOf(item.caller);
      // Not `start`: if an item goes out of order, the others must not lose their place.
      clock = startOf(first.caller);
      ends.set(item.caller, start + 1);
      remove(item);
      // Ends in the past no longer matter.
      if (ends.size > 2 * queues.size + 100) {
        for (const [caller, end] of ends) if (end <= clock) ends.delete(caller);
      }
      return item;
    },
    remove,
    charge(caller, turns) {
      const end = ends.get(caller);
      if (turns < 0) {
        if (end !== undefined) ends.set(caller, end + turns);
      } else if (queues.size > 0) {
        ends.set(caller, startOf(caller) + turns);
      }
    },
    before(caller) {
      const own = queues.get(caller) ?? [];
      const start = startOf(caller) + own.length;
      const items = [...own];
      for (const [other, queue] of queues) {
        if (other !== caller)
          items.push(...queue.slice(0, Math.max(0, Math.floor(start - startOf(other)) + 1)));
      }
      return items;
    },
    waiting: (caller) => queues.get(caller)?.length ?? 0,
    items: () => [...queues.values()].flat(),
  };
}
