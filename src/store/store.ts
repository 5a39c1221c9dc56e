import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayError } from '../errors.js';

/*
 * What the gateway remembers of writes: the queue of changes, the journal, the ledger of submissions. A store has ordered
 * keys and changes them in transactions, in an embedded database or in a Redis that replicas share.
 *
 * Transactions are optimistic: whoever commits says what it has read, and nothing is changed if that is no longer true. So
 * a process that was frozen, or believes it still holds a lease, cannot undo what others have done meanwhile.
 */

/** A value, and a token that changes with every commit of it. */
export interface Stored {
  readonly value: string;
  readonly version: string;
}

/** Keys from `from` (inclusive) to `before` (exclusive), in the order of their UTF-8 bytes. */
export interface KeyRange {
  readonly from: string;
  readonly before: string;
  readonly limit: number;
  /** Begins with the last key. */
  readonly reverse?: boolean;
}

export interface Commit {
  /** Versions that were read; `null` for a key that did not exist. */
  readonly read: ReadonlyMap<string, string | null>;
  /** New values; `null` deletes a key. */
  readonly written: ReadonlyMap<string, string | null>;
}

export interface StoreOptions {
  /** Whether the commit must survive a power failure, as far as the store can promise that. Default true. */
  readonly durable?: boolean;
  /** How often this transaction was tried. Of commits that wait together, the one tried most often goes first. Default 1. */
  readonly attempt?: number;
}

/** Every method rejects with a `StoreError` while the store cannot be used. */
export interface Store {
  /** Whether anything outlives this process. */
  readonly isDurable: boolean;
  /** Whether other processes use it, too. */
  readonly isShared: boolean;
  read(keys: readonly string[]): Promise<readonly (Stored | null)[]>;
  list(range: KeyRange): Promise<readonly (readonly [key: string, value: string])[]>;
  /** Number of keys in a range. On disk, every one of them is read. */
  count(range: Pick<KeyRange, 'from' | 'before'>): Promise<number>;
  /** Makes all changes or none. Resolves with `false`, and none is made, if a version is not the one that was read. */
  commit(commit: Commit, options?: StoreOptions): Promise<boolean>;
  /** Tells whoever listens, on every replica, that something has changed. Best effort; never rejects. */
  announce(topic: string): void;
  /** Calls back after `announce`, and when announcements may have been missed. Returns a function that ends this. */
  onAnnounced(topic: string, callback: () => void): () => void;
  close(): Promise<void>;
}

/**
 * The store cannot be reached or written to. Whether the commit was made is not known: only another transaction can tell.
 * Callers of the gateway see no more than that; `cause` has the reason.
 */
export class StoreError extends GatewayError {
  constructor(cause: unknown) {
    super('STORAGE_UNAVAILABLE', 'The gateway cannot use its store at the moment: try again.', { cause });
  }
}

/** One attempt at a transaction. What was read by key is what the commit depends on; what was listed is not. */
export interface Transaction {
  get(key: string): Promise<string | null>;
  getAll(keys: readonly string[]): Promise<readonly (string | null)[]>;
  list(range: KeyRange): ReturnType<Store['list']>;
  put(key: string, value: string): void;
  delete(key: string): void;
}

/** How often a transaction may be overtaken by others. */
const MOST_ATTEMPTS = 200;
/** Replicas that compete for a key pause for a random time of up to 1, 2, 4… ms, or they would win in the same order. */
const LONGEST_PAUSE_MS = 64;

/**
 * Runs `decide`, again if others have changed what it read, and commits what it wrote. It must have no other effect.
 *
 * @throws StoreError, after which the transaction may have been committed; what `decide` throws
 */
export async function transact<T>(
  store: Store,
  decide: (transaction: Transaction) => Promise<T>,
  options?: StoreOptions,
): Promise<T> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const read = new Map<string, string | null>();
    const written = new Map<string, string | null>();

    async function getAll(keys: readonly string[]): Promise<(string | null)[]> {
      const found = await store.read(keys);
      return keys.map((key, index) => {
        const stored = found[index] ?? null;
        if (!read.has(key)) read.set(key, stored?.version ?? null);
        const own = written.get(key);
        return own === undefined ? (stored?.value ?? null) : own;
      });
    }

    const result = await decide({
      getAll,
      get: async (key) => (await getAll([key]))[0] ?? null,
      list: store.list,
      put: (key, value) => void written.set(key, value),
      delete: (key) => void written.set(key, null),
    });
    if (written.size === 0 || (await store.commit({ read, written }, { ...options, attempt }))) return result;
    if (store.isShared && attempt > 1)
      await sleep(Math.random() * Math.min(2 ** (attempt - 2), LONGEST_PAUSE_MS));
  }
  throw new StoreError(new Error(`others changed the same keys ${MOST_ATTEMPTS} times in a row`));
}

/** A part of a store whose keys and topics have a prefix. Closing it leaves the rest open. */
export function scopedStore(store: Store, prefix: string): Store {
  const within = (key: string) => `${prefix}${key}`;
  const all = <V>(entries: ReadonlyMap<string, V>) =>
    new Map([...entries].map(([key, value]) => [within(key), value]));
  return {
    isDurable: store.isDurable,
    isShared: store.isShared,
    read: (keys) => store.read(keys.map(within)),
    async list({ from, before, ...rest }) {
      const listed = await store.list({ ...rest, from: within(from), before: within(before) });
      return listed.map(([key, value]) => [key.slice(prefix.length), value]);
    },
    count: ({ from, before }) => store.count({ from: within(from), before: within(before) }),
    commit: ({ read, written }, options) => store.commit({ read: all(read), written: all(written) }, options),
    announce: (topic) => store.announce(within(topic)),
    onAnnounced: (topic, callback) => store.onAnnounced(within(topic), callback),
    close: async () => undefined,
  };
}

/** The range of all keys that begin with a text. */
export function keysUnder(prefix: string): Pick<KeyRange, 'from' | 'before'> {
  return { from: prefix, before: `${prefix}\u{10ffff}` };
}
