/**
 * Measures uploads through the gateway's HTTP route to an emulator, each in a process of its own as in production, with a
 * fourth process that sends small queries meanwhile.
 *
 *   npm run build:bench && node dist/bench/bench/upload.js [MB] [large MB]
 *
 * Absolute figures say little about another machine; compare the ratios, which come from the same run.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { DEAL_SCHEMA, writeDeals } from './check-deals.js';
import { ACCESS_KEY, forked, percentile, type Running, startGateway, startProgram } from './support.js';
import { sendJson, serve } from './throughput/serve.js';

const MB = 1e6;
const ROUNDS = 5;
const BOUNDARY = 'bench-boundary';
const authorization = `Basic ${Buffer.from(`${ACCESS_KEY}:${ACCESS_KEY}`).toString('base64')}`;
const here = fileURLToPath(import.meta.url);

/** Processing is put off until after the measurement, because it would take the other core. */
function startEmulator(): Promise<Running> {
  return startProgram('emulator/main.js', {
    EMULATOR_PORT: '0',
    EMULATOR_CALLS_PER_SECOND: '0',
    EMULATOR_CALLS_PER_DAY: '0',
    EMULATOR_PROCESSING_MS: '86400000',
  });
}

function startUploadGateway(emulator: Running, spoolDir: string): Promise<Running> {
  return startGateway(emulator.url, {
    UPLOAD_SPOOL_DIR: spoolDir,
    UPLOAD_MAX_BYTES: '10000000000',
    UPLOAD_MAX_INFLATED_BYTES: '10000000000',
  });
}

/** Registers an integration with a deal schema and returns its ID. */
async function register(emulator: Running): Promise<string> {
  const headers = { authorization, 'content-type': 'application/json' };
  const registered = await request(`${emulator.url}/v2/crm/integrations`, {
    method: 'PUT',
    headers,
    body: JSON.stringify({ name: 'bench', ownerEmail: 'bench@acme.com' }),
  });
  const integrationId = /"integrationId":([0-9]+)/.exec(await registered.body.text())?.[1] ?? '';
  const fields = DEAL_SCHEMA.map(({ uniqueName, label, type, orderedValueList }) => ({
    ...{ uniqueName, label, type },
    ...(type === 'PICKLIST' ? { orderedValueList } : {}),
    ...(type === 'REFERENCE' ? { referenceTo: 'ACCOUNT' } : {}),
  }));
  const pushed = await request(
    `${emulator.url}/v2/crm/entity-schema?integrationId=${integrationId}&objectType=DEAL`,
    { method: 'POST', headers, body: JSON.stringify(fields) },
  );
  if (pushed.statusCode >= 300) throw new Error(await pushed.body.text());
  return integrationId;
}

interface PostOptions {
  /** Sent before and after the file. */
  readonly frame?: readonly [string, string];
  readonly bytesPerMs?: number;
}

/** 1 Gbit/s. */
const LINK_BYTES_PER_MS = 125_000;

/** Returns the seconds until the response; throws unless that is a success. */
async function post(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  { frame = ['', ''], bytesPerMs = Number.POSITIVE_INFINITY }: PostOptions = {},
): Promise<number> {
  const length = Buffer.byteLength(frame.join('')) + statSync(path).size;
  const startedAt = performance.now();
  async function* body() {
    yield Buffer.from(frame[0]);
    let sent = 0;
    for await (const chunk of createReadStream(path, { highWaterMark: 262_144 })) {
      yield chunk;
      sent += chunk.length;
      const aheadMs = sent / bytesPerMs - (performance.now() - startedAt);
      if (aheadMs >= 1) await sleep(aheadMs);
    }
    yield Buffer.from(frame[1]);
  }
  const answer = await request(url, {
    method: 'POST',
    headers: { ...headers, 'content-length': String(length) },
    body: Readable.from(body(), { objectMode: false }),
    headersTimeout: 3_600_000,
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`HTTP ${answer.statusCode}: ${text.slice(0, 500)}`);
  return (performance.now() - startedAt) / 1000;
}

const ldjson = { 'content-type': 'application/x-ndjson' };
let uploads = 0;

function upload(
  gateway: Running,
  path: string,
  validation: 'ENFORCE' | 'OFF',
  options: PostOptions = {},
): Promise<number> {
  uploads += 1;
  const query = `validation=${validation}&clientRequestId=bench-${uploads}`;
  return post(`${gateway.url}/upload/DEAL?${query}`, path, ldjson, options);
}

const validate = (gateway: Running, path: string) => post(`${gateway.url}/validate/DEAL`, path, ldjson);

/** Sends the same file to the same emulator with undici alone. */
function pipe(
  emulator: Running,
  integrationId: string,
  path: string,
  options: PostOptions = {},
): Promise<number> {
  uploads += 1;
  const query = `integrationId=${integrationId}&objectType=DEAL&clientRequestId=bench-${uploads}`;
  const headers = { authorization, 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
  const head = 'Content-Disposition: form-data; name="dataFile"; filename="deals.ldjson"';
  return post(`${emulator.url}/v2/crm/entities?${query}`, path, headers, {
    ...options,
    frame: [`--${BOUNDARY}\r\n${head}\r\n\r\n`, `\r\n--${BOUNDARY}--\r\n`],
  });
}

/** Memory of a process in MB, and its peak since `forgetPeak`. Linux only. */
function memory({ pid }: Running) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) =>
    (Number(new RegExp(`${name}:\\s+([0-9]+)`).exec(status)?.[1] ?? 0) * 1024) / MB;
  return { now: read('VmRSS'), peak: read('VmHWM') };
}

const forgetPeak = ({ pid }: Running) => writeFileSync(`/proc/${pid}/clear_refs`, '5');

/** Posts `{ integrations { id } }` every 5 ms from another process during `work`; returns the times in ms. */
async function latencies(server: Running, work: () => Promise<unknown>): Promise<number[]> {
  const child = fork(here, ['ask', server.url]);
  await once(child, 'message');
  child.send('go');
  await work();
  child.send('stop');
  const [samples] = (await once(child, 'message')) as [number[]];
  return samples;
}

async function ask(url: string): Promise<void> {
  const samples: number[] = [];
  const body = JSON.stringify({ query: '{ integrations { id } }' });
  const headers = { 'content-type': 'application/json' };
  const one = async () => {
    const startedAt = performance.now();
    await (await request(`${url}/graphql`, { method: 'POST', headers, body })).body.text();
    return performance.now() - startedAt;
  };
  for (let warm = 0; warm < 300; warm += 1) await one();
  process.send?.('ready');
  await once(process, 'message');
  let isOver = false;
  process.once('message', () => {
    isOver = true;
  });
  while (!isOver) {
    samples.push(await one());
    await sleep(5);
  }
  process.send?.(samples, () => process.exit(0));
}

/** Asks Gong what the small query asks it, and has nothing to do with files: what it loses, any program on these cores does. */
function startBystander(emulator: Running): Promise<Running> {
  return forked(new URL(import.meta.url), ['bystander', emulator.url]);
}

async function standBy(gongUrl: string): Promise<void> {
  await serve(async (asked, answer) => {
    asked.resume();
    const { body } = await request(`${gongUrl}/v2/crm/integrations`, { headers: { authorization } });
    sendJson(answer, await body.text());
  });
}

/** Returns the seconds for splitting at LF, decoding and parsing a file in memory, in another process. */
async function bareParse(path: string): Promise<number> {
  const child = fork(here, ['parse', path]);
  const [seconds] = (await once(child, 'message')) as [number];
  return seconds;
}

function parse(path: string): void {
  const bytes = readFileSync(path);
  const startedAt = performance.now();
  let from = 0;
  for (let lf = bytes.indexOf(10); lf !== -1; lf = bytes.indexOf(10, from)) {
    JSON.parse(bytes.toString('utf8', from, lf));
    from = lf + 1;
  }
  process.send?.((performance.now() - startedAt) / 1000, () => process.exit(0));
}

function print(what: string, value: string): void {
  console.log(`${what.padEnd(58)} ${value}`);
}

async function measure(bytes: number, largeBytes: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-upload-'));
  const path = join(folder, 'deals.ldjson');
  const spoolDir = join(folder, 'spool');
  try {
    await measureSpeed(path, spoolDir, bytes);
    for (const [size, order] of [
      [bytes, 'sorted'],
      [bytes, 'unsorted'],
      [largeBytes, 'sorted'],
      [largeBytes, 'unsorted'],
    ] as const) {
      if (size > 0) await measureMemory(path, spoolDir, size, order);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measureSpeed(path: string, spoolDir: string, bytes: number): Promise<void> {
  print(
    `${bytes / MB} MB of deals`,
    `${writeDeals(path, bytes, 'sorted')} objects, best of ${ROUNDS}, taking turns`,
  );
  const size = statSync(path).size;
  const times: Record<string, number[]> = {};
  const took = (name: string, seconds: number) => {
    times[name] = [...(times[name] ?? []), seconds];
  };
  const link = { bytesPerMs: LINK_BYTES_PER_MS };
  for (let round = 0; round < ROUNDS; round += 1) {
    // A new one each time, because the emulator keeps what it receives.
    await using emulator = await startEmulator();
    const integrationId = await register(emulator);
    await using gateway = await startUploadGateway(emulator, spoolDir);
    await validate(gateway, path);
    took('parse', await bareParse(path));
    took('check', await validate(gateway, path));
    took('enforce', await upload(gateway, path, 'ENFORCE'));
    took('off', await upload(gateway, path, 'OFF'));
    took('pipe', await pipe(emulator, integrationId, path));
    took('off on link', await upload(gateway, path, 'OFF', link));
    took('pipe on link', await pipe(emulator, integrationId, path, link));
  }
  const best = (name: string) => Math.min(...(times[name] ?? []));
  const speed = (name: string) => `${(size / MB / best(name)).toFixed(0)} MB/s`;
  const ratio = (name: string, to: string) => `${((100 * best(to)) / best(name)).toFixed(0)}%`;
  print('bare JSON.parse of each line', speed('parse'));
  print(
    'POST /validate: received and checked',
    `${speed('check')}, ${ratio('check', 'parse')} of the bare parse`,
  );
  print(
    'POST /upload, ENFORCE: received, checked and sent',
    `${speed('enforce')}, ${ratio('enforce', 'parse')} of the bare parse`,
  );
  print('bare undici pipe to the emulator', speed('pipe'));
  print('POST /upload, OFF: received and sent', `${speed('off')}, ${ratio('off', 'pipe')} of the bare pipe`);
  print('bare undici pipe from a link of 125 MB/s', speed('pipe on link'));
  print(
    'POST /upload, OFF, from the same link',
    `${speed('off on link')}, ${ratio('off on link', 'pipe on link')} of the bare pipe`,
  );

  await using emulator = await startEmulator();
  await register(emulator);
  await using gateway = await startUploadGateway(emulator, spoolDir);
  await validate(gateway, path);
  await using bystander = await startBystander(emulator);
  await measureOthers('{ integrations { id } }', gateway, () => validateSome(gateway, path));
  await measureOthers('a bystander on the same cores', bystander, () => validateSome(gateway, path));
}

/** Few samples are taken during one file. */
async function validateSome(gateway: Running, path: string): Promise<void> {
  for (let file = 0; file < 3; file += 1) await validate(gateway, path);
}

async function measureOthers(who: string, server: Running, work: () => Promise<void>): Promise<void> {
  const ratios: number[] = [];
  const [idle, during]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await latencies(server, () => sleep(4_000));
    const meanwhile = await latencies(server, work);
    ratios.push(percentile(meanwhile, 0.99) / percentile(before, 0.99));
    idle.push(...before);
    during.push(...meanwhile);
  }
  const [least, median, most] = [0, 0.5, 1].map((part) => percentile(ratios, part).toFixed(1));
  const [idle99, during99] = [percentile(idle, 0.99), percentile(during, 0.99)];
  print(
    `${who}: p99 while files are checked`,
    `${during99.toFixed(1)} ms, idle ${idle99.toFixed(1)} ms: ${(during99 / idle99).toFixed(1)} times, in a round ${median} (${least} to ${most})`,
  );
}

async function measureMemory(
  path: string,
  spoolDir: string,
  bytes: number,
  order: 'sorted' | 'unsorted',
): Promise<void> {
  writeDeals(path, bytes, order);
  const above: number[] = [];
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await using emulator = await startEmulator();
    await register(emulator);
    await using gateway = await startUploadGateway(emulator, spoolDir);
    const idle = memory(gateway).now;
    forgetPeak(gateway);
    seconds.push(await upload(gateway, path, 'ENFORCE'));
    above.push(memory(gateway).peak - idle);
  }
  const [least, median, most] = [0, 0.5, 1].map((part) => percentile(above, part).toFixed(0));
  print(
    `memory above idle, ${bytes / MB} MB ${order}, ENFORCE`,
    `${median} MB (${least} to ${most}), in ${percentile(seconds, 0.5).toFixed(1)} s`,
  );
}

const [, , first = '200', second = '1000'] = process.argv;
if (first === 'ask') await ask(second);
else if (first === 'bystander') await standBy(second);
else if (first === 'parse') parse(second);
else await measure(Number(first) * MB, Number(second) * MB);
