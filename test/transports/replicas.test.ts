import { randomUUID } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import {
  RequestStatusChangedDocument,
  type RequestStatusChangedSubscription,
} from '../../schema/generated/graphql.js';
import { startProgram } from '../start/program.js';
import { startHarness } from '../support/harness.js';
import { redisMissing, startRedis } from '../support/redis.js';
import { registerAndUpload, socketUrl } from './clients.js';

const LEASE_MS = 600;

/** A gateway in a process of its own, in front of the harness's emulator. */
async function startReplica(emulatorUrl: string, redisUrl: string, keyPrefix: string) {
  const program = startProgram('main.js', {
    PORT: '0',
    LOG_LEVEL: 'warn',
    GONG_BASE_URL: emulatorUrl,
    GONG_ACCESS_KEY: 'emulator',
    GONG_ACCESS_KEY_SECRET: 'emulator',
    GONG_CALLS_PER_SECOND: '0',
    GONG_CALLS_PER_DAY: '0',
    REDIS_URL: redisUrl,
    REDIS_KEY_PREFIX: keyPrefix,
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
        variables: { clientRequestId },
      }),
    async [Symbol.asyncDispose]() {
      await Promise.resolve(client.dispose()).catch(() => undefined);
      await program[Symbol.asyncDispose]();
    },
  };
}

test.skipIf(redisMissing() !== undefined)(
  'killing the replica that polls, with SIGKILL, moves its lease and loses no change',
  async () => {
    await using harness = await startHarness({ emulator: { processingMs: 2_500 } });
    await using redis = await startRedis();
    const prefix = `test-${randomUUID()}:`;
    await using first = await startReplica(harness.emulatorUrl, redis.url, prefix);
    await using second = await startReplica(harness.emulatorUrl, redis.url, prefix);
    await registerAndUpload(harness, 'up-1');

    const killed = first.follow('up-1');
    expect((await killed.next()).value?.data?.requestStatusChanged.status).toBe('PENDING');
    const stays = second.follow('up-1');
    expect((await stays.next()).value?.data?.requestStatusChanged.status).toBe('PENDING');
    killed.next().catch(() => undefined);
    first.program.kill('SIGKILL');
    await first.program.ended;

    const states: (string | undefined)[] = [];
    for await (const { data } of stays) states.push(data?.requestStatusChanged.status);
    expect(states).toEqual(['IN_PROGRESS', 'DONE']);
  },
);

test.skipIf(redisMissing() !== undefined)(
  'SIGTERM closes WebSockets with 1001 and leaves exit code 0',
  async () => {
    await using harness = await startHarness({ emulator: { processingMs: 60_000 } });
    await registerAndUpload(harness, 'up-1');
    await using redis = await startRedis();
    await using replica = await startReplica(harness.emulatorUrl, redis.url, 'test:');
    const watch = replica.follow('up-1');
    await watch.next();
    const ending = watch.next().catch((event: { code?: number }) => event.code);
    replica.program.kill('SIGTERM');
    expect(await ending).toBe(1001);
    expect(await replica.program.ended).toEqual({ code: 0, signal: null });
  },
);
