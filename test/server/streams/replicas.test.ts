import { createClient } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import {
  RequestStatusChangedDocument,
  type RequestStatusChangedSubscription,
} from '../../../client/src/generated/graphql.js';
import { socketUrl } from '../../clients/clients.js';
import { INTEGRATION, json, startUpstream } from '../../gong/upstream.js';
import { startGatewayProgram } from '../../start/program.js';
import { redisMissing, startRedis } from '../../support/redis.js';

const LEASE_MS = 600;

/** A gateway in its own process. */
async function startReplica(gongUrl: string, redisUrl: string) {
  const program = startGatewayProgram(gongUrl, {
    GONG_CALLS_PER_SECOND: '0',
    GONG_CALLS_PER_DAY: '0',
    REDIS_URL: redisUrl,
    REPLICAS: '2',
    WATCH_MIN_INTERVAL_MS: '20',
    WATCH_MAX_INTERVAL_MS: '20',
    WATCH_LEASE_MS: String(LEASE_MS),
  });
  const line = await program.plainLine;
  const url = /http:\/\/[^/ ]+/.exec(line)?.[0];
  if (url === undefined) throw new Error(`needed an address, got ${line}`);
  const client = createClient({ url: socketUrl(url), webSocketImpl: WebSocket, retryAttempts: 0 });
  return {
    program,
    follow: (clientRequestId: string) =>
      client.iterate<RequestStatusChangedSubscription>({
        query: RequestStatusChangedDocument.toString(),
        variables: { clientRequestId, integrationId: INTEGRATION },
      }),
    async [Symbol.asyncDispose]() {
      await Promise.resolve(client.dispose()).catch(() => undefined);
      await program[Symbol.asyncDispose]();
    },
  };
}

/** A Gong whose requests are all in one state. */
async function startGong() {
  const gong = { state: 'PENDING' };
  const upstream = await startUpstream((_call, response) =>
    json(response, 200, {
      requestId: 'r-1',
      clientRequestId: 'up-1',
      status: gong.state,
      errors: [],
      totalErrorCount: 0,
      totalSuccessCount: 0,
    }),
  );
  return {
    url: upstream.url,
    become(state: string) {
      gong.state = state;
    },
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
}

describe.skipIf(redisMissing() !== undefined)('gateways in separate processes', () => {
  test('when the polling replica is killed with SIGKILL, another takes over and no change is lost', {
    timeout: 60_000,
  }, async () => {
    await using gong = await startGong();
    await using redis = await startRedis();
    const [one, two] = await Promise.all([
      startReplica(gong.url, redis.url),
      startReplica(gong.url, redis.url),
    ]);
    await using first = one;
    await using second = two;

    const killed = first.follow('up-1');
    expect(statusOf(await killed.next())).toBe('PENDING');
    const stays = second.follow('up-1');
    expect(statusOf(await stays.next())).toBe('PENDING');
    killed.next().catch(() => undefined);
    first.program.kill('SIGKILL');
    await first.program.ended;

    gong.become('IN_PROGRESS');
    expect(statusOf(await stays.next())).toBe('IN_PROGRESS');
    gong.become('DONE');
    expect(statusOf(await stays.next())).toBe('DONE');
    expect(await stays.next()).toMatchObject({ done: true });
  });

  test('SIGTERM closes WebSockets with 1001, and the exit code is 0', { timeout: 60_000 }, async () => {
    await using gong = await startGong();
    await using redis = await startRedis();
    await using replica = await startReplica(gong.url, redis.url);
    const watch = replica.follow('up-1');
    await watch.next();
    const ending = watch.next().catch((event: { code?: number }) => event.code);
    replica.program.kill('SIGTERM');
    expect(await ending).toBe(1001);
    expect(await replica.program.ended).toEqual({ code: 0, signal: null });
  });
});

interface Result {
  readonly data?: RequestStatusChangedSubscription | null | undefined;
}

function statusOf(result: IteratorResult<Result, unknown>): string | undefined {
  return result.done === true ? 'over' : result.value.data?.requestStatusChanged.status;
}
