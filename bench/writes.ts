import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { createGongClient } from '../src/gong/client.js';
import { createMemoryStore } from '../src/store/level-store.js';
import type { Recorder } from '../src/writes/journal/recorder.js';
import { GATEWAY } from '../src/writes/journal/types.js';
import { createSubmissionLedger } from '../src/writes/ledger/ledger.js';
import { createListBatcher } from '../src/writes/lists/batcher.js';
import { submitList } from '../src/writes/lists/submit.js';
import { createWriteMemory } from '../src/writes/memory.js';
import { ACCESS_KEY, percentile, type Running, startBenchEmulator, startGateway } from './support.js';

/**
 * Measures small writes of many services.
 *
 * - `busy`: 200 services that each upload one object after another, through a gateway in a process of its own to an emulator
 *   in another, with Gong's real limits: once in each of the ways below. Objects are counted at the emulator.
 * - `idle`: what waiting for others adds to a list when nothing waits: lists through the batcher, and by themselves, in
 *   turns.
 *
 * Node 20 runs no TypeScript, so:
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir dist/bench; node dist/bench/bench/writes.js [busy|idle] [seconds or rounds] [services]
 *
 * The exit code is 1 where a goal is missed: no 429 and no errors; through lists at least 100 times the objects of one call
 * each; on an idle gateway at most 5 ms.
 */

const [part = 'busy', amount, services = '200'] = process.argv.slice(2);
const SERVICES = Number(services);
const WARM_UP_MS = 3_000;
const MODIFIED = '2024-03-01T12:00:00Z';

/** How a service writes an object. */
interface Way {
  readonly name: string;
  /** Settings of the gateway. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The GraphQL request for an object. */
  request(objectId: string, integrationId: string): object;
  /** Whether the answer's data says that the object was accepted. */
  isAccepted(data: Readonly<Record<string, unknown>>): boolean;
}

const UPLOAD = `mutation ($accounts: [AccountInput!]!, $integrationId: ID, $clientRequestId: ID) {
  uploadAccounts(accounts: $accounts, integrationId: $integrationId, clientRequestId: $clientRequestId) {
    ... on UploadAccepted { objectCount }
  }
}`;

const account = (objectId: string) => ({
  ...{ objectId, modifiedDate: MODIFIED, name: `Account ${objectId}`, domains: ['acme.com'] },
});
const isCounted = ({ uploadAccounts }: Readonly<Record<string, unknown>>) =>
  JSON.stringify(uploadAccounts) === '{"objectCount":1}';

const ALONE: Way = {
  name: 'each by itself',
  request: (objectId, integrationId) => ({
    query: UPLOAD,
    variables: { accounts: [account(objectId)], integrationId, clientRequestId: `own-${objectId}` },
  }),
  isAccepted: isCounted,
};
const LISTS: Way = {
  name: 'through lists',
  request: (objectId, integrationId) => ({
    query: UPLOAD,
    variables: { accounts: [account(objectId)], integrationId },
  }),
  isAccepted: isCounted,
};

interface Measured {
  readonly objectsPerSecond: number;
  readonly limited: number;
  readonly errors: number;
}

switch (part) {
  case 'busy':
    await busy(Number(amount ?? 20));
    break;
  case 'idle':
    await idle(Number(amount ?? 2_000));
    break;
  default:
    throw new Error(`needed busy or idle, got ${part}`);
}

async function busy(seconds: number): Promise<void> {
  const alone = await measure(ALONE, seconds);
  const shared = await measure(LISTS, seconds);
  const ratio = shared.objectsPerSecond / alone.objectsPerSecond;
  console.log(`${LISTS.name}: ${ratio.toFixed(0)} times the objects of ${ALONE.name}`);
  const failures = [alone, shared].some(({ limited, errors }) => limited > 0 || errors > 0);
  if (failures || ratio < 100) process.exitCode = 1;
}

/** Runs the services for a while. They wait for their answers, however long these take. */
async function measure(way: Way, seconds: number): Promise<Measured> {
  await using emulator = await startBenchEmulator('real', 1);
  await using gateway = await startGateway(emulator.url, {
    GONG_CALLS_PER_SECOND: '3',
    GONG_CALLS_PER_DAY: '10000',
    GONG_QUEUE_MAX_MS: '600000',
    GONG_QUEUE_MAX_PER_CALLER: '1000',
    ...way.variables,
  });
  const pool = new Pool(gateway.url, { connections: SERVICES, headersTimeout: 600_000 });
  const waits: number[] = [];
  const errors: string[] = [];
  let isRunning = true;
  const loops = Array.from({ length: SERVICES }, async (_, service) => {
    for (let round = 0; isRunning; round += 1) {
      const askedAt = performance.now();
      const problem = await write(pool, way, `${service}-${round}`, emulator.integrationId).catch(String);
      if (problem === undefined) waits.push(performance.now() - askedAt);
      else if (isRunning) errors.push(problem);
    }
  });
  await sleep(WARM_UP_MS);
  waits.length = 0;
  const before = await emulator.counts();
  const startedAt = performance.now();
  await sleep(seconds * 1_000);
  const elapsed = (performance.now() - startedAt) / 1_000;
  const after = await emulator.counts();
  isRunning = false;
  await pool.destroy();
  await Promise.allSettled(loops);
  const [objects, uploads] = [after.stored - before.stored, after.uploads - before.uploads];
  console.log(
    `${way.name}: ${(objects / elapsed).toFixed(1)} objects a second stored, in ${(uploads / elapsed).toFixed(2)} uploads ` +
      `of ${(objects / uploads).toFixed(1)}; accepted after p50 ${percentile(waits, 0.5).toFixed(0)} ms, ` +
      `p99 ${percentile(waits, 0.99).toFixed(0)} ms; 429 at the emulator: ${after.limited}; ` +
      `errors: ${errors.length}${await memoryOf(gateway)}`,
  );
  if (errors[0] !== undefined) console.log(`  the first error: ${errors[0].slice(0, 300)}`);
  return { objectsPerSecond: objects / elapsed, limited: after.limited, errors: errors.length };
}

/** Returns what is wrong with the answer. */
async function write(
  pool: Pool,
  way: Way,
  objectId: string,
  integrationId: string,
): Promise<string | undefined> {
  const { body } = await pool.request({
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(way.request(objectId, integrationId)),
  });
  const text = await body.text();
  const { data } = JSON.parse(text) as { data?: Record<string, unknown> };
  return data !== undefined && way.isAccepted(data) ? undefined : text;
}

/** Resident memory of the gateway, on Linux. */
async function memoryOf({ pid }: Running): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /VmRSS:\s+([0-9]+)/.exec(status)?.[1];
  return kilobytes === undefined ? '' : `; memory ${Math.round(Number(kilobytes) / 1024)} MiB`;
}

async function idle(rounds: number): Promise<void> {
  await using emulator = await startBenchEmulator('none', 1);
  const { url: baseUrl, integrationId } = emulator;
  const nothing = () => undefined;
  const gong = createGongClient(
    {
      baseUrl,
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
  const memory = createWriteMemory(createMemoryStore());
  const ledger = createSubmissionLedger({ ...memory, askStatus: gong.requestStatus });
  // Its cost is the same for both.
  const record: Recorder = (_sending, call) => call({});
  const sender = { ...memory, gong, ledger, record };
  const batcher = createListBatcher(sender);
  const target = { objectType: 'ACCOUNT', integrationId } as const;
  const ways = {
    alone: (objectId: string, file: string) => submitList({ ...target, file, objectIds: [objectId] }, sender),
    batched: (objectId: string, text: string) =>
      batcher.submit({
        ...{ ...target, caller: undefined, author: GATEWAY },
        lines: [{ objectId, instant: 0, text }],
      }),
  };
  const times = { alone: [] as number[], batched: [] as number[] };
  const warmUp = 300;
  for (let round = 0; round < warmUp + rounds; round += 1) {
    for (const [name, send] of [
      ['alone', ways.alone],
      ['batched', ways.batched],
    ] as const) {
      const objectId = `${name}-${round}`;
      const line = `${JSON.stringify(account(objectId))}\n`;
      const startedAt = performance.now();
      await send(objectId, line);
      if (round >= warmUp) times[name].push(performance.now() - startedAt);
    }
  }
  for (const share of [0.5, 0.95]) {
    const [alone, batched] = [percentile(times.alone, share), percentile(times.batched, share)];
    console.log(
      `p${share * 100}: by itself ${alone.toFixed(3)} ms, through the batcher ${batched.toFixed(3)} ms: ` +
        `${(batched - alone).toFixed(3)} ms more, ${(batched / alone).toFixed(2)} times`,
    );
    if (batched - alone > 5) process.exitCode = 1;
  }
  await gong.close();
}
