import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { connect, redisMissing, startRedis, until } from '../../support/redis.js';
import { json, startClient, startUpstream } from '../upstream.js';

const missing = redisMissing();
const title =
  missing === undefined ? 'the budget that replicas share' : `the shared budget (skipped: ${missing})`;

const answering = () =>
  startUpstream((_call, response) => json(response, 200, { requestId: 'r', integrations: [] }));

/** The most arrivals within any sliding second. */
function busiestSecond(calls: readonly { readonly arrivedAt: number }[]): number {
  const times = calls.map((call) => call.arrivedAt);
  return Math.max(...times.map((start) => times.filter((at) => at >= start && at < start + 1_000).length));
}

const LIMITS = { callsPerSecond: 3, callsPerDay: 1_000, replicas: 3 };

describe.skipIf(missing !== undefined)(title, () => {
  it('is never exceeded by three clients together', async () => {
    await using server = await startRedis();
    await using upstream = await answering();
    await using first = connect(server.url);
    await using second = connect(server.url);
    await using third = connect(server.url);
    await using a = startClient(upstream.url, LIMITS, first.redis);
    await using b = startClient(upstream.url, LIMITS, second.redis);
    await using c = startClient(upstream.url, LIMITS, third.redis);

    const clients = [a, b, c];
    await Promise.all(Array.from({ length: 12 }, (_, call) => clients[call % 3]?.client.listIntegrations()));

    expect(upstream.calls).toHaveLength(12);
    expect(busiestSecond(upstream.calls)).toBeLessThanOrEqual(3);
    expect(clients.map(({ attempts }) => attempts.length)).toEqual([4, 4, 4]);
    // Each client knows the day as of its own last call, so the last one knows all of it.
    expect(Math.min(...clients.map(({ client }) => client.budget().perDay.left ?? 0))).toBe(988);
    expect(a.client.budget().degraded).toBe(false);
  });

  it('remembers the day when a replica restarts, and never sends a call too many', async () => {
    await using server = await startRedis();
    await using upstream = await answering();
    const limits = { ...LIMITS, callsPerSecond: 0, callsPerDay: 5 };
    for (let replica = 0; replica < 2; replica++) {
      await using connection = connect(server.url);
      await using gong = startClient(upstream.url, limits, connection.redis);
      await Promise.allSettled(Array.from({ length: 3 }, () => gong.client.listIntegrations()));
    }
    expect(upstream.calls).toHaveLength(5);
    await using connection = connect(server.url);
    await using gong = startClient(upstream.url, limits, connection.redis);
    await expect(gong.client.listIntegrations()).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      extensions: { budget: { perDay: { limit: 5, left: 0 } } },
    });
  });

  it('holds all replicas after one of them got 429', async () => {
    await using server = await startRedis();
    await using upstream = await startUpstream((_call, response) =>
      json(response, 429, { requestId: 'r', errors: [] }, { 'retry-after': '60' }),
    );
    await using first = connect(server.url);
    await using second = connect(server.url);
    await using a = startClient(upstream.url, LIMITS, first.redis);
    await using b = startClient(upstream.url, LIMITS, second.redis);
    await expect(a.client.listIntegrations()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await until('the hold in Redis', async () => (await first.redis.keys('*:hold')).length === 1);
    await expect(b.client.listIntegrations()).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      extensions: { retryAfterSeconds: expect.any(Number) },
    });
    expect(upstream.calls).toHaveLength(1);
  });

  it('is divided into shares while Redis is down at the start, and shared once it is up', async () => {
    await using server = await startRedis({ running: false });
    await using upstream = await answering();
    await using connection = connect(server.url);
    await using gong = startClient(upstream.url, LIMITS, connection.redis);

    await Promise.all([gong.client.listIntegrations(), gong.client.listIntegrations()]);
    expect(busiestSecond(upstream.calls)).toBe(1);
    expect(gong.client.budget()).toMatchObject({ degraded: true, perSecond: { limit: 1 } });
    expect(gong.log.filter((line) => line.includes('Redis is away'))).toHaveLength(1);

    await server.start();
    await until('the shared budget', () => !gong.client.budget().degraded);
    await gong.client.listIntegrations();
    // Calls made in the meantime count.
    expect(gong.client.budget()).toMatchObject({ degraded: false, perDay: { limit: 1_000, left: 997 } });
  });

  it.each([
    ['dies, and comes back empty', 'kill', 'start'],
    ['stops answering, and goes on', 'freeze', 'thaw'],
  ] as const)('stays within the limit while Redis %s', async (_name, leave, comeBack) => {
    await using server = await startRedis();
    await using upstream = await answering();
    await using first = connect(server.url);
    await using second = connect(server.url);
    await using a = startClient(upstream.url, LIMITS, first.redis);
    await using b = startClient(upstream.url, LIMITS, second.redis);
    const clients = [a, b];
    let asked = 0;
    const ask = () => Promise.all(clients.map(({ client }) => client.listIntegrations().then(() => asked++)));

    await ask();
    await server[leave]();
    await ask();
    expect(clients.map(({ client }) => client.budget().degraded)).toEqual([true, true]);
    await server[comeBack]();
    const meanwhile = ask();
    await until('the shared budget', () => clients.every(({ client }) => !client.budget().degraded));
    await meanwhile;
    await ask();

    expect(asked).toBe(8);
    expect(upstream.calls).toHaveLength(8);
    expect(busiestSecond(upstream.calls)).toBeLessThanOrEqual(3);
    // Every call counts, including those that Redis lost or never knew; one whose permit timed out may count too.
    const left = Math.min(...clients.map(({ client }) => client.budget().perDay.left ?? 0));
    expect(left).toBeLessThanOrEqual(992);
    expect(left).toBeGreaterThan(985);
    for (const { log } of [first, second]) expect(log.length).toBeLessThanOrEqual(2);
  });

  it('separates the budgets of different key prefixes', async () => {
    await using server = await startRedis();
    await using upstream = await answering();
    for (const _ of [1, 2]) {
      await using connection = connect(server.url, `${randomUUID()}:`);
      await using gong = startClient(upstream.url, { ...LIMITS, callsPerDay: 1 }, connection.redis);
      await gong.client.listIntegrations();
    }
    expect(upstream.calls).toHaveLength(2);
  });
});
