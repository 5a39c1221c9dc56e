import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { percentile } from './support.js';

/**
 * How long the built gateway takes from its start to its first answer and to `/ready`, and what it holds in memory
 * when it is idle: with its emulator in the process, and before an upstream of its own; with metrics, and with traces.
 *
 *     npm run build && npx tsc -p tsconfig.json --noEmit false --outDir dist/bench; node dist/bench/bench/start.js [runs]
 */

const runs = Number(process.argv[2] ?? 7);
const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));
const IDLE_MS = 3_000;

interface Measured {
  readonly answersMs: number;
  readonly readyMs: number;
  /** Of the processor, until it is ready: what another load on the machine does not change much. */
  readonly processorMs: number;
  readonly idleMegabytes: number;
}

const VARIANTS: Readonly<Record<string, Record<string, string>>> = {
  'with its emulator': {},
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
    idleMegabytes: Number(/VmRSS:\s+([0-9]+)/.exec(status)?.[1]) / 1_024,
  };
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

const middle = (values: readonly number[]) => percentile(values, 0.5).toFixed(0);
for (const [name, variables] of Object.entries(VARIANTS)) {
  const measured: Measured[] = [];
  for (let run = 0; run < runs; run += 1) measured.push(await measure(variables));
  console.log(
    `${name}: answers after ${middle(measured.map(({ answersMs }) => answersMs))} ms, ` +
      `ready after ${middle(measured.map(({ readyMs }) => readyMs))} ms, ` +
      `${middle(measured.map(({ processorMs }) => processorMs))} ms of processor time, ` +
      `idle ${middle(measured.map(({ idleMegabytes }) => idleMegabytes))} MB (medians of ${runs})`,
  );
}
