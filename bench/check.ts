/**
 * Measures the time and memory of checking a file, compared with a bare JSON.parse of each line in the same run.
 *
 *   npm run build && npx tsc -p tsconfig.json --noEmit false --outDir dist/.bench && node dist/.bench/bench/check.js
 *
 * Each measurement is a process of its own, and those compared take turns. Absolute figures say little about another
 * machine; compare the ratios.
 */
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { createUploadEngine } from '../src/writes/engine/engine.js';
import type { ValidationMode } from '../src/writes/engine/types.js';
import { DEAL_SCHEMA, writeDeals } from './check-deals.js';

const MB = 1e6;
const ROUNDS = 5;

/** Measures splitting at LF, decoding and parsing a file in memory. */
function bareParse(path: string): { seconds: number } {
  const bytes = readFileSync(path);
  const start = performance.now();
  let from = 0;
  let objects = 0;
  for (let lf = bytes.indexOf(10); lf !== -1; lf = bytes.indexOf(10, from)) {
    if (JSON.parse(bytes.toString('utf8', from, lf)) !== null) objects += 1;
    from = lf + 1;
  }
  if (objects === 0) throw new Error('The file must have objects');
  return { seconds: (performance.now() - start) / 1000 };
}

async function measure(path: string, mode: ValidationMode | 'CHECK_ONLY') {
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
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const job = {
    dialect: 'current',
    objectType: 'DEAL',
    schema: DEAL_SCHEMA,
    requirePhone: false,
    hashPrefix: 'DEAL:1:',
  } as const;
  const source = () => createReadStream(path, { highWaterMark: 65_536 });
  const start = performance.now();
  const cpu = process.cpuUsage();
  let parts = 0;
  let errors = 0;
  if (mode === 'CHECK_ONLY') {
    errors = (await engine.check(source(), job)).errorCount;
  } else {
    await using upload = await engine.prepare(source(), { ...job, validation: mode });
    parts = upload.parts.length;
    errors = upload.report.errorCount;
  }
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  delay.disable();
  clearInterval(sampler);
  await engine.close();
  rmSync(spoolDir, { recursive: true });
  return {
    seconds,
    parts,
    errors,
    cpuSeconds: (used.user + used.system) / 1e6,
    peakAboveIdleMb: (peak - idle) / MB,
    loopDelayP99Ms: delay.percentile(99) / 1e6,
    loopDelayMaxMs: delay.max / 1e6,
  };
}

type Figures = Partial<Awaited<ReturnType<typeof measure>>> & { readonly seconds: number };

function inProcess(what: string, path: string): Figures {
  return JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), what, path]).toString());
}

const best = (all: readonly Figures[]) =>
  all.reduce((left, right) => (right.seconds < left.seconds ? right : left));

function print(what: string, bytes: number, figures: Figures): void {
  const { seconds, ...rest } = figures;
  const others = Object.entries(rest).map(
    ([name, value]) => `${name} ${value.toFixed(value % 1 === 0 ? 0 : 1)}`,
  );
  console.log(
    `${what.padEnd(34)} ${(bytes / MB / seconds).toFixed(0).padStart(5)} MB/s  ${others.join(', ')}`,
  );
}

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'bench-check-'));
  try {
    const path = join(folder, 'deals.ldjson');
    console.log(`200 MB, ${writeDeals(path, 200 * MB, 'sorted')} deals; best of ${ROUNDS}, taking turns`);
    const { size } = statSync(path);
    const runs = Array.from({ length: ROUNDS }, () => ({
      bare: inProcess('BARE', path),
      check: inProcess('CHECK_ONLY', path),
      enforce: inProcess('ENFORCE', path),
      off: inProcess('OFF', path),
    }));
    const bare = best(runs.map((run) => run.bare));
    const enforce = best(runs.map((run) => run.enforce));
    print('bare JSON.parse of each line', size, bare);
    print('check', size, best(runs.map((run) => run.check)));
    print('prepare, ENFORCE', size, enforce);
    print('prepare, OFF', size, best(runs.map((run) => run.off)));
    console.log(`ENFORCE is ${((100 * bare.seconds) / enforce.seconds).toFixed(0)}% of the bare JSON.parse`);

    for (const order of ['sorted', 'unsorted'] as const) {
      console.log(`1 GB ${order}, ${writeDeals(path, 1000 * MB, order)} deals; once`);
      print('prepare, ENFORCE', statSync(path).size, inProcess('ENFORCE', path));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [what, path] = process.argv.slice(2);
if (what === undefined || path === undefined) main();
else if (what === 'BARE') console.log(JSON.stringify(bareParse(path)));
else if (what === 'CHECK_ONLY' || what === 'ENFORCE' || what === 'OFF') {
  console.log(JSON.stringify(await measure(path, what)));
}
