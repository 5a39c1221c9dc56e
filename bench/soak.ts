import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFaultyGong } from './soak/gong.js';
import { ACCOUNTS, startLoad } from './soak/load.js';
import { COLLECT_AT_SIGNAL, createSampler, type Memory, type Sample, slope } from './soak/samples.js';
import { accountId, percentile, startGateway } from './support.js';

/**
 * Ten minutes of everything at once: readers, files good, bad and broken off, followers over both transports who stay
 * or leave, hostile documents, and a Gong that refuses, fails, is slow, breaks off or says nothing. What it costs a
 * gateway in memory and descriptors, how long its event loop is busy, and whether each file that was said to be
 * accepted is at Gong exactly once. With `REDIS_URL`, with a Redis. Node 20 runs no TypeScript, so:
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir dist/bench; node dist/bench/bench/soak.js [seconds]
 */

const seconds = Number(process.argv[2] ?? 600);
if (!(seconds >= 60)) throw new Error(`needed at least 60 seconds, for a slope, got ${process.argv[2]}`);
const SAMPLE_SECONDS = 5;
/** A full collection is seldom, for everybody waits for it. */
const SAMPLES_A_COLLECTION = 3;
/** Longer than idle connections are kept, here and at Gong. */
const QUIET_MS = 15_000;
const TARGET = { mbPerMinute: 1, eventLoopP99Ms: 50 };

const spoolDir = mkdtempSync(join(tmpdir(), 'soak-'));
await using gong = await startFaultyGong();
await using gateway = await startGateway(gong.url, settings());
await setUp(gateway.url);
await sleep(QUIET_MS);
const sampler = createSampler(gateway.url, gateway.pid);
const idle = { ...(await sampler.sample()), ...(await sampler.memory()) };

const load = startLoad(gateway.url);
const samples: Sample[] = [];
const memory: Memory[] = [];
for (let turn = 1; turn <= seconds / SAMPLE_SECONDS; turn += 1) {
  await sleep(SAMPLE_SECONDS * 1_000);
  samples.push(await sampler.sample());
  if (turn % SAMPLES_A_COLLECTION === 0) memory.push(await sampler.memory());
}
await load.stop();
await sleep(QUIET_MS);
const after = { ...(await sampler.sample()), ...(await sampler.memory()) };
await sampler.close();
const left = readdirSync(spoolDir);
const { accepted, faults } = await gong.report();
rmSync(spoolDir, { recursive: true });

const missed = [...measured(), ...counted()];
for (const what of missed) console.log(`MISSED: ${what}`);
process.exitCode = missed.length === 0 ? 0 : 1;

/** Prints the figures; gives those that miss their target. */
function measured(): string[] {
  const half = memory.slice(Math.floor(memory.length / 2));
  const resident = half.map(({ residentMb }) => residentMb);
  const mbPerMinute = slope(half.map(({ minute, residentMb }) => [minute, residentMb]));
  const heapPerMinute = slope(half.map(({ minute, heapMb }) => [minute, heapMb]));
  const open = samples.slice(Math.floor(samples.length / 2)).map(({ descriptors }) => descriptors);
  const lags = samples.map(({ eventLoopP99Ms }) => eventLoopP99Ms);
  const idleLags = samples.map(({ idleP99Ms }) => idleP99Ms);
  const lag = percentile(lags, 0.5);
  console.log(
    `memory after collections in the second half: ${low(resident)} to ${high(resident)} MB, ${mbPerMinute.toFixed(2)} MB a minute ` +
      `(heap ${heapPerMinute.toFixed(2)}); before ${idle.residentMb.toFixed(0)}, after ${after.residentMb.toFixed(0)}\n` +
      `descriptors: ${idle.descriptors} before, ${low(open)} to ${high(open)} in the second half, ${after.descriptors} after\n` +
      `event loop delay, p99 of ${SAMPLE_SECONDS} s each: p50 ${lag.toFixed(0)} ms, worst ${high(lags)} ms; ` +
      `of an idle thread beside it: p50 ${percentile(idleLags, 0.5).toFixed(0)} ms, worst ${high(idleLags)} ms`,
  );
  return [
    ...(mbPerMinute < TARGET.mbPerMinute
      ? []
      : [`memory grows by ${TARGET.mbPerMinute} MB a minute or more`]),
    ...(after.descriptors <= idle.descriptors + 1 ? [] : ['descriptors are not given back']),
    ...(lag < TARGET.eventLoopP99Ms
      ? []
      : [`the event loop is busy for ${TARGET.eventLoopP99Ms} ms or more`]),
  ];
}

function low(values: readonly number[]): string {
  return Math.min(...values).toFixed(0);
}

function high(values: readonly number[]): string {
  return Math.max(...values).toFixed(0);
}

function counted(): string[] {
  const times = load.accepted.map((id) => accepted[id] ?? 0);
  const lost = times.filter((count) => count === 0).length;
  const twice = Object.values(accepted).filter((count) => count > 1).length;
  const unsaid = Object.keys(accepted).filter((id) => id.startsWith('soak-') && !load.accepted.includes(id));
  console.log(`what callers met: ${listed(load.counts)}\nwhat Gong did: ${listed(faults)}`);
  console.log(
    `files: ${times.length} accepted, of which ${lost} are not at Gong; ${twice} are there more than once; ` +
      `${unsaid.length} are there whose senders heard of an error or had gone; ${left.length} left on disk`,
  );
  const masked = Object.keys(load.counts).filter((what) => what.includes('INTERNAL_SERVER_ERROR'));
  return [
    ...(lost === 0 ? [] : [`${lost} accepted files are lost`]),
    ...(twice === 0 ? [] : [`${twice} files were accepted twice`]),
    ...(left.length === 0 ? [] : ['files are left on disk']),
    ...(masked.length === 0 ? [] : [`unforeseen errors: ${masked.join(', ')}`]),
    ...(times.length > 0 ? [] : ['no file was accepted']),
  ];
}

function listed(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).toSorted(([, one], [, other]) => other - one);
  return entries.map(([what, count]) => `${what} ${count}`).join(', ');
}

function settings(): Readonly<Record<string, string>> {
  const redis = process.env.REDIS_URL;
  return {
    NODE_OPTIONS: COLLECT_AT_SIGNAL,
    LOG_LEVEL: 'fatal',
    GONG_CALLS_PER_SECOND: '100',
    GONG_TIMEOUT_MS: '5000',
    GONG_UPLOAD_TIMEOUT_MS: '10000',
    GONG_BREAKER_OPEN_MS: '1000',
    WATCH_MAX_INTERVAL_MS: '2000',
    STREAM_MAX_CONNECTIONS_PER_CALLER: '1000',
    UPLOAD_SPOOL_DIR: spoolDir,
    ...(redis === undefined ? {} : { REDIS_URL: redis, REDIS_KEY_PREFIX: `soak-${randomUUID()}:` }),
  };
}

/** A CRM with the accounts that readers ask for, sent four times at once: then all threads of the gateway have run. */
async function setUp(url: string): Promise<void> {
  const input = 'input: { name: "Soak", ownerEmail: "soak@acme.com" }';
  const query = `mutation { registerIntegration(${input}) { id } }`;
  const line = (index: number) =>
    `{"objectId":"${accountId(index)}","modifiedDate":"2024-03-01T12:00:00Z","name":"A","domains":[]}`;
  const lines = Array.from({ length: ACCOUNTS }, (_, index) => line(index)).join('\n');
  await untilDone(`${url}/graphql`, 'application/json', JSON.stringify({ query }));
  const send = () => untilDone(`${url}/upload/ACCOUNT`, 'application/x-ndjson', lines);
  await Promise.all([send(), send(), send(), send()]);
}

/** Gong may fail, so it is tried again. */
async function untilDone(address: string, type: string, body: string): Promise<void> {
  let text = '';
  for (let tries = 0; tries < 20; tries += 1) {
    const response = await fetch(address, { method: 'POST', headers: { 'content-type': type }, body });
    text = await response.text();
    // Registered already, where the answer was lost.
    if (!text.includes('"errors"') || text.includes('CONFLICT')) return;
    await sleep(500);
  }
  throw new Error(`needed an answer without errors, got ${text.slice(0, 300)}`);
}
