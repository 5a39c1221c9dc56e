import { describe, expect, it } from 'vitest';
import { KEYS } from '../../../src/gong/budget/redis-scripts.js';
import { createRedisStore } from '../../../src/gong/credentials/oauth-store.js';
import type { Redis } from '../../../src/redis/connection.js';
import { connect, redisMissing, startRedis, until } from '../../support/redis.js';
import { json, startClient, startUpstream } from '../upstream.js';

const missing = redisMissing();
const LIMITS = { callsPerSecond: 20, callsPerDay: 10, replicas: 2, queueMaxMs: 30_000 };
const FAR = Date.now() + 10 * 365 * 86_400_000;

/** A Redis, a Gong and any number of replicas. */
async function start(limits: Partial<typeof LIMITS> & { readonly probeAfterMs?: number } = {}) {
  const owned: AsyncDisposable[] = [];
  function own<T extends AsyncDisposable>(resource: T): T {
    owned.unshift(resource);
    return resource;
  }
  const server = own(await startRedis());
  const upstream = own(
    await startUpstream((_call, response) => json(response, 200, { requestId: 'r', integrations: [] })),
  );
  const { redis } = own(connect(server.url));
  await until('a connection', () => redis.status === 'ready');
  /** The budget's keys, without the prefix that the connection adds. */
  async function keys(): Promise<string[]> {
    return (await redis.keys('*budget:*')).map((key) => key.replace(/^test:/, ''));
  }
  return {
    redis,
    upstream,
    startReplica: () =>
      own(startClient(upstream.url, { ...LIMITS, ...limits }, own(connect(server.url)).redis)),
    keys,
    key: async (name: string) => (await keys()).find((key) => key.endsWith(`:${name}`)) ?? `no ${name}`,
    async [Symbol.asyncDispose]() {
      for (const resource of owned) await resource[Symbol.asyncDispose]();
    },
  };
}

/** What any key may hold by mistake. */
const RUBBISH: readonly [string, (redis: Redis, key: string) => Promise<unknown>][] = [
  ['a word', (redis, key) => redis.set(key, 'rubbish')],
  ['a list', (redis, key) => redis.rpush(key, 'a', 'b')],
  ['a set of far times', (redis, key) => redis.zadd(key, FAR, 'a', FAR, 'b', '+inf', 'c', '-inf', 'd')],
  [
    'a hash of what are no numbers',
    (redis, key) => {
      const fields = ['until', 'probeAt', 'probing', 'pace', 'turn', 'last', 'day', 'ghost'];
      return redis.hset(key, Object.fromEntries(fields.map((field) => [field, 'nan'])));
    },
  ],
  [
    'a hash of far times',
    (redis, key) => {
      const fields = ['until', 'probeAt', 'probing', 'pace', 'turn', 'last'];
      const far = Object.fromEntries(fields.map((field) => [field, '1e300']));
      return redis.hset(key, { ...far, ghost: `0 ${FAR}`, other: '0 1e300' });
    },
  ],
];

describe.skipIf(missing !== undefined)('what stands in Redis by mistake', () => {
  it.concurrent('FLUSHALL: replicas tell Redis their calls again, and the day is not exceeded', async () => {
    await using shared = await start();
    const [a, b] = [shared.startReplica(), shared.startReplica()];
    for (let call = 0; call < 3; call += 1)
      await Promise.all([a.client.listIntegrations(), b.client.listIntegrations()]);
    await shared.redis.flushall();
    await a.client.listIntegrations();
    await b.client.listIntegrations();
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => a.client.listIntegrations()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(shared.upstream.calls).toHaveLength(10);
    expect(a.client.budget()).toMatchObject({ degraded: false, perDay: { left: 0 } });
    expect(a.log.filter((line) => line.includes('Redis has lost'))).toHaveLength(1);
  });

  it.concurrent('FLUSHALL: a replica that calls nothing tells its calls, too', async () => {
    await using shared = await start();
    const [quiet, other] = [shared.startReplica(), shared.startReplica()];
    for (let call = 0; call < 6; call += 1) await quiet.client.listIntegrations();
    await other.client.listIntegrations();
    await shared.redis.flushall();
    await until('all seven', async () => {
      const key = await shared.key('day');
      return (await shared.redis.zcard(key)) === 7;
    });
  });

  it.concurrent.each(RUBBISH)(
    '%s in the place of any key, without an end: calls are made',
    async (_name, put) => {
      await using shared = await start({ callsPerDay: 1_000 });
      const { client } = shared.startReplica();
      await client.listIntegrations();
      const place = (await shared.key('slots')).replace(/:slots$/, '');
      for (const name of KEYS) {
        await shared.redis.del(`${place}:${name}`);
        await put(shared.redis, `${place}:${name}`);
      }
      await client.listIntegrations();
      await client.listIntegrations({ priority: 'poll' });
      expect(shared.upstream.calls).toHaveLength(3);
      expect(client.budget()).toMatchObject({ degraded: false, heldForMs: 0 });
    },
  );

  it.concurrent('slots that never end are free after ten seconds', async () => {
    await using shared = await start({ callsPerSecond: 1 });
    const { client } = shared.startReplica();
    await client.listIntegrations();
    const key = await shared.key('slots');
    await shared.redis.zadd(key, '+inf', 'ghost');
    await shared.redis.persist(key);
    const waiting = client.listIntegrations({ signal: AbortSignal.timeout(300) });
    await expect(waiting).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    const [seconds] = await shared.redis.time();
    const ends = Number(await shared.redis.zscore(key, 'ghost'));
    expect(ends / 1_000).toBeLessThanOrEqual(Number(seconds) + 11);
  });

  it.concurrent('a pause that nobody asked for is asked about', async () => {
    await using shared = await start({ probeAfterMs: 200 });
    const { client } = shared.startReplica();
    await client.listIntegrations();
    const hour = Date.now() + 3_600_000;
    const hold = (await shared.key('slots')).replace(/:slots$/, ':hold');
    await shared.redis.hset(hold, { until: hour, probeAt: hour, pace: 3_600_000 });
    await client.listIntegrations();
    expect(shared.upstream.calls).toHaveLength(2);
    await until('no pause', async () => (await shared.redis.exists(hold)) === 0);
  });

  it.concurrent('a lock on the renewal of an OAuth token that never ends is given its end', async () => {
    await using server = await startRedis();
    await using connection = connect(server.url);
    const { redis } = connection;
    await until('a connection', () => redis.status === 'ready');
    const store = createRedisStore(redis, {
      kind: 'oauth',
      clientId: 'c',
      clientSecret: 's',
      refreshToken: 'r',
      tokenUrl: 'http://127.0.0.1/token',
    });
    const release = await store.lock();
    const [lock] = (await redis.keys('*:lock')).map((key) => key.replace(/^test:/, ''));
    if (lock === undefined || release === undefined) throw new Error('needed the lock');
    await redis.persist(lock);
    expect(await store.lock()).toBeUndefined();
    const left = await redis.pttl(lock);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(15_000);
    await release();
    await redis.rpush(lock, 'rubbish');
    expect(await store.lock()).toBeTypeOf('function');
  });
});
