import { describe, expect, test } from 'vitest';
import { makeApiKey } from '../../../src/auth/api-keys.js';
import { SCOPES } from '../../../src/auth/scopes.js';
import { openSocket } from '../../clients/clients.js';
import { account, loadAccounts, registerAcme } from '../../support/acme.js';
import { type GraphqlError, type Harness, type HarnessOptions, startHarness } from '../../support/harness.js';
import { until } from '../../support/redis.js';

const greedy = makeApiKey('greedy', [...SCOPES]);
const modest = makeApiKey('modest', [...SCOPES]);
const AUTH = { mode: 'api-key' as const, keys: [greedy.kept, modest.kept] };

const LOOPS = 10;
const ALIASES = 10;
let asked = 0;
/** A call that is not shared with others, since its id is new. Gong answers that it does not know the request. */
const call = () =>
  `requestStatus(clientRequestId: "none-${asked++}", integrationId: "5517027188234206123") { status }`;
const greedyQuery = () =>
  `{ ${Array.from({ length: ALIASES }, (_, index) => `a${index}: ${call()}`).join(' ')} }`;
const modestQuery = () => `{ ${call()} }`;
/** Errors other than Gong's NOT_FOUND. */
const refusalsOf = ({ errors }: { readonly errors: readonly GraphqlError[] }) =>
  errors.filter(({ extensions }) => extensions.code !== 'NOT_FOUND');

/** Gong's limits and the queue's time limit, seven times as fast. */
const FAST = { callsPerSecond: 21, queueMaxMs: 4_300 };

async function startShared({ gong, ...options }: HarnessOptions = {}) {
  const harness = await startHarness({
    ...options,
    gong: { ...FAST, ...gong },
    gateway: { auth: AUTH, ...options.gateway },
  });
  return {
    harness,
    greedy: harness.as({ 'x-api-key': greedy.key }),
    modest: harness.as({ 'x-api-key': modest.key }),
    [Symbol.asyncDispose]: () => harness[Symbol.asyncDispose](),
  };
}

/** Ten loops of ten aliases, until it is over. */
function attack(harness: Harness) {
  let isOver = false;
  const codes: string[] = [];
  const loops = Array.from({ length: LOOPS }, async () => {
    while (!isOver) {
      const answer = await harness.query(greedyQuery());
      codes.push(...refusalsOf(answer).map(({ extensions }) => extensions.code));
    }
  });
  return {
    codes,
    async [Symbol.asyncDispose]() {
      isOver = true;
      await Promise.all(loops);
    },
  };
}

describe('one key that asks for as much as it can', () => {
  test('does not delay the other key’s calls: each is answered, one by one and fourteen at once', async () => {
    await using shared = await startShared();
    await using attacking = attack(shared.greedy);
    await until('a refusal of the greedy one', () => attacking.codes.length > 0);
    const codes: string[] = [];
    for (let call = 0; call < 5; call += 1) {
      const answer = await shared.modest.query(modestQuery());
      codes.push(...refusalsOf(answer).map(({ extensions }) => extensions.code));
    }
    const atOnce = await Promise.all(Array.from({ length: 14 }, () => shared.modest.query(modestQuery())));
    codes.push(...atOnce.flatMap((answer) => refusalsOf(answer).map(({ extensions }) => extensions.code)));
    expect(codes).toEqual([]);
    expect(new Set(attacking.codes)).toEqual(new Set(['RATE_LIMITED']));
  });

  test('does not delay the other key’s objects, including those that both asked for', async () => {
    await using shared = await startShared({ gong: { callsPerSecond: 0 } });
    await registerAcme(shared.greedy);
    const ids = Array.from({ length: 30 }, (_, index) => `a${index}`);
    await loadAccounts(
      shared.greedy,
      ids.map((id) => account(id)),
    );
    // The same company through a gateway with Gong's real limits, where turns are scarce.
    await using slow = await startShared({
      gong: { baseUrl: shared.harness.emulatorUrl, callsPerSecond: 10, queueMaxMs: 30_000 },
    });
    const before = shared.harness.calls.length;
    const objects = 'query ($ids: [ID!]!) { crmObjects(objectType: ACCOUNT, ids: $ids) { objectId } }';
    // Forty calls of one kind, then ten batches of a hundred ids, the last thirty of which are there.
    const lined = Array.from({ length: 4 }, () => slow.greedy.query(greedyQuery()));
    await until('a queue', () => shared.harness.calls.length > before + 2);
    const made = Array.from({ length: 900 }, (_, index) => `none-${index}`);
    lined.push(slow.greedy.query(objects, { ids: [...made, ...ids] }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const answer = await slow.modest.query<{ crmObjects: unknown[] }>(objects, { ids: ids.slice(0, 5) });
    expect(answer.errors).toEqual([]);
    expect(answer.data?.crmObjects).toEqual(ids.slice(0, 5).map((objectId) => ({ objectId })));
    // The active integration, which the greedy one waits for, too, and the objects: each goes with the next ten calls, for
    // slots are free again a second after they were taken. Of the fifty calls that were there before, many still wait.
    const { length } = shared.harness.calls;
    await Promise.all(lined);
    expect(shared.harness.calls.length - length).toBeGreaterThanOrEqual(15);
  });

  test('is the only one refused when too many of its calls are waiting', async () => {
    await using shared = await startShared({
      gong: { callsPerSecond: 3, queueMaxPerCaller: 5, queueMaxMs: 30_000 },
    });
    const lined = Array.from({ length: 2 }, () => shared.greedy.query(greedyQuery()));
    expect(refusalsOf(await shared.modest.query(modestQuery()))).toEqual([]);
    const refused = (await Promise.all(lined)).flatMap(refusalsOf);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({
      message: expect.stringContaining('calls waiting for their turn'),
      extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) },
    });
  });
});

const WATCH_MANY = /* GraphQL */ `
  subscription ($ids: [ID!]!) {
    requestStatusesChanged(clientRequestIds: $ids, integrationId: "5517027188234206123") {
      clientRequestId
    }
  }
`;
const hundred = Array.from({ length: 100 }, (_, index) => `up-${index}`);

async function subscribe(harness: Harness, key: string, ids: readonly string[]) {
  const socket = await openSocket(harness.url);
  socket.send({ type: 'connection_init', payload: { apiKey: key } });
  await socket.message();
  socket.send({ type: 'subscribe', id: '1', payload: { query: WATCH_MANY, variables: { ids } } });
  return socket;
}

describe('a subscription to a hundred requests', () => {
  test('polls five of them with interactive priority, and the others after everybody else', async () => {
    await using shared = await startShared({ gong: { callsPerSecond: 7, queueMaxMs: 30_000 } });
    const { calls } = shared.harness;
    await using _socket = await subscribe(shared.harness, greedy.key, hundred);
    await until('the first looks', () => calls.length >= 7);
    const asked = calls.length;
    // Of the same caller: the priority decides, not the turn.
    expect(refusalsOf(await shared.greedy.query(greedyQuery()))).toEqual([]);
    const meanwhile = calls
      .slice(asked)
      .filter(({ query }) => query.get('clientRequestId')?.startsWith('up-')).length;
    // One call in eight is a poll, besides those that were under way.
    expect(meanwhile).toBeLessThanOrEqual(5);
  });

  test('costs an operation ten planned calls', async () => {
    await using shared = await startShared({ limits: { maxPlannedCalls: 9 } });
    await using socket = await subscribe(shared.harness, greedy.key, hundred);
    expect(await socket.message()).toMatchObject({
      type: 'error',
      payload: [
        {
          extensions: {
            code: 'OPERATION_TOO_COMPLEX',
            plannedCalls: 10,
            limit: 9,
            split: 'requestStatusesChanged',
          },
        },
      ],
    });
    await using five = await subscribe(shared.harness, greedy.key, hundred.slice(0, 5));
    expect(await five.message()).toMatchObject({ type: 'next' });
    expect(shared.harness.calls.every(({ operation }) => operation === 'requestStatus')).toBe(true);
  });
});
