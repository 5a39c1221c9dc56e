import type { Store, Transaction } from './store.js';
import { createSweeper, type Retention } from './sweeper.js';
import { createTimeKeys, timeOf } from './time-keys.js';

export interface ExpiringOptions extends Retention {
  /** Put before every key. Nothing else may be stored under it. */
  readonly prefix: string;
  readonly now?: () => number;
}

/**
 * Entries of a store that expire. Each has a second key, which sorts by the time of the first one's last change. For entries
 * whose own keys sort by time, `createSweeper` is enough.
 */
export interface Expiring {
  /** Values by key, `null` for what has expired. The transaction is one of the store. */
  getAll(transaction: Transaction, keys: readonly string[]): Promise<(string | null)[]>;
  putAll(transaction: Transaction, entries: ReadonlyMap<string, string>): Promise<void>;
  /** See `Sweeper`. */
  sweep(written: number): Promise<void>;
}

/** An entry need not be renewed until it has lived for this part of its life: so most changes write one key. */
const FRESH = 0.01;

export function createExpiring(store: Store, options: ExpiringOptions): Expiring {
  const { prefix, lifeMs, now = Date.now } = options;
  const newKey = createTimeKeys(now);
  const entryKey = (key: string) => `${prefix}entry/${key}`;
  const agePrefix = `${prefix}age/`;
  const sweeper = createSweeper(store, {
    ...options,
    prefix: agePrefix,
    // Its entry is as old, because whoever renews the entry deletes this key.
    forget: (transaction, _age, key) => transaction.delete(entryKey(key)),
  });

  async function find(transaction: Transaction, keys: readonly string[]): Promise<(Entry | null)[]> {
    const texts = await transaction.getAll(keys.map(entryKey));
    return texts.map((text) => (text === null ? null : readEntry(text)));
  }

  return {
    ...sweeper,
    async getAll(transaction, keys) {
      const oldest = now() - lifeMs;
      const found = await find(transaction, keys);
      return found.map((entry) => (entry !== null && timeOf(entry.age) >= oldest ? entry.value : null));
    },
    async putAll(transaction, entries) {
      const freshSince = now() - lifeMs * FRESH;
      const keys = [...entries.keys()];
      const found = await find(transaction, keys);
      for (const [index, [key, value]] of [...entries].entries()) {
        const before = found[index]?.age;
        const isFresh = before !== undefined && timeOf(before) >= freshSince;
        const age = isFresh ? before : newKey();
        if (!isFresh) {
          if (before !== undefined) transaction.delete(agePrefix + before);
          transaction.put(agePrefix + age, key);
        }
        transaction.put(entryKey(key), `${age} ${value}`);
      }
    },
  };
}

interface Entry {
  /** What its second key ends in. */
  readonly age: string;
  readonly value: string;
}

function readEntry(text: string): Entry {
  const end = text.indexOf(' ');
  return { age: text.slice(0, end), value: text.slice(end + 1) };
}
