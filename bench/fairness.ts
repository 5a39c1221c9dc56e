import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { makeApiKey } from '../src/auth/api-keys.js';
import { percentile, type Running, startBenchEmulator, startGateway } from './support.js';

/**
 * Measures how long a caller with few calls waits, alone and beside one who asks for all it can get: ten loops of ten aliases
 * under one key. Whole gateways in processes of their own before an emulator in another, with Gong's real limits; one
 * gateway, and two that share a Redis, with the attacker on the other one and then on both. Node 20 runs no TypeScript,
 * so:
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir dist/bench; node dist/bench/bench/fairness.js [seconds]
 *
 * The Redis is at `REDIS_URL`. The exit code is 1 where a goal is missed: the caller's p99 beside the attacker is at most
 * twice that alone and one turn, and none of its calls is refused.
 */

const CALLS_PER_SECOND = 3;
/** From one free slot to the next when all are taken again and again: a second, and what an answer takes. */
const TURN_MS = 1_010 / CALLS_PER_SECOND;
const LOOPS = 10;
const ALIASES = 10;
/** How many calls the other key makes at once while the attack goes on. */
const AT_ONCE = 14;
const seconds = Number(process.argv[2] ?? 60);

const victim = makeApiKey('victim', ['api:crm:upload']);
const attacker = makeApiKey('attacker', ['api:crm:upload']);
let asked = 0;
/** A call that is not shared with others, since its id is new. Gong answers that it does not know the request. */
const call = () =>
  `requestStatus(clientRequestId: "none-${asked++}", integrationId: "5517027188234206123") { status }`;
const greedy = () => `{ ${Array.from({ length: ALIASES }, (_, index) => `a${index}: ${call()}`).join(' ')} }`;
const modest = () => `{ ${call()} }`;

interface Client {
  /** The code of the first error but the expected NOT_FOUND; `undefined`: there was none. */
  ask(key: string, query: string): Promise<string | undefined>;
  close(): Promise<void>;
}

function clientOf({ url }: Running): Client {
  const pool = new Pool(url, { connections: LOOPS + AT_ONCE + 1 });
  return {
    async ask(key, query) {
      const { body } = await pool.request({
        method: 'POST',
        path: '/graphql',
        headers: { 'content-type': 'application/json', 'x-api-key': key },
        body: JSON.stringify({ query }),
      });
      const answer = (await body.json()) as { errors?: { extensions?: { code?: string } }[] };
      const codes = (answer.errors ?? []).map(({ extensions }) => extensions?.code ?? 'unknown');
      return codes.find((code) => code !== 'NOT_FOUND');
    },
    close: () => pool.destroy(),
  };
}

/** One call about every second, so that the caller's own calls never wait for one another. */
async function waitsOf(client: Client) {
  const waits: number[] = [];
  let refused = 0;
  for (const end = performance.now() + seconds * 1_000; performance.now() < end; ) {
    const asked = performance.now();
    if ((await client.ask(victim.key, modest())) === undefined) waits.push(performance.now() - asked);
    else refused += 1;
    await sleep(500 + Math.random() * 1_000);
  }
  return { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99), refused };
}

/** Runs until told to stop. Returns how many answers it got, and how many of them were errors. */
function attack(clients: readonly Client[]) {
  let running = true;
  let answers = 0;
  let refused = 0;
  const loops = Array.from({ length: LOOPS }, async (_, loop) => {
    while (running) {
      const client = clients[loop % clients.length];
      const code = await client?.ask(attacker.key, greedy()).catch(() => undefined);
      answers += 1;
      if (code === undefined) continue;
      refused += 1;
      await sleep(50);
    }
  });
  return {
    counts: () => `${answers} operations, ${refused} with a refusal`,
    async stop() {
      running = false;
      await Promise.race([Promise.all(loops), sleep(1_000)]);
    },
  };
}

let missed = 0;
function judge(what: string, isMet: boolean): void {
  if (!isMet) missed += 1;
  console.log(`  ${isMet ? 'met   ' : 'MISSED'}  ${what}`);
}

async function measure(name: string, replicas: number, attacked: readonly number[]): Promise<void> {
  await using emulator = await startBenchEmulator('real', 1);
  const shared = {
    REDIS_URL: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379',
    REDIS_KEY_PREFIX: `bench-${randomUUID()}:`,
    REPLICAS: String(replicas),
  };
  const gateways: Running[] = [];
  for (let replica = 0; replica < replicas; replica += 1) {
    gateways.push(
      await startGateway(emulator.url, {
        GONG_CALLS_PER_SECOND: String(CALLS_PER_SECOND),
        GONG_CALLS_PER_DAY: '10000',
        AUTH_MODE: 'api-key',
        AUTH_API_KEYS: JSON.stringify([victim.kept, attacker.kept]),
        ...(replicas > 1 ? shared : {}),
      }),
    );
  }
  const clients = gateways.map(clientOf);
  const [mine] = clients;
  if (mine === undefined) throw new TypeError('needed a gateway');
  await sleep(2_000);
  const alone = await waitsOf(mine);
  const attacking = attack(clients.filter((_, replica) => attacked.includes(replica)));
  await sleep(3_000);
  const beside = await waitsOf(mine);
  const codes = await Promise.all(Array.from({ length: AT_ONCE }, () => mine.ask(victim.key, modest())));
  const served = codes.filter((code) => code === undefined).length;
  const { limited } = await emulator.counts();
  console.log(
    `${name}: alone p50 ${alone.p50.toFixed(0)} and p99 ${alone.p99.toFixed(0)} ms, beside the attacker ` +
      `p50 ${beside.p50.toFixed(0)} and p99 ${beside.p99.toFixed(0)} ms; ratio of p99 ` +
      `${(beside.p99 / alone.p99).toFixed(1)}, less one turn ${((beside.p99 - TURN_MS) / alone.p99).toFixed(2)}; ` +
      `the attacker: ${attacking.counts()}; 429 at the emulator: ${limited}`,
  );
  judge(
    `p99 beside at most twice that alone and one turn of ${TURN_MS.toFixed(0)} ms`,
    beside.p99 <= 2 * alone.p99 + TURN_MS,
  );
  judge('no call refused', alone.refused + beside.refused === 0);
  judge(`${served} of ${AT_ONCE} calls at once succeed`, served === AT_ONCE);
  await attacking.stop();
  for (const client of clients) await client.close();
  for (const gateway of gateways) await gateway[Symbol.asyncDispose]();
}

await measure('one gateway', 1, [0]);
await measure('two gateways, the attacker on the other one', 2, [1]);
await measure('two gateways, the attacker on both', 2, [0, 1]);
if (missed > 0) process.exitCode = 1;
