import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openDiskStore } from '../../src/store/disk-store.js';
import { createMemoryStore } from '../../src/store/level-store.js';
import { createRedisStore } from '../../src/store/redis-store.js';
import type { Store } from '../../src/store/store.js';
import { connect, type PrivateRedis, redisMissing, startRedis, type TestRedis, until } from './redis.js';

export interface TestStore extends AsyncDisposable {
  readonly store: Store;
  /** A second one over the same data: of another replica in Redis, after a restart on disk; `null` in memory. */
  readonly again: (() => Promise<Store>) | null;
}

/** Declares the same tests for each engine. `open` gives each test an empty store. */
export function eachStore(tests: (open: () => Promise<TestStore>, engine: string) => void): void {
  describe('in memory', () => tests(openInMemory, 'memory'));
  durableStores(tests);
}

/** The same for the engines whose content outlives the process. */
export function durableStores(tests: (open: () => Promise<TestStore>, engine: string) => void): void {
  describe('on disk', () => tests(openOnDisk, 'disk'));
  describe.skipIf(redisMissing() !== undefined)('in Redis', () => {
    let server: PrivateRedis;
    let opened = 0;
    beforeAll(async () => {
      server = await startRedis();
    });
    afterAll(() => server[Symbol.asyncDispose]());
    tests(() => openInRedis(server.url, `test${++opened}:`), 'redis');
  });
}

const QUIET = { logger: { error: () => undefined } };

async function openInMemory(): Promise<TestStore> {
  const store = createMemoryStore();
  return { store, again: null, [Symbol.asyncDispose]: () => store.close() };
}

async function openOnDisk(): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-store-'));
  const store = await openDiskStore(folder, QUIET);
  let last = store;
  return {
    store,
    async again() {
      await last.close();
      last = await openDiskStore(folder, QUIET);
      return last;
    },
    async [Symbol.asyncDispose]() {
      await last.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** @param keyPrefix of this store alone */
async function openInRedis(url: string, keyPrefix: string): Promise<TestStore> {
  const first = await connectStore(url, keyPrefix);
  const opened = [first];
  return {
    store: first.store,
    async again() {
      const another = await connectStore(url, keyPrefix);
      opened.push(another);
      return another.store;
    },
    async [Symbol.asyncDispose]() {
      for (const each of opened) await each[Symbol.asyncDispose]();
    },
  };
}

export interface ConnectedStore extends TestRedis {
  readonly store: Store;
}

/** A connection and a store in the same Redis, both ready. */
export async function connectStore(url: string, keyPrefix?: string): Promise<ConnectedStore> {
  const connection = connect(url, keyPrefix);
  const store = createRedisStore(connection.redis, QUIET);
  // They take different connections.
  for (const durable of [true, false]) {
    const nothing = { read: new Map(), written: new Map() };
    await until('a connection', () => store.commit(nothing, { durable }).catch(() => false));
  }
  return {
    ...connection,
    store,
    async [Symbol.asyncDispose]() {
      await store.close();
      await connection[Symbol.asyncDispose]();
    },
  };
}
