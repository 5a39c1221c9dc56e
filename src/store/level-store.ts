import { randomBytes } from 'node:crypto';
import type { AbstractLevel } from 'abstract-level';
import { ClassicLevel } from 'classic-level';
import { MemoryLevel } from 'memory-level';
import { type Commit, type Store, type Stored, StoreError } from './store.js';

type Database = AbstractLevel<string | Buffer | Uint8Array, string, string>;

interface Pending {
  readonly commit: Commit;
  readonly durable: boolean;
  readonly resolve: (isCommitted: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** A store in this process, which ends with it. */
export function createMemoryStore(): Store {
  return createLevelStore(new MemoryLevel({ keyEncoding: 'utf8', valueEncoding: 'utf8' }), false);
}

/**
 * A store in a folder on disk, for one process at a time.
 *
 * @throws the database's error if the folder is in use, or cannot be read or written
 */
export async function openDiskStore(folder: string): Promise<Store> {
  const database = new ClassicLevel<string, string>(folder, { keyEncoding: 'utf8', valueEncoding: 'utf8' });
  await database.open();
  return createLevelStore(database, true);
}

/**
 * Commits one after the other, those that wait together at once: a flush of the disk takes milliseconds, and so a hundred
 * callers share one.
 */
function createLevelStore(database: Database, isDurable: boolean): Store {
  /** Versions must differ from those of any earlier process. */
  const epoch = randomBytes(6).toString('base64url');
  let commits = 0;
  let pending: Pending[] = [];
  let committing: Promise<void> | undefined;
  const listeners = new Map<string, Set<() => void>>();

  async function commitAll(): Promise<void> {
    // What arrives in the same turn is committed together.
    await undefined;
    while (pending.length > 0) {
      const group = pending;
      pending = [];
      await commitGroup(group);
    }
    committing = undefined;
  }

  async function commitGroup(group: readonly Pending[]): Promise<void> {
    try {
      const before = await versionsOf(group);
      const written = new Map<string, string | null>();
      const made = group.map(({ commit }) => {
        for (const [key, version] of commit.read) if ((before.get(key) ?? null) !== version) return false;
        const version = `${epoch}${(++commits).toString(36)}`;
        for (const [key, value] of commit.written) {
          before.set(key, value === null ? null : version);
          written.set(key, value === null ? null : pack({ value, version }));
        }
        return true;
      });
      const sync = isDurable && group.some(({ durable }) => durable);
      await database.batch(
        [...written].map(([key, value]) =>
          value === null ? { type: 'del' as const, key } : { type: 'put' as const, key, value },
        ),
        // Only the database on disk knows it.
        { sync } as object,
      );
      group.forEach(({ resolve }, index) => {
        resolve(made[index] ?? false);
      });
    } catch (error) {
      for (const { reject } of group) reject(unusable(error));
    }
  }

  async function versionsOf(group: readonly Pending[]): Promise<Map<string, string | null>> {
    const keys = [...new Set(group.flatMap(({ commit }) => [...commit.read.keys()]))];
    const texts = await database.getMany(keys);
    return new Map(keys.map((key, index) => [key, unpack(texts[index])?.version ?? null]));
  }

  return {
    isDurable,
    isShared: false,
    async read(keys) {
      const texts = await database.getMany([...keys]).catch(rethrow);
      return texts.map(unpack);
    },
    async list({ from, before, limit, reverse = false }) {
      const options = { gte: from, lt: before, limit, reverse };
      const entries = await database.iterator(options).all().catch(rethrow);
      return entries.flatMap(([key, text]) => {
        const stored = unpack(text);
        return stored === null ? [] : [[key, stored.value] as const];
      });
    },
    commit(commit, { durable = true } = {}) {
      return new Promise((resolve, reject) => {
        pending.push({ commit, durable, resolve, reject });
        committing ??= commitAll();
      });
    },
    announce(topic) {
      for (const callback of listeners.get(topic) ?? []) callback();
    },
    onAnnounced(topic, callback) {
      const callbacks = listeners.get(topic) ?? new Set();
      listeners.set(topic, callbacks);
      callbacks.add(callback);
      return () => {
        callbacks.delete(callback);
        if (callbacks.size === 0 && listeners.get(topic) === callbacks) listeners.delete(topic);
      };
    },
    async close() {
      await committing;
      await database.close();
    },
  };
}

function pack({ value, version }: Stored): string {
  return `${version} ${value}`;
}

function unpack(text: string | undefined): Stored | null {
  if (text === undefined) return null;
  const end = text.indexOf(' ');
  return { version: text.slice(0, end), value: text.slice(end + 1) };
}

function unusable(error: unknown): StoreError {
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreError(`The store cannot be used: ${reason}`, { cause: error });
}

function rethrow(error: unknown): never {
  throw unusable(error);
}
