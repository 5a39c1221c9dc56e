import { Pool } from 'undici';
import { createGongClient } from '../src/gong/client.js';
import { createCallAllowance } from '../src/loaders/call-allowance.js';
import { createObjectBatcher } from '../src/loaders/object-batcher.js';
import { createObjectLoaders } from '../src/loaders/object-loaders.js';
import { ACCESS_KEY, accountId, percentile, startBenchEmulator } from './support.js';

/**
 * Measures what the loaders, the batcher, the budget and the client add to one call when nothing waits: the same object by a
 * direct call of undici and through them, in turns, from an emulator in a process of its own. Node 20 runs no
 * TypeScript, so:
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir dist/bench; node dist/bench/bench/idle.js [rounds]
 */

const rounds = Number(process.argv[2] ?? 3_000);
const WARM_UP = 500;

await using emulator = await startBenchEmulator('none', 1);
const { url, integrationId } = emulator;
const nothing = () => undefined;
const gong = createGongClient(
  {
    baseUrl: url,
    credentials: { kind: 'basic', accessKey: ACCESS_KEY, accessKeySecret: ACCESS_KEY },
    dialect: 'current',
    timeoutMs: 30_000,
    uploadTimeoutMs: 30_000,
    maxResponseBytes: 8_388_608,
    // Limits that are counted and never reached.
    callsPerSecond: 2_000,
    callsPerDay: 1_000_000,
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
const batcher = createObjectBatcher(gong, (record) => record);
const pool = new Pool(url, { connections: 1 });
const id = accountId(0);

async function direct(): Promise<void> {
  const { body } = await pool.request({
    method: 'GET',
    path: `/v2/crm/entities?integrationId=${integrationId}&objectType=ACCOUNT`,
    headers: {
      authorization: `Basic ${Buffer.from(`${ACCESS_KEY}:${ACCESS_KEY}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify([id]),
    reset: false,
  });
  const answer = JSON.parse(await body.text());
  if (answer.crmObjectsMap[id]?.objectId !== id) throw new Error('needed the object');
}

async function batched(): Promise<void> {
  const loaders = createObjectLoaders(batcher, createCallAllowance());
  const object = await loaders.load(integrationId, 'ACCOUNT', id);
  if (object?.objectId !== id) throw new Error('needed the object');
}

const times = { direct: [] as number[], batched: [] as number[] };
for (let round = 0; round < WARM_UP + rounds; round++) {
  for (const [name, call] of [
    ['direct', direct],
    ['batched', batched],
  ] as const) {
    const startedAt = performance.now();
    await call();
    if (round >= WARM_UP) times[name].push(performance.now() - startedAt);
  }
}
for (const part of [0.5, 0.95]) {
  const [alone, through] = [percentile(times.direct, part), percentile(times.batched, part)];
  console.log(
    `p${part * 100}: direct ${alone.toFixed(3)} ms, through the batcher ${through.toFixed(3)} ms: ${(through - alone).toFixed(3)} ms more`,
  );
}
await pool.close();
await gong.close();
