import { describe, expect, it } from 'vitest';
import { clientForCaller } from '../../../src/gong/client-for-caller.js';
import type { CallPriority } from '../../../src/gong/types.js';
import { connect, type PrivateRedis, redisMissing, startRedis, until } from '../../support/redis.js';
import { INTEGRATION, json, startClient, startUpstream } from '../upstream.js';

const missing = redisMissing();
const LIMITS = { callsPerSecond: 20, callsPerDay: 1_000, replicas: 2, queueMaxMs: 30_000 };

const answering = () =>
  startUpstream((_call, response) =>
    json(response, 200, { requestId: 'r', status: 'PENDING', integrations: [] }),
  );

/** A replica. Its callers are told apart by the requests whose status they ask for. */
async function startReplica(upstreamUrl: string, server: PrivateRedis, limits: Partial<typeof LIMITS> = {}) {
  const connection = connect(server.url);
  await until('a connection', () => connection.redis.status === 'ready');
  const gong = startClient(upstreamUrl, { ...LIMITS, ...limits }, connection.redis);
  return {
    gong,
    redis: connection.redis,
    ask: (caller: string, priority: CallPriority = 'interactive') =>
      clientForCaller(gong.client, caller).requestStatus(INTEGRATION, caller, { priority }),
    async [Symbol.asyncDispose]() {
      await gong[Symbol.asyncDispose]();
      await connection[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(missing !== undefined)('callers at several replicas', () => {
  it.concurrent('take turns: one who asks for little waits behind no queue at another replica', async () => {
    await using server = await startRedis();
    await using upstream = await answering();
    await using quiet = await startReplica(upstream.url, server);
    await using busy = await startReplica(upstream.url, server);
    const callers = () => upstream.calls.map(({ url }) => url.searchParams.get('clientRequestId'));

    const greedy = Promise.all(Array.from({ length: 60 }, () => busy.ask('greedy')));
    await until('a queue', () => callers().length > LIMITS.callsPerSecond);
    const before: number[] = [];
    for (let call = 0; call < 6; call += 1) {
      const asked = callers().length;
      await quiet.ask('modest');
      before.push(callers().lastIndexOf('modest') - asked);
    }
    expect(before).toHaveLength(6);
    // The slot that was being granted as it came, and one that it missed while it asked.
    expect(Math.max(...before)).toBeLessThanOrEqual(2);
    await greedy;
    expect(quiet.gong.client.budget().degraded || busy.gong.client.budget().degraded).toBe(false);
  });

  it.concurrent('have half of it each where both ask for everything, and one of them at both replicas', async () => {
    await using server = await startRedis();
    await using upstream = await answering();
    await using one = await startReplica(upstream.url, server);
    await using other = await startReplica(upstream.url, server);
    const both = [
      ...Array.from({ length: 20 }, () => one.ask('a')),
      ...Array.from({ length: 20 }, () => other.ask('a')),
      ...Array.from({ length: 20 }, () => other.ask('b')),
    ];
    await Promise.all(both);
    const callers = upstream.calls.map(({ url }) => url.searchParams.get('clientRequestId'));
    // The first slots go to whoever asks first.
    expect(callers.slice(0, 36).filter((caller) => caller === 'b').length).toBeGreaterThanOrEqual(12);
    expect(callers).toHaveLength(60);
  });

  it.concurrent('are not held up by a replica that died with the best claim, nor by one whose caller went away', async () => {
    await using server = await startRedis();
    await using upstream = await answering();
    await using stays = await startReplica(upstream.url, server, { callsPerSecond: 2 });
    await using other = await startReplica(upstream.url, server, { callsPerSecond: 2 });
    const fill = Promise.all(Array.from({ length: 4 }, () => stays.ask('greedy')));
    await until('a queue', () => upstream.calls.length === 2);
    const impatience = new AbortController();
    const given = clientForCaller(other.gong.client, 'modest').requestStatus(INTEGRATION, 'modest', {
      signal: impatience.signal,
    });
    await until('its claim', async () => claims(await stays.redis.hgetall(await keyOf('waiting'))) === 2);
    impatience.abort();
    await expect(given).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    await until('no claim', async () => claims(await stays.redis.hgetall(await keyOf('waiting'))) < 2);
    // A claim that nobody withdraws, as after SIGKILL.
    await stays.redis.hset(await keyOf('waiting'), 'dead', `0 ${Date.now() + 100}`);
    await fill;
    expect(upstream.calls).toHaveLength(4);

    async function keyOf(name: string): Promise<string> {
      const [key] = await stays.redis.keys(`*:${name}`);
      return key?.replace(/^test:/, '') ?? 'none';
    }
    function claims(waiting: Record<string, string>): number {
      return Object.keys(waiting).length;
    }
  });

  it.concurrent('share a call’s cost by its parts among all replicas', async () => {
    await using server = await startRedis();
    await using upstream = await answering();
    await using one = await startReplica(upstream.url, server);
    const permit = await one.gong.client.reserve({ caller: 'modest' });
    permit.split(
      new Map([
        ['modest', 0.25],
        ['rider', 0.75],
      ]),
    );
    permit.sent();
    permit.settled();
    const [key] = await one.redis.keys('*:turns');
    const turns = async () => {
      const scores = await one.redis.zrange(
        key?.replace(/^test:/, '') ?? '',
        '-inf',
        '+inf',
        'BYSCORE',
        'WITHSCORES',
      );
      return scores
        .flat()
        .map(String)
        .filter((text) => !text.includes(':'))
        .map(Number)
        .sort();
    };
    await until('both charges', async () => (await turns()).length === 2);
    expect(await turns()).toEqual([0.25, 0.75]);
  });

  it.concurrent('cannot use up the day for others, also after the replica started anew', async () => {
    await using server = await startRedis();
    await using upstream = await answering();
    const limits = { callsPerSecond: 0, callsPerDay: 20, callerDayShare: 80 };
    let greedy = 0;
    for (let start = 0; start < 2; start += 1) {
      await using replica = await startReplica(upstream.url, server, limits);
      await replica.ask('modest');
      const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => replica.ask('greedy')));
      greedy += outcomes.filter(({ status }) => status === 'fulfilled').length;
    }
    expect(greedy).toBe(16);
    await using replica = await startReplica(upstream.url, server, limits);
    await expect(replica.ask('greedy')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: expect.stringContaining('its share of the day'),
    });
    await replica.ask('modest');
  });
});
