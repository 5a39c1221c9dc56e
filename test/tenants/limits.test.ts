import { describe, expect, test } from 'vitest';
import { SCOPES } from '../../src/auth/scopes.js';
import { scopeBoard } from '../../src/tenants/scoped.js';
import { createProgressBoard, NO_PROGRESS } from '../../src/writes/files/progress-board.js';
import { beginUpload, openSocket, WATCH } from '../clients/clients.js';
import { gate } from '../support/gate.js';
import type { Harness } from '../support/harness.js';
import { metric } from '../telemetry/metrics-text.js';
import { accounts, registerCrm } from '../writes/files/support.js';
import { INTEGRATIONS, outcome, type Passing, startPassing } from './passing.js';

/** As many callers as a test needs, all accepted by Gong. */
const known = (number: number) => `Bearer known-token-${number}`;
const tokens = new Map(Array.from({ length: 20 }, (_, number) => [`known-token-${number}`, [...SCOPES]]));
const OBJECTS = '{ crmObjects(objectType: ACCOUNT, ids: ["a1"]) { objectId } }';

const start = (
  passthrough: { maxCredentials?: number; idleMs?: number },
  more = {},
  fault?: Parameters<typeof startPassing>[1],
) => startPassing({ passthrough, emulator: { tokens, processingMs: 60_000 }, ...more }, fault);

const held = (harness: Harness, state: 'in_use' | 'idle') =>
  metric(harness, 'gateway_passthrough_credentials', { state });

/** A subscription without an end. */
async function follow({ harness }: Passing, authorization: string) {
  const bare = await openSocket(harness.url);
  bare.send({ type: 'connection_init', payload: { authorization } });
  await bare.message();
  bare.send({ type: 'subscribe', id: '1', payload: { query: WATCH, variables: { id: 'up-1' } } });
  return { bare, first: await bare.message() };
}

async function withUpload(passing: Passing): Promise<void> {
  const harness = passing.harness.as({ authorization: known(0) });
  await registerCrm(harness);
  await beginUpload(harness, 'up-1');
}

/** Whether a caller's tenant was closed: then the integration is asked for again. */
async function isForgotten(passing: Passing, authorization: string): Promise<boolean> {
  const { length } = passing.askersOf('integrations');
  expect(await outcome(passing.harness, authorization, OBJECTS)).toBe('OK');
  return passing.askersOf('integrations').length > length;
}

describe('the number of open tenants', () => {
  test('is limited: those in use stay open, and further callers are told when to retry', async () => {
    await using passing = await start({ maxCredentials: 2 });
    const { harness } = passing;
    await withUpload(passing);
    const one = await follow(passing, known(0));
    await using _one = one.bare;
    const two = await follow(passing, known(1));
    expect([one.first, two.first]).toMatchObject([{ type: 'next' }, { type: 'next' }]);
    expect([await held(harness, 'in_use'), await held(harness, 'idle')]).toEqual([2, 0]);

    const headers = { authorization: known(2), 'content-type': 'application/json' };
    const refused = await harness.as(headers).query(INTEGRATIONS);
    expect(refused).toMatchObject({
      httpStatus: 429,
      errors: [{ extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: 1 } }],
    });
    for (const [path, type] of [
      ['/graphql/stream', 'application/json'],
      ['/upload/STAGE', 'application/x-ndjson'],
    ] as const) {
      const answer = await fetch(`${harness.url}${path}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': type },
        body: JSON.stringify({ query: INTEGRATIONS }),
      });
      expect(await answer.text(), path).toContain('RATE_LIMITED');
    }
    expect((await follow(passing, known(2))).first).toMatchObject({
      payload: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
    });
    expect(passing.calls.map(({ authorization }) => authorization)).not.toContain(known(2));
    // Callers with a tenant can start more operations.
    expect(await outcome(harness, known(0))).toBe('OK');

    two.bare.socket.close();
    await two.bare.closed();
    await expect.poll(() => outcome(harness, known(2))).toBe('OK');
    expect([await held(harness, 'in_use'), await held(harness, 'idle')]).toEqual([1, 1]);
  });

  test('an upload keeps its tenant open until Gong has the file, even if its caller disconnects', async () => {
    const [arrived, allowed] = [gate(), gate()];
    await using passing = await start({ maxCredentials: 1, idleMs: 10 }, {}, async ({ query }) => {
      if (!query.has('clientRequestId')) return undefined;
      arrived.open();
      await allowed.opened;
      return undefined;
    });
    const { harness } = passing;
    await registerCrm(harness.as({ authorization: known(0) }));
    const gone = new AbortController();
    const upload = fetch(`${harness.url}/upload/ACCOUNT`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', authorization: known(0) },
      body: accounts(2),
      signal: gone.signal,
    }).catch((error: unknown) => error);
    await arrived.opened;
    expect(await held(harness, 'in_use')).toBe(1);
    gone.abort();
    expect(await upload).toBeInstanceOf(Error);
    expect(await outcome(harness, known(1))).toBe('RATE_LIMITED');
    expect(await held(harness, 'in_use')).toBe(1);
    allowed.open();
    await expect.poll(() => held(harness, 'in_use')).toBe(0);
    await expect.poll(() => outcome(harness, known(1))).toBe('OK');
    expect(harness.callsOf('uploadObjects').map(({ status }) => status)).toEqual([201]);
  });

  test('at the limit, the tenant that was idle longest is closed, and opened again when its caller returns', async () => {
    await using passing = await start({ maxCredentials: 3 });
    await withUpload(passing);
    for (const number of [0, 1, 2, 0]) await outcome(passing.harness, known(number), OBJECTS);
    expect(await outcome(passing.harness, known(3), OBJECTS)).toBe('OK');
    expect(await held(passing.harness, 'idle')).toBe(3);
    expect(await isForgotten(passing, known(0))).toBe(false);
    expect(await isForgotten(passing, known(2))).toBe(false);
    expect(await isForgotten(passing, known(1))).toBe(true);
  });

  test('made-up credentials do not close tenants of accepted ones', async () => {
    await using passing = await start({ maxCredentials: 4 });
    await withUpload(passing);
    for (const number of [0, 1]) await outcome(passing.harness, known(number), OBJECTS);
    const madeUp = Array.from({ length: 20 }, (_, number) => `Bearer made-up-${number}`);
    for (const authorization of madeUp) {
      expect(await outcome(passing.harness, authorization)).toBe('UPSTREAM_UNAUTHENTICATED');
    }
    expect(await held(passing.harness, 'idle')).toBe(4);
    const atOnce = await Promise.all(madeUp.map((authorization) => outcome(passing.harness, authorization)));
    expect(new Set(atOnce)).toEqual(new Set(['UPSTREAM_UNAUTHENTICATED', 'RATE_LIMITED']));
    expect(await held(passing.harness, 'idle')).toBeLessThanOrEqual(4);
    for (const number of [0, 1]) expect(await isForgotten(passing, known(number))).toBe(false);
    expect(await outcome(passing.harness, known(2))).toBe('OK');
  });
});

describe('idle tenants', () => {
  test('are closed after a while, those in use never', async () => {
    await using passing = await start({ idleMs: 10 });
    const { harness } = passing;
    await withUpload(passing);
    const { bare, first } = await follow(passing, known(1));
    await using _bare = bare;
    expect(first).toMatchObject({ type: 'next' });
    await expect.poll(() => held(harness, 'idle')).toBe(0);
    expect(await held(harness, 'in_use')).toBe(1);
    const polls = () => passing.askersOf('request-status').filter((asker) => asker === known(1)).length;
    const before = polls();
    await expect.poll(polls).toBeGreaterThan(before + 2);
    expect(await isForgotten(passing, known(0))).toBe(true);
    bare.socket.close();
    await expect.poll(() => held(harness, 'in_use')).toBe(0);
    await expect.poll(() => held(harness, 'idle')).toBe(0);
    expect(await metric(harness, 'gateway_watched_requests')).toBe(0);
  });

  test('do not get a new daily budget when they are opened again', async () => {
    await using passing = await start({ idleMs: 10 }, { gong: { callsPerDay: 2, queueMaxMs: 50 } });
    const { harness } = passing;
    for (const expected of ['OK', 'OK', 'RATE_LIMITED', 'RATE_LIMITED']) {
      expect(await outcome(harness, known(0))).toBe(expected);
      await expect.poll(() => held(harness, 'idle')).toBe(0);
    }
    expect(await outcome(harness, known(1))).toBe('OK');
    expect(passing.calls).toHaveLength(3);
  });
});

test('names that a caller used for other content are remembered when its tenant is opened again', async () => {
  await using passing = await start({ idleMs: 10 });
  const harness = passing.harness.as({ authorization: known(0) });
  await registerCrm(harness);
  const upload = async (content: string) => {
    const answer = await fetch(`${harness.url}/upload/ACCOUNT?clientRequestId=mine`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', authorization: known(0) },
      body: content,
    });
    const { status } = answer;
    await answer.text();
    await expect.poll(() => held(harness, 'idle')).toBe(0);
    return status;
  };
  expect([await upload(accounts(1)), await upload(accounts(1)), await upload(accounts(2))]).toEqual([
    202, 202, 409,
  ]);
});

test('a tenant’s part of the progress board is separate, whatever names are used there', async () => {
  const board = createProgressBoard();
  const [one, other] = [scopeBoard(board, 'one'), scopeBoard(board, 'other')];
  const heard = other.follow('mine');
  one.post('mine', { ...NO_PROGRESS, phase: 'ACCEPTED' });
  other.post('mine', { ...NO_PROGRESS, phase: 'REJECTED' });
  expect((await heard.next()).value).toMatchObject({ phase: 'REJECTED' });
  await one.close();
  expect((await one.follow('mine').next()).value).toMatchObject({ phase: 'ACCEPTED' });
  await board.close();
});

test('metrics count all callers together, and none by itself', async () => {
  await using passing = await startPassing(
    { gong: { callsPerDay: 5_000, callsPerSecond: 100 } },
    ({ authorization }) => (authorization === known(1) ? { status: 501, body: '{}' } : undefined),
  );
  const { harness } = passing;
  for (let tries = 0; tries < 5; tries += 1) await outcome(harness, known(1));
  expect(await metric(harness, 'gateway_upstream_breaker_state')).toBe(2);
  await outcome(harness, known(2));
  expect(await metric(harness, 'gateway_upstream_breaker_state')).toBe(2);
  const day = { window: 'day' };
  expect(await metric(harness, 'gateway_budget_calls_limit', day)).toBe(5_000);
  expect(await metric(harness, 'gateway_budget_calls_left', day)).toBeUndefined();
  expect(await metric(harness, 'gateway_budget_queue_length', { priority: 'poll' })).toBe(0);
  const text = await (await fetch(`${harness.url}/metrics`)).text();
  expect(text).not.toContain('known-token');
  expect(text).not.toMatch(/gong-[\w-]{10}/);
});
