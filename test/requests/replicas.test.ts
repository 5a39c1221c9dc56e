import { describe, expect, test } from 'vitest';
import type { RequestState } from '../../src/crm/object-types.js';
import type { Redis } from '../../src/redis/connection.js';
import { createRedisBackend } from '../../src/requests/redis-backend.js';
import { connect, type PrivateRedis, redisMissing, startRedis, until } from '../support/redis.js';
import { all, FakeGong, INTEGRATION, next, startWatcher, status } from './fake-gong.js';

const LEASE_MS = 300;

/** The watcher of one of several gateways with the same Gong. */
function startReplica(server: PrivateRedis) {
  const gong = new FakeGong();
  const connection = connect(server.url);
  const backend = createRedisBackend({ redis: connection.redis, leaseMs: LEASE_MS });
  const watcher = startWatcher(gong, backend);
  return {
    gong,
    connection,
    watcher,
    async [Symbol.asyncDispose]() {
      await watcher.close();
      await connection[Symbol.asyncDispose]();
    },
  };
}

async function startReplicas(server: PrivateRedis) {
  const replicas = [startReplica(server), startReplica(server), startReplica(server)] as const;
  let state: RequestState = 'PENDING';
  for (const { gong, connection } of replicas) {
    gong.answer = () => status(state);
    await until('a connection', () => connection.redis.status === 'ready');
  }
  const polls = () => replicas.map(({ gong }) => gong.polls.length);
  return {
    replicas,
    polls,
    /** How many replicas made any of the next ten polls. */
    async pollers() {
      const before = polls();
      const sum = (counts: readonly number[]) => counts.reduce((left, right) => left + right, 0);
      await until('polls', () => sum(polls()) > sum(before) + 10);
      return polls().filter((count, index) => count > (before[index] ?? 0)).length;
    },
    become(next: RequestState) {
      state = next;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(replicas.map((replica) => replica[Symbol.asyncDispose]()));
    },
  };
}

describe.skipIf(redisMissing() !== undefined)('three replicas with one Redis', () => {
  test('one of them polls, and the subscribers of all three see every change', async () => {
    await using server = await startRedis();
    await using three = await startReplicas(server);
    const watches = three.replicas.map(({ watcher }) => watcher.watch(INTEGRATION, ['up-1']));
    expect(await Promise.all(watches.map(next))).toEqual(['PENDING', 'PENDING', 'PENDING']);
    expect(await three.pollers()).toBe(1);
    expect(three.polls().filter((count) => count > 0)).toHaveLength(1);
    three.become('IN_PROGRESS');
    expect(await Promise.all(watches.map(next))).toEqual(['IN_PROGRESS', 'IN_PROGRESS', 'IN_PROGRESS']);
    three.become('DONE');
    expect(await Promise.all(watches.map(all))).toEqual([['DONE'], ['DONE'], ['DONE']]);
    const before = three.polls();
    expect(await all(three.replicas[2].watcher.watch(INTEGRATION, ['up-1']))).toEqual(['DONE']);
    // A final state is stored: no replica polls Gong again.
    expect(three.polls()).toEqual(before);
  });

  test('a poller that releases its lease is replaced at once, and Gong is polled again', async () => {
    await using server = await startRedis();
    await using three = await startReplicas(server);
    const [first, second] = three.replicas;
    const leaves = first.watcher.watch(INTEGRATION, ['up-1']);
    await next(leaves);
    const stays = second.watcher.watch(INTEGRATION, ['up-1']);
    await next(stays);
    expect(second.gong.polls).toEqual([]);
    await leaves.return?.();
    three.become('DONE');
    expect(await all(stays)).toEqual(['DONE']);
    expect(second.gong.polls).not.toEqual([]);
  });

  test('a poller that stops renewing its lease is replaced, and no change is repeated or lost', async () => {
    await using server = await startRedis();
    await using three = await startReplicas(server);
    const [first, second] = three.replicas;
    const silent = first.watcher.watch(INTEGRATION, ['up-1']);
    await next(silent);
    const stays = second.watcher.watch(INTEGRATION, ['up-1']);
    expect(await next(stays)).toBe('PENDING');
    // As with SIGKILL: the lease is not released.
    first.connection.redis.disconnect();
    three.become('IN_PROGRESS');
    first.gong.answer = () => status('PENDING');
    expect(await next(stays)).toBe('IN_PROGRESS');
    three.become('DONE');
    expect(await all(stays)).toEqual(['DONE']);
    await silent.return?.();
  });

  test.each([
    ['a lease without an end', (redis: Redis, key: string) => redis.set(`${key}:lease`, 'nobody')],
    [
      'a lease that ends in a year',
      (redis: Redis, key: string) => redis.set(`${key}:lease`, 'nobody', 'EX', 31_536_000),
    ],
    ['a lease that is a list', (redis: Redis, key: string) => redis.rpush(`${key}:lease`, 'nobody')],
    ['a state that is a list', (redis: Redis, key: string) => redis.rpush(`${key}:state`, 'DONE')],
  ])('%s, which no replica renews, is replaced within a lease', async (_name, put) => {
    await using server = await startRedis();
    await using three = await startReplicas(server);
    await put(three.replicas[0].connection.redis, `watch:{${INTEGRATION}/up-1}`);
    const watches = three.replicas.map(({ watcher }) => watcher.watch(INTEGRATION, ['up-1']));
    expect(await Promise.all(watches.map(next))).toEqual(['PENDING', 'PENDING', 'PENDING']);
    await until('one poller', async () => (await three.pollers()) === 1);
    three.become('DONE');
    expect(await Promise.all(watches.map(all))).toEqual([['DONE'], ['DONE'], ['DONE']]);
  });

  test('without Redis each replica polls, and when it is back only one does', async () => {
    await using server = await startRedis();
    await using three = await startReplicas(server);
    const watches = three.replicas.map(({ watcher }) => watcher.watch(INTEGRATION, ['up-1']));
    await Promise.all(watches.map(next));
    expect(await three.pollers()).toBe(1);
    await server.kill();
    await until('three pollers', async () => (await three.pollers()) === 3);
    three.become('IN_PROGRESS');
    expect(await Promise.all(watches.map(next))).toEqual(['IN_PROGRESS', 'IN_PROGRESS', 'IN_PROGRESS']);
    await server.start();
    await until('one poller', async () => (await three.pollers()) === 1);
    three.become('DONE');
    expect(await Promise.all(watches.map(all))).toEqual([['DONE'], ['DONE'], ['DONE']]);
    expect(three.replicas.map(({ connection }) => connection.log)).toEqual(
      Array(3).fill(['Redis is unavailable', 'Redis is available again']),
    );
  });

  test('replicas that start without Redis work all the same', async () => {
    await using server = await startRedis({ running: false });
    await using replica = startReplica(server);
    replica.gong.answer = () => status(replica.gong.polls.length < 3 ? 'PENDING' : 'DONE');
    expect(await all(replica.watcher.watch(INTEGRATION, ['up-1']))).toEqual(['PENDING', 'DONE']);
  });

  test('a Redis that does not answer is treated as unavailable', async () => {
    await using server = await startRedis();
    await using three = await startReplicas(server);
    const watch = three.replicas[0].watcher.watch(INTEGRATION, ['up-1']);
    await next(watch);
    server.freeze();
    three.become('DONE');
    expect(await all(watch)).toEqual(['DONE']);
    server.thaw();
  });
});
