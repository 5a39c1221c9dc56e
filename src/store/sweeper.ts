import { keysUnder, type Store, type Transaction, transact } from './store.js';
import { firstKeyAt } from './time-keys.js';

export interface Retention {
  /** Entries older than this are deleted. */
  readonly lifeMs: number;
  /** About how many entries are kept: those beyond it by more than a tenth are deleted, the oldest first. */
  readonly most: number;
}

export interface SweeperOptions extends Retention {
  /** Put before the key of each entry, which `createTimeKeys` has made. */
  readonly prefix: string;
  /** Deletes what else belongs to an entry. */
  readonly forget?: (transaction: Pick<Transaction, 'delete'>, key: string, value: string) => void;
  readonly now?: () => number;
}

/** Deletes entries that are too old or too many, without a timer and without a counter that writers would contend for. */
export interface Sweeper {
  /** To be called after entries were written, and need not be awaited. Never rejects: what is left, the next call deletes. */
  sweep(written: number): Promise<void>;
}

/** Entries deleted in one transaction. */
const STEP = 100;

export function createSweeper(store: Store, options: SweeperOptions): Sweeper {
  const { prefix, lifeMs, most, forget, now = Date.now } = options;
  const all = keysUnder(prefix);
  /** Entries written since they were last counted; replicas do so, too, and so did earlier processes. */
  let uncounted = Number.POSITIVE_INFINITY;
  let sweeping: Promise<void> | undefined;

  async function sweepAll(): Promise<void> {
    const old = { from: prefix, before: prefix + firstKeyAt(now() - lifeMs) };
    while ((await deleteOldest(old, STEP)) === STEP);
    if (uncounted < most / 10) return;
    uncounted = 0;
    for (let over = (await store.count(all)) - most; over > 0; over -= STEP) {
      await deleteOldest(all, Math.min(over, STEP));
    }
  }

  async function deleteOldest(range: typeof all, limit: number): Promise<number> {
    const oldest = await store.list({ ...range, limit });
    if (oldest.length === 0) return 0;
    await transact(
      store,
      async (transaction) => {
        const values = await transaction.getAll(oldest.map(([key]) => key));
        for (const [index, [key]] of oldest.entries()) {
          const value = values[index] ?? null;
          // Another replica has deleted or renewed it.
          if (value === null) continue;
          transaction.delete(key);
          forget?.(transaction, key.slice(prefix.length), value);
        }
      },
      { durable: false },
    );
    return oldest.length;
  }

  return {
    sweep(written) {
      uncounted += written;
      sweeping ??= sweepAll()
        .catch(() => undefined)
        .finally(() => {
          sweeping = undefined;
        });
      return sweeping;
    },
  };
}
