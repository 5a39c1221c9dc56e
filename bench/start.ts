import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACCESS_KEY, percentile, startProgram } from './support.js';

/**
 * How long the built gateway takes from its start to its first answer and to `/ready`, and what it holds in memory
 * when it is idle: with its emulator in the process, and before one in another, as before Gong; without limits there,
 * without metrics, with a folder for its store, and with traces. The variants take turns.
 *
 *     npm run build && npm run build:bench; node dist/bench/bench/start.js [runs]
 */

const runs = Number(process.argv[2] ?? 5);
const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));
const IDLE_MS = 3_000;

interface Measured {
  readonly answersMs: number;
  readonly readyMs: number;
  /** Of the processor, until it is ready: what another load on the machine does not change much. */
  readonly processorMs: number;
  readonly idleMegabytes: number;
  /** Of `idleMegabytes`, what is no page of a file: Node's own program has half of them. */
  readonly ownMegabytes: number;
}

await using gong = await startProgram('emulator/main.js', { EMULATOR_PORT: '0' });
const before = {
  GONG_BASE_URL: gong.url,
  GONG_ACCESS_KEY: ACCESS_KEY,
  GONG_ACCESS_KEY_SECRET: ACCESS_KEY,
};
const dataDir = await mkdtemp(join(tmpdir(), 'bench-start-'));
const VARIANTS: Readonly<Record<string, Record<string, string>>> = {
  'with its emulator': {},
  'before Gong': before,
  'before Gong without a limit per second': { ...before, GONG_CALLS_PER_SECOND: '0' },
  'with a folder': { DATA_DIR: dataDir },
  'without metrics': { METRICS: 'false' },
  'with traces': { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
};

async function measure(variables: Record<string, string>): Promise<Measured> {
  const begun = performance.now();
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'error', ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await addressOf(child);
  await until(`${url}/health`);
  const answersMs = performance.now() - begun;
  await until(`${url}/ready`);
  const readyMs = performance.now() - begun;
  const processorMs = await processorTime(child.pid);
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  child.kill();
  await once(child, 'exit');
  return {
    answersMs,
    readyMs,
    processorMs,
    idleMegabytes: megabytes(status, 'VmRSS'),
    ownMegabytes: megabytes(status, 'RssAnon'),
  };
}

function megabytes(status: string, name: string): number {
  return Number(new RegExp(`${name}:\\s+([0-9]+)`).exec(status)?.[1]) / 1_024;
}

async function addressOf(child: ChildProcess): Promise<string> {
  for await (const chunk of child.stdout ?? []) {
    const url = /ready at (http:\/\/[^\s/]+)\//.exec(String(chunk))?.[1];
    if (url !== undefined) return url;
  }
  throw new Error('needed the gateway to start');
}

/** In milliseconds; the kernel counts hundredths of a second. */
async function processorTime(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) * 10;
}

async function until(url: string): Promise<void> {
  while (!(await fetch(url)).ok) await new Promise((resolve) => setTimeout(resolve, 5));
}

function shown(values: readonly number[]): string {
  const [middle, least, most] = [percentile(values, 0.5), Math.min(...values), Math.max(...values)];
  return `${middle.toFixed(0)} (${least.toFixed(0)}–${most.toFixed(0)})`;
}

const measured = Object.keys(VARIANTS).map((name) => ({ name, figures: [] as Measured[] }));
for (let run = 0; run < runs; run += 1) {
  for (const { name, figures } of measured) figures.push(await measure(VARIANTS[name] ?? {}));
}
console.log(`Node ${process.versions.node}, medians of ${runs} (ranges)`);
for (const { name, figures } of measured) {
  console.log(
    `${name}: answers after ${shown(figures.map(({ answersMs }) => answersMs))} ms, ` +
      `ready after ${shown(figures.map(({ readyMs }) => readyMs))} ms, ` +
      `${shown(figures.map(({ processorMs }) => processorMs))} ms of processor time, ` +
      `idle ${shown(figures.map(({ idleMegabytes }) => idleMegabytes))} MB, ` +
      `${shown(figures.map(({ ownMegabytes }) => ownMegabytes))} of them its own`,
  );
}
await rm(dataDir, { recursive: true });
