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
  return guardStore(createLevelStore(new MemoryLevel(ENCODINGS), false), { error: () => undefined });
}

/**
 * A store in a LevelDB that no other process uses. Commits are made one after the other, those that wait together at once:
 * a flush of the disk takes milliseconds, and so a hundred callers share one.
 *
 * @param database owned
 */
export function createLevelStore(database: Database, isDurable: boolean): Store {
  const pack = createPacker();
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
      for (const { reject } of group) reject(error);
    }
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
    isDurable,
    async read(keys) {
      const texts = await database.getMany([...keys]);
      return texts.map((text) => (text === undefined ? null : unpack(text)));
    },
    async list({ from, before, limit, reverse = false }) {
      const entries = await database.iterator({ gte: from, lt: before, limit, reverse }).all();
      return entries.map(([key, text]) => [key, unpack(text).value]);
    },
    async count({ from, before }) {
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
