import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keysUnder, type Store, transact } from '../../src/store/store.js';
import { redisMissing, startRedis, until } from '../support/redis.js';
import { connectStore } from '../support/stores.js';
import { startToxicProxy } from '../support/toxic-proxy.js';

const put = (store: Store, entries: Readonly<Record<string, string | null>>) =>
  store.commit({ read: new Map(), written: new Map(Object.entries(entries)) });
const valueAt = async (store: Store, key: string) => (await store.read([key]))[0]?.value;
const UNAVAILABLE = { code: 'STORAGE_UNAVAILABLE', extensions: { retryable: true } };

/** Waits until commits are made again. */
const usable = (store: Store) => until('the store', () => put(store, { again: '1' }).catch(() => false));

describe.skipIf(redisMissing() !== undefined)('a store in Redis', () => {
  test('that appends every command to a file loses nothing when it is killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'redis-aof-'));
    const settings = ['--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always'];
    await using server = await startRedis({ settings });
    await using connection = await connectStore(server.url);
    const { store } = connection;
    const written = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, `${index}`]));
    await Promise.all(Object.entries(written).map(([key, value]) => put(store, { [key]: value })));
    await server.kill();
    await expect(put(store, { k0: 'lost' })).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.read(['k0'])).rejects.toMatchObject(UNAVAILABLE);
    await server.start();
    await usable(store);
    await until('reads', () =>
      store.read([]).then(
        () => true,
        () => false,
      ),
    );
    const listed = await store.list({ ...keysUnder('k'), limit: 1_000 });
    expect(Object.fromEntries(listed)).toEqual(written);
    await rm(folder, { recursive: true });
  });

  test('that was flushed refuses commits that rest on what was there, and begins anew', async () => {
    await using server = await startRedis();
    await using connection = await connectStore(server.url);
    const { store, redis } = connection;
    await put(store, { a: '1', b: '1' });
    const [a] = await store.read(['a']);
    await redis.flushall();
    const read = new Map([['a', a?.version ?? null]]);
    expect(await store.commit({ read, written: new Map([['a', '2']]) })).toBe(false);
    await put(store, { a: '1' });
    // The same value in a new life.
    expect(await store.commit({ read, written: new Map([['a', '2']]) })).toBe(false);
    expect(await store.list({ ...keysUnder(''), limit: 10 })).toEqual([['a', '1']]);
  });

  test('that is full refuses to add, still reads, lets through what makes room, and recovers', async () => {
    await using server = await startRedis({
      settings: ['--maxmemory', '4mb', '--maxmemory-policy', 'noeviction'],
    });
    await using connection = await connectStore(server.url);
    const { store, redis } = connection;
    const entries = 5_000;
    let index = 0;
    const fill = async () => {
      while (index < entries) await put(store, { [`k${index++}`]: 'x'.repeat(2_000) });
    };
    const refusal = await fill().catch((error: unknown) => error);
    expect(refusal).toMatchObject(UNAVAILABLE);
    expect(String((refusal as Error).cause)).toContain("used memory > 'maxmemory'");
    const count = await store.count(keysUnder('k'));
    expect(count).toBe(index - 1);
    expect(await valueAt(store, 'k0')).toBe('x'.repeat(2_000));
    // More is added than deleted: none of it is done.
    await expect(put(store, { k0: null, x: '1', y: '1' })).rejects.toMatchObject(UNAVAILABLE);
    expect(await store.count(keysUnder(''))).toBe(count);
    expect(await put(store, { k0: null, k1: null, done: '2' })).toBe(true);
    expect(await valueAt(store, 'done')).toBe('2');
    await redis.config('SET', 'maxmemory', '100mb');
    expect(await put(store, { more: '1' })).toBe(true);
  });

  test('goes on after a failover, with the new primary and without the old one', async () => {
    await using first = await startRedis({ settings: ['--repl-diskless-sync-delay', '0'] });
    // Without a file in this folder.
    await using second = await startRedis({ settings: ['--repl-diskless-load', 'on-empty-db'] });
    let primary = first;
    await using proxy = await startToxicProxy(() => primary.url);
    await using direct = await connectStore(second.url);
    await direct.redis.replicaof('127.0.0.1', new URL(first.url).port);
    await using connection = await connectStore(proxy.url.replace('http', 'redis'));
    const { store } = connection;
    await put(store, { a: '1' });
    await until('the replica', async () => (await valueAt(direct.store, 'a').catch(() => null)) === '1');
    await direct.redis.replicaof('NO', 'ONE');
    primary = second;
    // The old primary is demoted, keeps its connections and hears of nothing any more.
    await using old = await connectStore(first.url);
    await old.redis.replicaof('127.0.0.1', 1);
    await expect(put(store, { a: 'nowhere' })).rejects.toMatchObject(UNAVAILABLE);
    await usable(store);
    expect(await put(store, { a: '2' })).toBe(true);
    expect(await valueAt(direct.store, 'a')).toBe('2');
    await until('reads', () =>
      valueAt(store, 'a').then(
        (value) => value === '2',
        () => false,
      ),
    );
  });

  test('does not make a commit that comes late, from a client that was frozen meanwhile', async () => {
    await using server = await startRedis();
    await using proxy = await startToxicProxy(() => server.url);
    await using frozen = await connectStore(proxy.url.replace('http', 'redis'));
    await using other = await connectStore(server.url);
    await put(other.store, { a: '1' });
    const [a] = await frozen.store.read(['a']);
    proxy.poison({ up: { latencyMs: 100 } });
    const read = new Map([['a', a?.version ?? null]]);
    const late = frozen.store.commit({ read, written: new Map([['a', 'old']]) });
    await put(other.store, { a: 'new' });
    expect(await late).toBe(false);
    expect(await valueAt(other.store, 'a')).toBe('new');
  });

  test('rejects a commit whose answer was lost, which another transaction then sees', async () => {
    await using server = await startRedis();
    await using proxy = await startToxicProxy(() => server.url);
    await using connection = await connectStore(proxy.url.replace('http', 'redis'));
    await using other = await connectStore(server.url);
    const { store } = connection;
    proxy.poison({ down: { resetAfter: 0 } });
    await expect(put(store, { a: '1' })).rejects.toMatchObject(UNAVAILABLE);
    expect(await valueAt(other.store, 'a')).toBe('1');
    proxy.poison({});
    await usable(store);
    const add = transact(store, async (transaction) => {
      const value = Number(await transaction.get('a')) + 1;
      transaction.put('a', String(value));
      return value;
    });
    expect(await add).toBe(2);
  });

  test('heals what others have deleted or overwritten of it', async () => {
    await using server = await startRedis();
    await using connection = await connectStore(server.url);
    const { store, redis } = connection;
    const keys = Array.from({ length: 10 }, (_, index) => `k${index}`);
    await put(store, Object.fromEntries(keys.map((key) => [key, key])));
    for (const damage of [
      () => redis.del('{store}:keys'),
      () => redis.set('{store}:keys', 'rubbish'),
      () => redis.zrem('{store}:keys', 'k3'),
    ]) {
      await damage();
      expect(await store.list({ ...keysUnder('k'), limit: 100 })).toEqual(keys.map((key) => [key, key]));
    }
    await redis.set('{store}:values', 'rubbish');
    expect(await store.read(['k0'])).toEqual([null]);
    expect(await store.count(keysUnder(''))).toBe(0);
    expect(await put(store, { k0: '1' })).toBe(true);
  });

  test('tells listeners that they may have missed something while Redis was away', async () => {
    await using server = await startRedis();
    await using connection = await connectStore(server.url);
    let heard = 0;
    connection.store.onAnnounced('topic', () => {
      heard += 1;
    });
    await until('the subscription', () => heard === 1);
    await server.kill();
    await server.start();
    await until('the next one', () => heard === 2);
  });
});
