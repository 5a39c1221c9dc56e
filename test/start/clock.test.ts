import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Issuer, startIssuer } from '../auth/issuer.js';
import { openSocket } from '../clients/clients.js';
import { json, startUpstream } from '../gong/upstream.js';
import { redisMissing, startRedis, until } from '../support/redis.js';
import { createWallClock, type WallClock, wallClockMissing } from '../support/wall-clock.js';
import { metric } from '../telemetry/metrics-text.js';
import { type Program, startGatewayProgram, startProgram, urlIn } from './program.js';

/*
 * Whole gateways with a wrong wall clock, against emulators with Gong's real rate limits. Durations are measured by the
 * monotonic clock. Only the expiry of tokens is checked against the wall clock.
 */

const HOUR = 3_600;
const scope = 'api:crm:upload';
const nowSeconds = () => Math.floor(Date.now() / 1_000);

interface Gateway extends AsyncDisposable {
  readonly url: string;
  /** Sends a query that costs one call to Gong, and returns the status. */
  ask(token?: string): Promise<number>;
  /** The number of calls that Gong answered with this status. */
  answered(status: number): Promise<number>;
}

async function startGateway(
  gongUrl: string,
  clock: WallClock,
  variables: Readonly<Record<string, string>> = {},
): Promise<Gateway> {
  const program = startGatewayProgram(gongUrl, {
    ...clock.variables,
    ...variables,
  });
  const url = urlIn(await program.plainLine, '/graphql');
  let asked = 0;
  return {
    url,
    async ask(token) {
      // A different request each time, because identical concurrent reads share one call.
      const query = `{ requestStatus(integrationId: "1", clientRequestId: "r${asked++}") { status } }`;
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...authorization },
        body: JSON.stringify({ query }),
      });
      const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
      const isAnswered = errors === undefined || errors[0]?.extensions.code === 'NOT_FOUND';
      return isAnswered || response.status !== 200 ? response.status : 500;
    },
    answered: async (status) =>
      (await metric({ url }, 'gateway_upstream_calls_total', { status: String(status) })) ?? 0,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** An emulator in its own process that refuses the fourth call in a second, as Gong does. */
async function startLimitedGong(): Promise<{ readonly program: Program; readonly url: string }> {
  const program = startProgram('emulator/main.js', { EMULATOR_PORT: '0' });
  return { program, url: urlIn(await program.plainLine) };
}

const jwtVariables = ({ settings }: Issuer) => ({
  AUTH_MODE: 'jwt',
  AUTH_JWT_ISSUER: settings.issuer,
  AUTH_JWT_AUDIENCE: settings.audience,
  AUTH_JWT_JWKS_URL: settings.jwksUrl,
  AUTH_JWT_LEEWAY_SECONDS: '0',
  AUTH_JWT_JWKS_COOLDOWN_MS: '50',
});

/** Queries with six concurrent callers, and counts the responses by status. */
async function saturate(ask: () => Promise<number>): Promise<Readonly<Record<number, number>>> {
  const counts: Record<number, number> = {};
  const caller = async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const status = await ask();
      counts[status] = (counts[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 6 }, caller));
  return counts;
}
const ALL_GOOD = { 200: 18 };

/** A gateway, its Gong and its issuer. */
interface World extends AsyncDisposable {
  readonly clock: WallClock;
  readonly gateway: Gateway;
  readonly issuer: Issuer;
}

async function startWorld(time: string): Promise<World> {
  const clock = createWallClock(time);
  const [gong, issuer] = await Promise.all([startLimitedGong(), startIssuer()]);
  const gateway = await startGateway(gong.url, clock, jwtVariables(issuer));
  return {
    clock,
    gateway,
    issuer,
    async [Symbol.asyncDispose]() {
      await Promise.all([gateway, gong.program, issuer].map((part) => part[Symbol.asyncDispose]()));
      clock[Symbol.dispose]();
    },
  };
}

const missing = wallClockMissing();
const title = `a gateway whose clock is${missing === undefined ? '' : ` (skipped: ${missing})`}`;

describe.skipIf(missing !== undefined)(title, { timeout: 90_000 }, () => {
  // All start before any is used: a machine busy starting others delays calls, and Gong counts arrivals.
  const TIMES = { ahead: '+2h', behind: '-2h', fast: '+0 x10', set: '+0' };
  let worlds: Readonly<Record<keyof typeof TIMES, World>>;
  beforeAll(async () => {
    const [ahead, behind, fast, set] = await Promise.all([
      startWorld(TIMES.ahead),
      startWorld(TIMES.behind),
      startWorld(TIMES.fast),
      startWorld(TIMES.set),
    ]);
    worlds = { ahead, behind, fast, set };
  }, 60_000);
  afterAll(async () => {
    await Promise.all(Object.values(worlds).map((world) => world[Symbol.asyncDispose]()));
  });

  describe.concurrent('and Gong’s is not', () => {
    test.each([
      ['two hours ahead', 'ahead', 2 * HOUR],
      ['two hours behind', 'behind', -2 * HOUR],
    ] as const)('%s: Gong’s pace is kept, and tokens are taken by it', async (_what, which, offset) => {
      const { gateway, issuer } = worlds[which];
      const good = await issuer.token({ scope, exp: nowSeconds() + offset + 600 });
      const over = await issuer.token({ scope, exp: nowSeconds() + offset - 600 });
      expect(await saturate(() => gateway.ask(good))).toEqual(ALL_GOOD);
      expect(await gateway.ask(over)).toBe(401);
      expect([await gateway.answered(404), await gateway.answered(429)]).toEqual([18, 0]);
    });

    test('ten times too fast: Gong’s rate limit is kept, and sockets close when their tokens expire', async () => {
      const { gateway, issuer } = worlds.fast;
      const token = await issuer.token({ scope, exp: nowSeconds() + 24 * HOUR });
      const itsTime = (await fetch(`${gateway.url}/health`)).headers.get('date') ?? '';
      const short = await issuer.token({ scope, exp: Date.parse(itsTime) / 1_000 + 100 });
      await using bare = await openSocket(gateway.url);
      bare.send({ type: 'connection_init', payload: { authorization: `Bearer ${short}` } });
      expect(await bare.message()).toMatchObject({ type: 'connection_ack' });
      expect(await saturate(() => gateway.ask(token))).toEqual(ALL_GOOD);
      expect([await gateway.answered(404), await gateway.answered(429)]).toEqual([18, 0]);
      expect(await bare.closed()).toBe(4403);
      expect(await gateway.ask(short)).toBe(401);
    });

    test('set back and forth by hours: Gong’s rate limit is kept, and tokens are judged by its current time', async () => {
      const { clock, gateway, issuer } = worlds.set;
      const lasting = await issuer.token({ scope, exp: nowSeconds() + 24 * HOUR });
      const short = await issuer.token({ scope, exp: nowSeconds() + 600 });
      await using bare = await openSocket(gateway.url);
      bare.send({ type: 'connection_init', payload: { authorization: `Bearer ${short}` } });
      expect(await bare.message()).toMatchObject({ type: 'connection_ack' });

      let turn = 0;
      const times = ['-2h', '+2h', '-1d', '+0'];
      const counts = await saturate(() => {
        clock.set(times[turn++ % times.length] ?? '');
        return gateway.ask(lasting);
      });
      expect(counts).toEqual(ALL_GOOD);
      expect([await gateway.answered(404), await gateway.answered(429)]).toEqual([18, 0]);

      clock.set('+0');
      expect(await gateway.ask(short)).toBe(200);
      clock.set('+2h');
      expect(await gateway.ask(short)).toBe(401);
      expect(await bare.closed(), 'a socket that was open').toBe(4403);
      clock.set('-2h');
      expect(await gateway.ask(short)).toBe(200);
      await issuer.rotate();
      const renewed = await issuer.token({ scope });
      await until('new keys to be fetched', async () => (await gateway.ask(renewed)) === 200);
    });
  });

  test('set back while the circuit breaker is open: Gong is tried again as soon as otherwise', async () => {
    let dead = true;
    await using gong = await startUpstream((_call, response) =>
      json(response, dead ? 503 : 200, { requestId: 'r', errors: [], status: 'DONE' }),
    );
    using clock = createWallClock();
    const variables = { GONG_BREAKER_OPEN_MS: '1000', GONG_CALLS_PER_SECOND: '0' };
    await using gateway = await startGateway(gong.url, clock, variables);
    expect(await saturate(() => gateway.ask())).not.toHaveProperty('200');
    clock.set('-2h');
    dead = false;
    await until('Gong to be asked again', async () => {
      await sleep(50);
      return (await gateway.ask()) === 200;
    });
  });

  test('behind Gong’s: a Retry-After date is read relative to Gong’s clock', async () => {
    const dated = (ms: number) => new Date(ms).toUTCString();
    await using gong = await startUpstream((_call, response) => {
      if (gong.calls.length > 1) return json(response, 200, { requestId: 'r', status: 'DONE' });
      const headers = { date: dated(Date.now()), 'retry-after': dated(Date.now() + 2_000) };
      return json(response, 429, { requestId: 'r', errors: [] }, headers);
    });
    using clock = createWallClock('-2h');
    await using gateway = await startGateway(gong.url, clock);
    // A wait of two hours and two seconds would fail at once.
    expect(await gateway.ask()).toBe(200);
    const [first, second] = gong.calls.map(({ arrivedAt }) => arrivedAt);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(1_500);
  });

  test.skipIf(redisMissing() !== undefined)(
    'different from other replicas’: they still share one budget',
    async () => {
      const gong = await startLimitedGong();
      await using _ = gong.program;
      await using redis = await startRedis();
      const times = ['+2h', '-2h', '+0 x10'];
      const clocks = times.map((time) => createWallClock(time));
      const variables = { REDIS_URL: redis.url, REPLICAS: String(times.length) };
      const gateways = await Promise.all(clocks.map((clock) => startGateway(gong.url, clock, variables)));
      let turn = 0;
      const counts = await saturate(async () => gateways[turn++ % times.length]?.ask() ?? 0);
      expect(counts).toEqual(ALL_GOOD);
      expect(await Promise.all(gateways.map((gateway) => gateway.answered(429)))).toEqual([0, 0, 0]);
      await Promise.all(gateways.map((gateway) => gateway[Symbol.asyncDispose]()));
      for (const clock of clocks) clock[Symbol.dispose]();
    },
  );
});
