/**
 * How many queries a second one core answers, beside GraphQL servers that a good engineer would write by hand in a day
 * (bench/peers, which has packages of its own), as shares of the floor: plain node:http and undici making the same call
 * to Gong, without GraphQL. docs/performance.md says what is measured, and how to repeat it.
 *
 *     npm run build && npm run build:bench && npm ci --prefix bench/peers
 *     node dist/bench/bench/peers.js [seconds of processor time in a round] [emulator]
 *     node dist/bench/bench/peers.js memory [minutes]
 */
import { percentile, type Running } from './support.js';
import { type Case, HUNDRED_OBJECTS, ONE_OBJECT, SAME_HUNDRED } from './throughput/cases.js';
import {
  CONTENDERS,
  type Contender,
  FLOOR,
  GATEWAY,
  type Gong,
  MERCURIUS_JIT,
  startEmulatedGong,
  startStub,
} from './throughput/contenders.js';
import { type Figures, load } from './throughput/load.js';
import { allowedCores, pin } from './throughput/pin.js';

const ROUNDS = 5;
/** V8 has compiled by then what each contender consists of; the largest take the longest. */
const WARM_UP = { cpuSeconds: 5 };
const SAMPLE_SECONDS = 30;

const [, , mode = '3', detail] = process.argv;
const amount = Number(mode === 'memory' ? (detail ?? 10) : mode);
if (!(amount > 0))
  throw new Error('needed a number of seconds of processor time, or "memory" and a number of minutes');

/** One for callers and Gong, and one for the contenders, of which one at a time has something to do. */
const [callersCore, contendersCore] = allowedCores();
if (callersCore !== undefined && contendersCore !== undefined) pin(process.pid, callersCore);
else console.log('nothing is pinned: there is no taskset, or one core only');
console.log(`Node ${process.version}`);

if (mode === 'memory') await watchMemory(amount);
else {
  const startGong = detail === 'emulator' ? startEmulatedGong : startStub;
  for (const asked of [ONE_OBJECT, HUNDRED_OBJECTS, SAME_HUNDRED]) await compare(asked, amount, startGong);
}

interface Round extends Figures {
  /** Calls to Gong for a query. */
  readonly calls: number;
}

/** Of each contender, in rounds that take turns. */
async function compare(asked: Case, cpuSeconds: number, startGong: () => Promise<Gong>): Promise<void> {
  await using gong = await startGong();
  const running = new Map<Contender, Running>();
  const rounds = new Map<Contender, Round[]>(CONTENDERS.map((contender) => [contender, []]));
  try {
    for (const contender of CONTENDERS) {
      const target = await started(contender, gong);
      running.set(contender, target);
      await load(target, contender, asked, WARM_UP);
    }
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [contender, target] of running) {
        const callsBefore = await gong.calls();
        const figures = await load(target, contender, asked, { cpuSeconds });
        const calls = ((await gong.calls()) - callsBefore) / figures.answered;
        rounds.get(contender)?.push({ ...figures, calls });
      }
  } finally {
    for (const target of running.values()) await target[Symbol.asyncDispose]();
  }
  console.log(`${asked.title}: medians of ${ROUNDS} rounds of ${cpuSeconds} s of processor time (ranges)`);
  const floors = rounds.get(FLOOR) ?? [];
  console.table(Object.fromEntries([...rounds].map(([{ name }, own]) => [name, row(own, floors)])));
}

function row(rounds: readonly Round[], floors: readonly Round[]): Record<string, string> {
  const column = (digits: number, value: (round: Round) => number) => spread(rounds.map(value), digits);
  const share = (value: (floor: Round, own: Round) => number) =>
    spread(
      rounds.flatMap((own, round) => (floors[round] ? value(floors[round], own) : [])),
      2,
    );
  return {
    'queries/s': column(0, ({ perSecond }) => perSecond),
    'of the floor': share((floor, own) => own.perSecond / floor.perSecond),
    'CPU ms': column(3, ({ cpuMs }) => cpuMs),
    'of the floor by CPU': share((floor, own) => floor.cpuMs / own.cpuMs),
    'p50 ms': column(1, ({ p50Ms }) => p50Ms),
    'p99 ms': column(1, ({ p99Ms }) => p99Ms),
    'MB at the end': rounds.at(-1)?.residentMb.toFixed(0) ?? '',
    'calls/query': column(2, ({ calls }) => calls),
    busy: column(2, ({ busy }) => busy),
  };
}

/** The median, and the range. */
function spread(values: readonly number[], digits: number): string {
  const [low, middle, high] = [0, 0.5, 1].map((part) => percentile(values, part).toFixed(digits));
  return `${middle} (${low}–${high})`;
}

/** What one contender after the other takes of the memory under (b). */
async function watchMemory(minutes: number): Promise<void> {
  for (const contender of [GATEWAY, MERCURIUS_JIT]) {
    await using gong = await startStub();
    await using target = await started(contender, gong);
    for (let second = SAMPLE_SECONDS; second <= minutes * 60; second += SAMPLE_SECONDS) {
      const figures = await load(target, contender, HUNDRED_OBJECTS, { seconds: SAMPLE_SECONDS });
      console.log(
        `${contender.name} after ${second} s: ${figures.residentMb.toFixed(0)} MB, ` +
          `${figures.perSecond.toFixed(0)} queries/s, p99 ${figures.p99Ms.toFixed(1)} ms`,
      );
    }
  }
}

async function started(contender: Contender, gong: Gong): Promise<Running> {
  const running = await contender.start(gong);
  if (contendersCore !== undefined) pin(running.pid, contendersCore);
  return running;
}
