import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
 * - `busy`: 200 services that each write one object after another, through a gateway in a process of its own to an emulator
 *   in another, with Gong's real limits: once in each of the ways below. Objects are counted at the emulator. Ten of the
 *   services wait until their object is DONE before they write the next.
 * - `drain`: 100,000 changes that are queued as fast as they are accepted: how fast that is, what memory it needs, and how long
 *   until Gong has them all. V8 takes far more memory than it needs as long as it may, so its heap is limited.
 * - `idle`: what waiting for others adds to a list when nothing waits: lists through the batcher, and by themselves, in
 *   turns.
 *
 * Node 20 runs no TypeScript, so:
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir dist/bench; node dist/bench/bench/writes.js [busy|drain|idle] [seconds, changes or rounds] [services]
 *
 * The exit code is 1 where a goal is missed: no 429 and no errors; through lists at least 100 times the objects of one call
 * each; through the queue at least 1,000 objects a second accepted; 150 MB for a queue of 100,000; on an idle gateway at most
 * 5 ms.
 */

const [part = 'busy', amount, services = '200'] = process.argv.slice(2);
const SERVICES = Number(services);
const WARM_UP_MS = 3_000;
/** Services that wait for DONE, and how often they ask. */
const PATIENT_SERVICES = 10;
const FOLLOW_MS = 250;
/** Of `drain`. */
const CALLERS = 4;
const PER_CALL = 500;
const MODIFIED = '2024-03-01T12:00:00Z';

/** How a service writes an object. */
interface Way {
  readonly name: string;
  /** Settings of the gateway. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The GraphQL request for an object. */
  request(objectId: string, integrationId: string): object;
  /** What to ask later, to learn whether the object is DONE; `null` if it was not accepted. */
  followUp(data: Data): object | null;
  isDone(data: Data): boolean;
}

type Data = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const UPLOAD = `mutation ($accounts: [AccountInput!]!, $integrationId: ID, $clientRequestId: ID) {
  uploadAccounts(accounts: $accounts, integrationId: $integrationId, clientRequestId: $clientRequestId) {
    ... on UploadAccepted { objectCount clientRequestId }
  }
}`;

const account = (objectId: string) => ({
  ...{ objectId, modifiedDate: MODIFIED, name: `Account ${objectId}`, domains: ['acme.com'] },
});
const FOLLOWED: Pick<Way, 'followUp' | 'isDone'> = {
  followUp: ({ uploadAccounts }) =>
    uploadAccounts?.objectCount !== 1
      ? null
      : {
          query: 'query ($id: ID!) { requestStatus(clientRequestId: $id) { isFinal } }',
          variables: { id: uploadAccounts.clientRequestId },
        },
  isDone: ({ requestStatus }) => requestStatus?.isFinal === true,
};

const ALONE: Way = {
  name: 'each by itself',
  request: (objectId, integrationId) => ({
    query: UPLOAD,
    variables: { accounts: [account(objectId)], integrationId, clientRequestId: `own-${objectId}` },
  }),
  ...FOLLOWED,
};
const LISTS: Way = {
  name: 'through lists',
  request: (objectId, integrationId) => ({
    query: UPLOAD,
    variables: { accounts: [account(objectId)], integrationId },
  }),
  ...FOLLOWED,
};

const QUEUE_CHANGES = `mutation ($changes: [CrmChange!]!, $integrationId: ID) {
  queueChanges(changes: $changes, integrationId: $integrationId) { ticket { id counts { queued } } }
}`;
const QUEUE: Way = {
  name: 'through the queue',
  request: (objectId, integrationId) => ({
    query: QUEUE_CHANGES,
    variables: { changes: [{ account: account(objectId) }], integrationId },
  }),
  followUp: ({ queueChanges }) =>
    queueChanges === undefined
      ? null
      : {
          query: 'query ($id: ID!) { changes(ticket: $id) { isSettled } }',
          variables: { id: (queueChanges.ticket as { readonly id: string }).id },
        },
  isDone: ({ changes }) => changes?.isSettled === true,
};

interface Measured {
  readonly objectsPerSecond: number;
  readonly acceptedPerSecond: number;
  readonly limited: number;
  readonly errors: number;
}

switch (part) {
  case 'busy':
    await busy(Number(amount ?? 20));
    break;
  case 'drain':
    await drain(Number(amount ?? 100_000));
    break;
  case 'idle':
    await idle(Number(amount ?? 2_000));
    break;
  default:
    throw new Error(`needed busy, drain or idle, got ${part}`);
}

async function busy(seconds: number): Promise<void> {
  const alone = await measure(ALONE, seconds);
  const shared = await measure(LISTS, seconds);
  const queued = await inFolder((folder) => measure({ ...QUEUE, variables: { DATA_DIR: folder } }, seconds));
  const timesAlone = (measured: Measured) => (measured.objectsPerSecond / alone.objectsPerSecond).toFixed(0);
  console.log(
    `objects of ${ALONE.name}: ${LISTS.name} ${timesAlone(shared)} times, ${QUEUE.name} ${timesAlone(queued)} times`,
  );
  const failures = [alone, shared, queued].some(({ limited, errors }) => limited > 0 || errors > 0);
  const isMissed = shared.objectsPerSecond < 100 * alone.objectsPerSecond || queued.acceptedPerSecond < 1_000;
  if (failures || isMissed) process.exitCode = 1;
}

async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-writes-'));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
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
  const untilDone: number[] = [];
  const errors: string[] = [];
  let isRunning = true;
  const loops = Array.from({ length: SERVICES }, async (_, service) => {
    for (let round = 0; isRunning; round += 1) {
      const askedAt = performance.now();
      try {
        const data = await ask(pool, way.request(`${service}-${round}`, emulator.integrationId));
        const followUp = way.followUp(data);
        if (followUp === null) throw new Error(`not accepted: ${JSON.stringify(data)}`);
        waits.push(performance.now() - askedAt);
        if (service >= PATIENT_SERVICES) continue;
        while (isRunning && !way.isDone(await ask(pool, followUp))) await sleep(FOLLOW_MS);
        if (isRunning) untilDone.push(performance.now() - askedAt);
      } catch (error) {
        if (isRunning) errors.push(String(error));
      }
    }
  });
  await sleep(WARM_UP_MS);
  waits.length = 0;
  untilDone.length = 0;
  const before = await emulator.counts();
  const startedAt = performance.now();
  await sleep(seconds * 1_000);
  const elapsed = (performance.now() - startedAt) / 1_000;
  const after = await emulator.counts();
  const accepted = waits.length;
  isRunning = false;
  await pool.destroy();
  await Promise.allSettled(loops);
  const [objects, uploads] = [after.stored - before.stored, after.uploads - before.uploads];
  console.log(
    `${way.name}: ${(objects / elapsed).toFixed(1)} objects a second stored, in ${(uploads / elapsed).toFixed(2)} uploads ` +
      `of ${(objects / uploads).toFixed(1)}; ${(accepted / elapsed).toFixed(1)} a second accepted, ` +
      `after ${spread(waits)}; DONE after ${spread(untilDone)}; 429 at the emulator: ${after.limited}; ` +
      `errors: ${errors.length}; memory ${await megabytesOf(gateway)} MB`,
  );
  if (errors[0] !== undefined) console.log(`  the first error: ${errors[0].slice(0, 300)}`);
  return {
    objectsPerSecond: objects / elapsed,
    acceptedPerSecond: accepted / elapsed,
    limited: after.limited,
    errors: errors.length,
  };
}

function spread(milliseconds: readonly number[]): string {
  const [half, most] = [percentile(milliseconds, 0.5), percentile(milliseconds, 0.99)];
  return `p50 ${half.toFixed(0)} ms, p99 ${most.toFixed(0)} ms`;
}

/** @throws Error with the answer, if it has errors */
async function ask(pool: Pool, request: object): Promise<Data> {
  const { body } = await pool.request({
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  const text = await body.text();
  const { data, errors } = JSON.parse(text) as { data?: Data; errors?: unknown };
  if (data === undefined || errors !== undefined) throw new Error(text);
  return data;
}

async function drain(changes: number): Promise<void> {
  await using emulator = await startBenchEmulator('real', 1);
  await inFolder(async (folder) => {
    await using gateway = await startGateway(emulator.url, {
      GONG_CALLS_PER_SECOND: '3',
      GONG_CALLS_PER_DAY: '10000',
      DATA_DIR: folder,
      NODE_OPTIONS: '--max-old-space-size=112',
    });
    const pool = new Pool(gateway.url, { connections: CALLERS, headersTimeout: 600_000 });
    const { integrationId } = emulator;
    const idleMegabytes = await megabytesOf(gateway);
    let peak = idleMegabytes;
    const watching = setInterval(async () => {
      peak = Math.max(peak, await megabytesOf(gateway));
    }, 50);
    const calls = Array.from({ length: Math.ceil(changes / PER_CALL) }, (_, index) => index);
    const startedAt = performance.now();
    await Promise.all(
      Array.from({ length: CALLERS }, async () => {
        for (let call = calls.pop(); call !== undefined; call = calls.pop()) {
          const objects = Array.from({ length: PER_CALL }, (_, index) => ({
            account: account(`${call}-${index}`),
          }));
          await ask(pool, { query: QUEUE_CHANGES, variables: { changes: objects, integrationId } });
        }
      }),
    );
    const acceptedAfter = (performance.now() - startedAt) / 1_000;
    while ((await emulator.counts()).stored < changes) await sleep(100);
    const drainedAfter = (performance.now() - startedAt) / 1_000;
    clearInterval(watching);
    const { uploads, limited } = await emulator.counts();
    console.log(
      `${changes} changes: ${(changes / acceptedAfter).toFixed(0)} a second accepted, all stored after ${drainedAfter.toFixed(1)} s, ` +
        `in ${uploads - 1} uploads; memory ${idleMegabytes} MB idle, ${peak - idleMegabytes} MB more at most; ` +
        `429 at the emulator: ${limited}`,
    );
    if (limited > 0 || peak - idleMegabytes > 150) process.exitCode = 1;
    await pool.destroy();
  });
}

/** Memory of the gateway's own, without files that are mapped, on Linux. */
async function megabytesOf({ pid }: Running): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round((Number(/RssAnon:\s+([0-9]+)/.exec(status)?.[1]) * 1_024) / 1e6);
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
