/** How many uploads are remembered in all, and of one sender. */
const MOST = 10_000;
const MOST_OF_ONE = 1_000;

export interface LatestProgressOptions<T> {
  readonly lifeMs: number;
  /** Whether an upload has ended with this progress. */
  readonly isFinal: (progress: T) => boolean;
}

/**
 * The latest progress of each upload, for followers who come late. Names are `<sender>/<name>`; a sender may choose a new
 * name every time. Beyond the limits a sender loses its own entries only, the least useful first.
 */
export interface LatestProgress<T> {
  get(name: string): T | undefined;
  /** @param isRefusal whether the upload was refused before it began */
  set(name: string, progress: T, isRefusal: boolean): void;
  clear(): void;
}

interface Entry<T> {
  readonly progress: T;
  readonly isRefusal: boolean;
  readonly timer: NodeJS.Timeout;
}

/** Not an LRUCache: what is evicted depends on the sender and on how its uploads ended, not on use alone. */
export function createLatestProgress<T>({ lifeMs, isFinal }: LatestProgressOptions<T>): LatestProgress<T> {
  /** By sender, then by name, the oldest first. */
  const all = new Map<string, Map<string, Entry<T>>>();
  let count = 0;

  function remove(name: string): void {
    const own = all.get(senderOf(name));
    const entry = own?.get(name);
    if (own === undefined || entry === undefined) return;
    clearTimeout(entry.timer);
    own.delete(name);
    count -= 1;
    if (own.size === 0) all.delete(senderOf(name));
  }

  /** Returns a refusal, which its sender knows of, or else the oldest upload that has ended, or else the oldest. */
  function leastUseful(entries: ReadonlyMap<string, Entry<T>>): string {
    let ended: string | undefined;
    for (const [name, { isRefusal, progress }] of entries) {
      if (isRefusal) return name;
      if (isFinal(progress)) ended ??= name;
    }
    const [oldest = ''] = entries.keys();
    return ended ?? oldest;
  }

  function largest(): ReadonlyMap<string, Entry<T>> {
    return [...all.values()].reduce((left, right) => (right.size > left.size ? right : left));
  }

  return {
    get: (name) => all.get(senderOf(name))?.get(name)?.progress,
    set(name, progress, isRefusal) {
      remove(name);
      const timer = setTimeout(remove, lifeMs, name).unref();
      const own = all.get(senderOf(name)) ?? new Map<string, Entry<T>>();
      all.set(senderOf(name), own.set(name, { progress, isRefusal, timer }));
      count += 1;
      if (own.size > MOST_OF_ONE) remove(leastUseful(own));
      else if (count > MOST) remove(leastUseful(largest()));
    },
    clear() {
      for (const own of all.values()) for (const { timer } of own.values()) clearTimeout(timer);
      all.clear();
      count = 0;
    },
  };
}

function senderOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/'));
}
