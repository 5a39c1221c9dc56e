import { describe, expect, test } from 'vitest';
import { createRedisBackend } from '../../src/requests/redis-backend.js';
import { createProgressBoard } from '../../src/writes/files/progress-board.js';
import { type BareSocket, openSocket, WATCH } from '../clients/clients.js';
import { INTEGRATION, json, startUpstream } from '../gong/upstream.js';
import { type Harness, startHarness } from '../support/harness.js';
import { connect, redisMissing, startRedis, until } from '../support/redis.js';
import { metric } from '../telemetry/metrics-text.js';
import { accounts } from '../writes/files/support.js';
import { outcome, READER, WRITER } from './passing.js';

/** Gong, which tells each caller another state of the same request, and records the calls. */
async function startGong() {
  const states: Record<string, string> = { [READER]: 'PENDING', [WRITER]: 'PENDING' };
  const upstream = await startUpstream(({ url, headers: { authorization = '' } }, response) => {
    if (!Object.hasOwn(states, authorization))
      return json(response, 401, { requestId: 'r', errors: ['Could not validate the credentials'] });
    if (url.pathname.endsWith('/request-status')) {
      const status = states[authorization];
      return json(response, 200, {
        requestId: 'r',
        clientRequestId: 'up-1',
        status,
        errors: [],
        totalErrorCount: 0,
        totalSuccessCount: 0,
      });
    }
    if (url.searchParams.has('clientRequestId')) {
      return json(response, 201, {
        requestId: 'r',
        clientRequestId: url.searchParams.get('clientRequestId'),
      });
    }
    const integrations = [{ integrationId: 1, name: 'Acme', ownerEmail: 'o@acme.com' }];
    return json(response, 200, { requestId: 'r', integrations, objectTypeToSelectedFields: {} });
  });
  return {
    ...upstream,
    states,
    askersOf: (what: string) =>
      upstream.calls
        .filter(({ url }) => url.pathname.endsWith(what))
        .map(({ headers }) => headers.authorization ?? ''),
  };
}

/** Two replicas with the same Gong and Redis. */
async function startReplicas(gongUrl: string, more: { idleMs?: number; callsPerDay?: number } = {}) {
  const server = await startRedis();
  const start = async () => {
    const connection = connect(server.url);
    const { redis } = connection;
    await until('a connection', () => redis.status === 'ready');
    const harness = await startHarness({
      passthrough: { idleMs: more.idleMs ?? 300_000 },
      redis,
      gong: { baseUrl: gongUrl, callsPerDay: more.callsPerDay ?? 0, queueMaxMs: 2_000, replicas: 2 },
      gateway: {
        redis,
        watchBackend: createRedisBackend({ redis, leaseMs: 600 }),
        progressBoard: createProgressBoard(redis),
      },
    });
    return { harness, connection };
  };
  const [one, two] = await Promise.all([start(), start()]);
  return {
    one: one.harness,
    two: two.harness,
    redis: one.connection.redis,
    async [Symbol.asyncDispose]() {
      for (const { harness, connection } of [one, two]) {
        await harness[Symbol.asyncDispose]();
        await connection[Symbol.asyncDispose]();
      }
      await server[Symbol.asyncDispose]();
    },
  };
}

async function subscribe(
  harness: Harness,
  authorization: string,
  query: string,
  id: string,
): Promise<BareSocket> {
  const bare = await openSocket(harness.url);
  bare.send({ type: 'connection_init', payload: { authorization } });
  await bare.message();
  bare.send({ type: 'subscribe', id: '1', payload: { query, variables: { id } } });
  return bare;
}

const follow = (harness: Harness, authorization: string) =>
  subscribe(harness, authorization, WATCH.replace('$id)', `$id, integrationId: "${INTEGRATION}")`), 'up-1');

/** The next state of a subscription, `over` at its end. */
async function next(bare: BareSocket): Promise<string> {
  const { type, payload } = await bare.message();
  if (type === 'complete') return 'over';
  const { data } = payload as { data?: { requestStatusChanged: { status: string } } };
  return data?.requestStatusChanged.status ?? JSON.stringify(payload);
}

describe.skipIf(redisMissing() !== undefined)('replicas that share a Redis', () => {
  test('share the watch of a caller, but not with another caller', async () => {
    await using gong = await startGong();
    await using replicas = await startReplicas(gong.url);
    const { one, two, redis } = replicas;
    await using readerOne = await follow(one, READER);
    expect(await next(readerOne)).toBe('PENDING');
    await using readerTwo = await follow(two, READER);
    expect(await next(readerTwo)).toBe('PENDING');

    gong.states[WRITER] = 'DONE';
    await using writerTwo = await follow(two, WRITER);
    expect([await next(writerTwo), await next(writerTwo)]).toEqual(['DONE', 'over']);
    // The final status is in Redis, where only that caller finds it.
    const asked = gong.askersOf('request-status').filter((asker) => asker === WRITER).length;
    await using writerOne = await follow(one, WRITER);
    expect([await next(writerOne), await next(writerOne)]).toEqual(['DONE', 'over']);
    expect(gong.askersOf('request-status').filter((asker) => asker === WRITER)).toHaveLength(asked);

    gong.states[READER] = 'IN_PROGRESS';
    expect([await next(readerOne), await next(readerTwo)]).toEqual(['IN_PROGRESS', 'IN_PROGRESS']);

    const kept = await redis.keys('*');
    expect(kept.filter((key) => key.includes('up-1')).length).toBeGreaterThanOrEqual(2);
    expect(kept.join()).not.toMatch(/token|Bearer/);
  });

  test('share the budget of a caller, which is separate from others and outlives the idle time', async () => {
    await using gong = await startGong();
    await using replicas = await startReplicas(gong.url, { callsPerDay: 3, idleMs: 10 });
    const { one, two } = replicas;
    const rests = (harness: Harness) =>
      expect.poll(() => metric(harness, 'gateway_passthrough_credentials', { state: 'idle' })).toBe(0);
    const outcomes: string[] = [];
    for (const harness of [one, two, one, two, one]) {
      outcomes.push(await outcome(harness, READER));
      await rests(harness);
    }
    expect(outcomes).toEqual(['OK', 'OK', 'OK', 'RATE_LIMITED', 'RATE_LIMITED']);
    for (const harness of [one, two, one]) expect(await outcome(harness, WRITER)).toBe('OK');
    expect(gong.askersOf('integrations')).toEqual([READER, READER, READER, WRITER, WRITER, WRITER]);
  });

  test('keep nothing in Redis for credentials that Gong refused, once their tenant is closed', async () => {
    await using gong = await startGong();
    await using replicas = await startReplicas(gong.url, { callsPerDay: 10, idleMs: 10 });
    const { one, two, redis } = replicas;
    for (let made = 0; made < 5; made += 1) {
      for (const harness of [one, two])
        expect(await outcome(harness, `Bearer made-up-${made}`)).toBe('UPSTREAM_UNAUTHENTICATED');
    }
    await expect.poll(() => redis.keys('*'), { timeout: 10_000 }).toEqual([]);
    // Accepted credentials keep their count, also after an idle time.
    expect(await outcome(one, READER)).toBe('OK');
    await expect
      .poll(() => metric(one, 'gateway_passthrough_credentials', { state: 'idle' }), { timeout: 10_000 })
      .toBe(0);
    expect((await redis.keys('*:day')).length).toBe(1);
  });

  test('report the progress of a file to its sender on either replica, and to no other caller', async () => {
    await using gong = await startGong();
    await using replicas = await startReplicas(gong.url);
    const { one, two } = replicas;
    const query = 'subscription ($id: ID!) { uploadProgress(uploadId: $id) { phase } }';
    const upload = async (authorization: string, body: string) => {
      const answer = await fetch(`${one.url}/upload/ACCOUNT?uploadId=mine`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', authorization },
        body,
      });
      return answer.status;
    };
    expect(await upload(READER, accounts(2))).toBe(202);
    await using other = await subscribe(two, WRITER, query, 'mine');
    await using sender = await subscribe(two, READER, query, 'mine');
    expect(await sender.message()).toMatchObject({
      payload: { data: { uploadProgress: { phase: 'ACCEPTED' } } },
    });
    expect(await sender.message()).toMatchObject({ type: 'complete' });
    expect(await upload(WRITER, '{"objectId":"a1"}\n')).toBe(422);
    const heard: unknown[] = [];
    for (let last = await other.message(); last.type === 'next'; last = await other.message()) {
      heard.push(last.payload);
    }
    // The progress of the other's file would have ended this subscription.
    expect(heard.at(-1)).toEqual({ data: { uploadProgress: { phase: 'REJECTED' } } });
    expect(JSON.stringify(heard)).not.toContain('ACCEPTED');
  });
});
