import { deepStrictEqual } from 'node:assert';
import { readFileSync } from 'node:fs';
import { percentile, type Running } from '../support.js';
import type { Case, Dialogue } from './cases.js';
import { type Connection, connectTo, requestTo } from './connection.js';

const CONNECTIONS = 50;
const CHECK_MS = 10;

/**
 * How long a load goes on: until the contender has used that much processor time, which makes figures equally good on a
 * busy machine, or by the clock.
 */
export type Extent = { readonly cpuSeconds: number } | { readonly seconds: number };

/** Of one contender under load for a while. */
export interface Figures {
  /** Queries. */
  readonly answered: number;
  readonly perSecond: number;
  /** Processor time that the contender took for a query. */
  readonly cpuMs: number;
  /** The share of one core that it used; below one, something else was the bottleneck. */
  readonly busy: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Physical memory at the end. */
  readonly residentMb: number;
}

/**
 * Fifty callers, each with one query at a time.
 * @throws if any answer is not what was asked for
 */
export async function load(
  { url, pid }: Running,
  { bodyFor, answerTo }: Dialogue,
  { queries }: Case,
  extent: Extent,
): Promise<Figures> {
  const requests = queries.map((ids) => ({
    ids,
    bytes: requestTo(url, bodyFor(ids)),
    mark: `"objectId":"${ids.at(-1)}"`,
  }));
  const connections: Connection[] = [];
  for (let count = 0; count < CONNECTIONS; count += 1) connections.push(await connectTo(url));
  const waits: number[] = [];
  let asked = 0;
  let size: number | undefined;
  const next = () => requests[asked++ % requests.length] as (typeof requests)[number];
  const cpuBefore = cpuSeconds(pid);
  const startedAt = performance.now();
  const usedSeconds = () => cpuSeconds(pid) - cpuBefore;
  const passedSeconds = () => (performance.now() - startedAt) / 1_000;
  let isOver = false;
  const timer = setInterval(() => {
    isOver = 'seconds' in extent ? passedSeconds() >= extent.seconds : usedSeconds() >= extent.cpuSeconds;
  }, CHECK_MS);
  const caller = async (connection: Connection) => {
    for (let now = performance.now(); !isOver; ) {
      const { ids, bytes, mark } = next();
      const answer = await connection.ask(bytes);
      const then = performance.now();
      waits.push(then - now);
      now = then;
      // One answer is compared as a whole. The others are as long, because all IDs are.
      if (size === undefined) deepStrictEqual(JSON.parse(answer.toString()), answerTo(ids));
      size ??= answer.length;
      if (answer.length !== size || !answer.includes(mark))
        throw new Error(`needed ${size} bytes with ${mark}, got ${answer.toString('utf8', 0, 300)}`);
    }
  };
  await Promise.all(connections.map(caller)).finally(() => {
    clearInterval(timer);
    for (const connection of connections) connection.close();
  });
  const tookSeconds = passedSeconds();
  const cpu = usedSeconds();
  return {
    answered: waits.length,
    perSecond: waits.length / tookSeconds,
    cpuMs: (cpu / waits.length) * 1_000,
    busy: cpu / tookSeconds,
    p50Ms: percentile(waits, 0.5),
    p99Ms: percentile(waits, 0.99),
    residentMb: residentMb(pid),
  };
}

/** Linux tells it in hundredths of a second. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
}
