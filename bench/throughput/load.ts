import { deepStrictEqual } from 'node:assert';
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import { percentile, type Running } from '../support.js';
import type { Case, Dialogue } from './cases.js';

const CONNECTIONS = 50;
const ANSWER_MS = 10_000;

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
  dialogue: Dialogue,
  { queries }: Case,
  seconds: number,
): Promise<Figures> {
  const pool = new Pool(url, {
    connections: CONNECTIONS,
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
  });
  const bodies = queries.map((ids) => ({ body: dialogue.bodyFor(ids), mark: `"objectId":"${ids.at(-1)}"` }));
  const size = await checkedSize(pool, dialogue, queries[0] ?? []);
  const waits: number[] = [];
  let asked = 0;
  const cpuBefore = cpuSeconds(pid);
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  const caller = async () => {
    for (let now = performance.now(); now < endsAt; ) {
      const { body, mark } = bodies[asked++ % bodies.length] ?? { body: '', mark: '' };
      const answer = await ask(pool, body);
      if (answer.length !== size || !answer.includes(mark))
        throw new Error(`needed ${size} bytes with ${mark}, got ${answer.toString('utf8', 0, 300)}`);
      const then = performance.now();
      waits.push(then - now);
      now = then;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, caller)).finally(() => pool.destroy());
  const tookSeconds = (performance.now() - startedAt) / 1_000;
  const cpu = cpuSeconds(pid) - cpuBefore;
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

/** One answer is compared as a whole; the others are as long, because all IDs are. */
async function checkedSize(pool: Pool, dialogue: Dialogue, ids: readonly string[]): Promise<number> {
  const answer = await ask(pool, dialogue.bodyFor(ids));
  deepStrictEqual(JSON.parse(answer.toString()), dialogue.answerTo(ids));
  return answer.length;
}

/** undici's `request` takes twice the time, and the callers share a core with Gong. */
function ask(pool: Pool, body: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    pool.dispatch(
      { method: 'POST', path: '/graphql', headers: { 'content-type': 'application/json' }, body },
      {
        onRequestStart: () => {},
        onResponseData: (_controller, chunk) => void chunks.push(chunk),
        onResponseEnd: () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
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
