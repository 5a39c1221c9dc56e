import type { AbstractLevel } from 'abstract-level';
import { MemoryLevel } from 'memory-level';
import { guardStore } from './guarded-store.js';
import type { Commit, Store } from './store.js';
import { createTopics } from './topics.js';
import { createPacker, unpack } from './versions.js';

export type Database = AbstractLevel<string | Buffer | Uint8Array, string, string>;

/** Keys are in the order of their bytes. */
export const ENCODINGS = { keyEncoding: 'utf8', valueEncoding: 'utf8' } as const;

interface Pending {
  readonly commit: Commit;
  readonly durable: boolean;
  readonly resolve: (isCommitted: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** A store in this process, which ends with it. */
export function createMemoryStore(): Store {
  return guardStore(createLevelStore(new MemoryLevel(ENCODINGS)), { logger: { error: () => undefined } });
}

/** A database whose data outlives the process. */
export interface Durability {
  /**
   * Closes and opens the database. LevelDB appends to its log also after a failed write, for example to a full disk, and then
   * loses what follows when it is opened again. So after a failure nothing is committed until this resolves.
   */
  readonly reopen: () => Promise<void>;
}

/**
 * A store in a LevelDB that no other process uses. Commits are made one after the other, those that wait together at once:
 * a flush of the disk takes milliseconds, and so a hundred callers share one.
 *
 * @param database owned
 * @param durability of a database on disk
 */
export function createLevelStore(database: Database, durability?: Durability): Store {
  const pack = createPacker();
  let mustReopen = false;
  /** Reads wait for it. */
  let reopening: Promise<void> | undefined;
  let pending: Pending[] = [];
  let committing: Promise<void> | undefined;

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
      if (mustReopen) await reopen();
      const before = await versionsOf(group);
      const written = new Map<string, string | null>();
      const made = group.map(({ commit }) => {
        for (const [key, version] of commit.read) if ((before.get(key) ?? null) !== version) return false;
        for (const [key, value] of commit.written) {
          const text = value === null ? null : pack(key, value);
          before.set(key, text === null ? null : unpack(text).version);
          written.set(key, text);
        }
        return true;
      });
      await write(written, durability !== undefined && group.some(({ durable }) => durable));
      group.forEach(({ resolve }, index) => {
        resolve(made[index] ?? false);
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  async function write(written: ReadonlyMap<string, string | null>, sync: boolean): Promise<void> {
    const changes = [...written].map(([key, value]) =>
      value === null ? { type: 'del' as const, key } : { type: 'put' as const, key, value },
    );
    try {
      // Only the database on disk knows the option.
      await database.batch(changes, { sync } as object);
    } catch (error) {
      mustReopen = true;
      throw error;
    }
  }

  async function reopen(): Promise<void> {
    const reopened = durability?.reopen();
    reopening = reopened?.catch(() => undefined);
    await reopened;
    mustReopen = false;
  }

  async function versionsOf(group: readonly Pending[]): Promise<Map<string, string | null>> {
    const keys = [...new Set(group.flatMap(({ commit }) => [...commit.read.keys()]))];
    const texts = await database.getMany(keys);
    return new Map(
      keys.map((key, index) => {
        const text = texts[index];
        return [key, text === undefined ? null : unpack(text).version];
      }),
    );
  }

  return {
    ...createTopics(),
    isDurable: durability !== undefined,
    isShared: false,
    async read(keys) {
      await reopening;
      const texts = await database.getMany([...keys]);
      return texts.map((text) => (text === undefined ? null : unpack(text)));
    },
    async list({ from, before, limit, reverse = false }) {
      await reopening;
      const entries = await database.iterator({ gte: from, lt: before, limit, reverse }).all();
      return entries.map(([key, text]) => [key, unpack(text).value]);
    },
    async count({ from, before }) {
      await reopening;
      return (await database.keys({ gte: from, lt: before }).all()).length;
    },
    commit(commit, { durable = true } = {}) {
      return new Promise((resolve, reject) => {
        pending.push({ commit, durable, resolve, reject });
        committing ??= commitAll();
      });
    },
    async close() {
      await committing;
      await database.close();
    },
  };
}
