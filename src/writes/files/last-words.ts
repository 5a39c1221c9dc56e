/** In all. */
const MOST = 10_000;
const MOST_OF_ONE = 1_000;

export interface LastWordsOptions<T> {
  readonly lifeMs: number;
  /** Whether nothing more will follow. */
  readonly isOver: (word: T) => boolean;
}

/**
 * What was said last of each upload, for those who come late. Callers choose the names, `<whose>/<name>`, and may choose
 * a new one every time: of too many, those go first that are missed least, and nobody pushes out another's.
 */
export interface LastWords<T> {
  of(name: string): T | undefined;
  /** @param isRefusal of an upload that never began */
  remember(name: string, word: T, isRefusal: boolean): void;
  forgetAll(): void;
}

interface Entry<T> {
  readonly word: T;
  readonly isRefusal: boolean;
  readonly timer: NodeJS.Timeout;
}

export function createLastWords<T>({ lifeMs, isOver }: LastWordsOptions<T>): LastWords<T> {
  /** By sender, the oldest first. */
  const all = new Map<string, Map<string, Entry<T>>>();
  let count = 0;

  function forget(name: string): void {
    const own = all.get(senderOf(name));
    const entry = own?.get(name);
    if (own === undefined || entry === undefined) return;
    clearTimeout(entry.timer);
    own.delete(name);
    count -= 1;
    if (own.size === 0) all.delete(senderOf(name));
  }

  /** A refusal, for who has sent it knows of it; then what is over; then what is oldest. */
  function leastMissed(entries: ReadonlyMap<string, Entry<T>>): string {
    let over: string | undefined;
    for (const [name, { isRefusal, word }] of entries) {
      if (isRefusal) return name;
      if (isOver(word)) over ??= name;
    }
    const [oldest = ''] = entries.keys();
    return over ?? oldest;
  }

  function largest(): ReadonlyMap<string, Entry<T>> {
    let found: ReadonlyMap<string, Entry<T>> = new Map();
    for (const own of all.values()) if (own.size > found.size) found = own;
    return found;
  }

  return {
    of: (name) => all.get(senderOf(name))?.get(name)?.word,
    remember(name, word, isRefusal) {
      forget(name);
      const timer = setTimeout(forget, lifeMs, name).unref();
      const own = all.get(senderOf(name)) ?? new Map<string, Entry<T>>();
      all.set(senderOf(name), own.set(name, { word, isRefusal, timer }));
      count += 1;
      if (own.size > MOST_OF_ONE) forget(leastMissed(own));
      else if (count > MOST) forget(leastMissed(largest()));
    },
    forgetAll() {
      for (const own of all.values()) for (const { timer } of own.values()) clearTimeout(timer);
      all.clear();
      count = 0;
    },
  };
}

function senderOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/'));
}
