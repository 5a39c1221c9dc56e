/**
 * Measures the processor time and memory of checking a file, compared with a bare JSON.parse of each line in the same run.
 *
 *   npm run build:bench && node dist/bench/bench/check.js [rounds]
 *
 * Each measurement is a process of its own, and those compared take turns. Processor time counts all threads of the process
 * and hardly depends on what else runs on the machine. Compare the ratios: absolute figures say little about another one.
 */
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { createUploadEngine } from '../src/writes/engine/engine.js';
import { createFileCheck } from '../src/writes/engine/file-check.js';
import type { ValidationMode } from '../src/writes/engine/types.js';
import { DEAL_SCHEMA, writeDeals } from './check-deals.js';
import { percentile } from './support.js';

const MB = 1e6;
const BLOCK_BYTES = 262_144;

/** Measures splitting at LF, decoding and parsing a file in memory. */
function bareParse(path: string): Figures {
  const bytes = readFileSync(path);
  const used = startClocks();
  let from = 0;
  let objects = 0;
  for (let lf = bytes.indexOf(10); lf !== -1; lf = bytes.indexOf(10, from)) {
    if (JSON.parse(bytes.toString('utf8', from, lf)) !== null) objects += 1;
    from = lf + 1;
  }
  if (objects === 0) throw new Error('The file must have objects');
  return used();
}

/** Measures checking a file in memory, in the blocks that the checking thread reads. */
function checkLines(path: string): Figures {
  const bytes = readFileSync(path);
  const used = startClocks();
  const check = createFileCheck({ ...JOB, maxLineBytes: 1_048_576, maxListedProblems: 1000 }, () => {});
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) check.push(bytes.subarray(at, at + BLOCK_BYTES));
  if (check.end().report.validObjects === 0) throw new Error('The file must have valid objects');
  return used();
}

function startClocks(): () => Figures {
  const start = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
}

const JOB = {
  dialect: 'current',
  objectType: 'DEAL',
  schema: DEAL_SCHEMA,
  requirePhone: false,
} as const;

async function measure(path: string, mode: ValidationMode | 'CHECK_ONLY'): Promise<Figures> {
  const spoolDir = mkdtempSync(join(tmpdir(), 'bench-spool-'));
  const engine = createUploadEngine({
    spoolDir,
    maxBytes: 10e9,
    maxInflatedBytes: 10e9,
    maxLineBytes: 1_048_576,
    maxPartBytes: 200_000_000,
    maxListedProblems: 1000,
    maxConcurrent: 1,
    checkTimeoutMs: 30_000,
    maxSpoolBytes: 10e9,
  });
  const idle = process.memoryUsage.rss();
  let peak = idle;
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 10);
  const job = { ...JOB, hashPrefix: 'DEAL:1:' };
  const source = () => createReadStream(path, { highWaterMark: 65_536 });
  const clocks = startClocks();
  if (mode === 'CHECK_ONLY') {
    await engine.check(source(), job);
  } else {
    await using upload = await engine.prepare(source(), { ...job, validation: mode });
    if (upload.parts.length === 0) throw new Error('The file must be accepted');
  }
  const used = clocks();
  clearInterval(sampler);
  await engine.close();
  rmSync(spoolDir, { recursive: true });
  return { ...used, peakAboveIdleMb: (peak - idle) / MB };
}

interface Figures {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakAboveIdleMb?: number;
}

function inProcess(what: string, path: string): Figures {
  return JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), what, path]).toString());
}

/** The median and the range. */
function spread(values: readonly number[], digits: number): string {
  const [least, median, most] = [0, 0.5, 1].map((part) => percentile(values, part).toFixed(digits));
  return `${median} (${least} to ${most})`;
}

function main(rounds: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'bench-check-'));
  try {
    const path = join(folder, 'deals.ldjson');
    const deals = writeDeals(path, 200 * MB, 'sorted');
    console.log(`Node ${process.version}, 200 MB, ${deals} deals: median and range of ${rounds} rounds`);
    const kinds = ['LINES', 'CHECK_ONLY', 'ENFORCE', 'OFF'] as const;
    const runs = Array.from({ length: rounds }, () => ({
      bare: inProcess('BARE', path),
      others: kinds.map((kind) => inProcess(kind, path)),
    }));
    const bareSeconds = runs.map(({ bare }) => bare.cpuSeconds);
    console.log(`bare JSON.parse of each line: ${spread(bareSeconds, 2)} s of processor time`);
    kinds.forEach((kind, index) => {
      const pairs = runs.flatMap(({ bare, others }) =>
        others.slice(index, index + 1).map((it) => ({ bare, it })),
      );
      const ratio = (of: 'seconds' | 'cpuSeconds') =>
        spread(
          pairs.map(({ bare, it }) => bare[of] / it[of]),
          2,
        );
      const peaks = pairs.flatMap(({ it }) => it.peakAboveIdleMb ?? []);
      const memory = peaks.length > 0 ? `, ${spread(peaks, 0)} MB above idle` : '';
      console.log(
        `${NAMES[kind]}: ${ratio('cpuSeconds')} by processor time, ${ratio('seconds')} by time${memory}`,
      );
    });
    for (const order of ['sorted', 'unsorted'] as const) {
      writeDeals(path, 1000 * MB, order);
      const { cpuSeconds, peakAboveIdleMb = 0 } = inProcess('ENFORCE', path);
      console.log(
        `1 GB ${order}, ENFORCE, once: ${cpuSeconds.toFixed(1)} s, ${peakAboveIdleMb.toFixed(0)} MB above idle`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const NAMES = {
  LINES: 'checking lines in memory',
  CHECK_ONLY: 'engine, check',
  ENFORCE: 'engine, prepare with ENFORCE',
  OFF: 'engine, prepare with OFF',
};

const [what = '5', path] = process.argv.slice(2);
if (path === undefined) main(Number(what));
else if (what === 'BARE') console.log(JSON.stringify(bareParse(path)));
else if (what === 'LINES') console.log(JSON.stringify(checkLines(path)));
else if (what === 'CHECK_ONLY' || what === 'ENFORCE' || what === 'OFF') {
  console.log(JSON.stringify(await measure(path, what)));
}
