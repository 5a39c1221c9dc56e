import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import DataLoader from 'dataloader';
import { Pool } from 'undici';
import { makeApiKey } from '../src/auth/api-keys.js';
import { createGongClient } from '../src/gong/client.js';
import {
  ACCESS_KEY,
  accountId,
  type BenchEmulator,
  percentile,
  startBenchEmulator,
  startGateway,
} from './support.js';

/**
 * 200 clients at once, each asking for 1 to 5 random objects out of 10,000 in a loop, through a whole gateway in a
 * process of its own to an emulator in another, with Gong's real limits; and beside it the same clients over a
 * DataLoader of each request's own, without the gateway's batcher. Objects are counted at the emulator. Node 20 runs
 * no TypeScript, so:
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir dist/bench; node dist/bench/bench/saturation.js [seconds] [replicas] [callers]
 *
 * With several replicas, which share `REDIS_URL`, clients take turns among them, and the comparison is left out. With
 * callers, the clients use that many API keys.
 */

const CLIENTS = 200;
const OBJECTS = 10_000;
const WARM_UP_MS = 3_000;
const seconds = Number(process.argv[2] ?? 60);
const replicas = Number(process.argv[3] ?? 1);
const keys = Array.from({ length: Number(process.argv[4] ?? 0) }, (_, caller) =>
  makeApiKey(`caller-${caller}`, ['api:crm:get-objects']),
);

/** Asks once. Throws if an answer is wrong. */
type Ask = (ids: readonly string[]) => Promise<void>;

await using emulator = await startBenchEmulator('real', OBJECTS);
await throughGateways(emulator);
if (replicas === 1 && keys.length === 0) {
  await using another = await startBenchEmulator('real', OBJECTS);
  await perRequestAlone(another);
}

async function throughGateways({ url, integrationId, counts }: BenchEmulator): Promise<void> {
  const keyPrefix = `bench-${randomUUID()}:`;
  const gateways = await Promise.all(Array.from({ length: replicas }, () => startReplica(url, keyPrefix)));
  let turn = 0;
  const query =
    'query ($ids: [ID!]!, $integrationId: ID) { crmObjects(objectType: ACCOUNT, ids: $ids, integrationId: $integrationId) { objectId } }';
  await measure(`through ${replicas} gateway(s)`, counts, async (ids) => {
    const gateway = gateways[turn++ % replicas];
    if (gateway === undefined) throw new TypeError('needed a gateway');
    const { body } = await gateway.pool.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json', ...keyFor(turn) },
      body: JSON.stringify({ query, variables: { ids, integrationId } }),
    });
    const answer = await body.text();
    const expected = JSON.stringify({ data: { crmObjects: ids.map((objectId) => ({ objectId })) } });
    if (answer.trim() !== expected) throw new Error(answer.slice(0, 300));
  });
  for (const gateway of gateways) await gateway.close();
}

function keyFor(turn: number): Record<string, string> {
  const key = keys[turn % Math.max(1, keys.length)];
  return key === undefined ? {} : { 'x-api-key': key.key };
}

async function startReplica(url: string, keyPrefix: string) {
  const shared = {
    REDIS_URL: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379',
    REDIS_KEY_PREFIX: keyPrefix,
  };
  const gateway = await startGateway(url, {
    GONG_CALLS_PER_SECOND: '3',
    GONG_CALLS_PER_DAY: '10000',
    REPLICAS: String(replicas),
    ...(replicas > 1 ? shared : {}),
    ...(keys.length === 0
      ? {}
      : { AUTH_MODE: 'api-key', AUTH_API_KEYS: JSON.stringify(keys.map(({ kept }) => kept)) }),
  });
  const pool = new Pool(gateway.url, { connections: CLIENTS });
  return {
    pool,
    async close() {
      await pool.destroy();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

async function perRequestAlone({ url, integrationId, counts }: BenchEmulator): Promise<void> {
  const nothing = () => undefined;
  const gong = createGongClient(
    {
      baseUrl: url,
      credentials: { kind: 'basic', accessKey: ACCESS_KEY, accessKeySecret: ACCESS_KEY },
      dialect: 'current',
      timeoutMs: 30_000,
      uploadTimeoutMs: 30_000,
      maxResponseBytes: 8_388_608,
      callsPerSecond: 3,
      callsPerDay: 10_000,
      pollDayShare: 50,
      callerDayShare: 100,
      queueMaxPerCaller: 100,
      probeAfterMs: 60_000,
      breakerOpenMs: 30_000,
      replicas: 1,
      queueMaxMs: 30_000,
    },
    { logger: { debug: nothing, info: nothing, warn: nothing, error: nothing } },
  );
  await measure('a DataLoader a request alone', counts, async (wanted) => {
    const loader = new DataLoader<string, unknown>(async (ids) => {
      const found = await gong.getObjects(integrationId, 'ACCOUNT', ids);
      return found.map((object) => object ?? new Error('it is missing'));
    });
    await Promise.all(wanted.map((id) => loader.load(id)));
  });
  await gong.close();
}

async function measure(name: string, counts: BenchEmulator['counts'], ask: Ask): Promise<void> {
  const waits: number[] = [];
  const errors: string[] = [];
  let running = true;
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (running) {
      const asked = performance.now();
      try {
        await ask(randomIds());
        waits.push(performance.now() - asked);
      } catch (error) {
        if (running) errors.push(String(error));
        await sleep(1_000);
      }
    }
  });
  await sleep(WARM_UP_MS);
  waits.length = 0;
  const before = await counts();
  const startedAt = performance.now();
  await sleep(seconds * 1_000);
  const after = await counts();
  const elapsed = (performance.now() - startedAt) / 1_000;
  running = false;
  const calls = after.getObjects - before.getObjects;
  const objects = after.objects - before.objects;
  console.log(
    `${name}: ${(objects / elapsed).toFixed(1)} objects a second in ${(calls / elapsed).toFixed(2)} calls of ` +
      `${(objects / calls).toFixed(1)}; ${(waits.length / elapsed).toFixed(1)} answers a second, ` +
      `p50 ${percentile(waits, 0.5).toFixed(0)} ms, p99 ${percentile(waits, 0.99).toFixed(0)} ms; ` +
      `429 at the emulator: ${after.limited}; errors of clients: ${errors.length}`,
  );
  if (errors[0] !== undefined) console.log(`  the first error: ${errors[0].slice(0, 300)}`);
  await Promise.race([Promise.allSettled(clients), sleep(5_000)]);
}

function randomIds(): string[] {
  const count = 1 + Math.floor(Math.random() * 5);
  const ids = Array.from({ length: count }, () => accountId(Math.floor(Math.random() * OBJECTS)));
  return [...new Set(ids)];
}
