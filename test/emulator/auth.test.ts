import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../src/emulator/rate-limit.js';
import { ROUTES, SCOPES } from '../../src/emulator/routes.js';
import { BASIC, start } from './helper.js';

it('serves ten operations on seventeen routes', () => {
  expect(new Set(ROUTES.map((route) => route.operation)).size).toBe(10);
  expect(ROUTES).toHaveLength(17);
});

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const DENIED: readonly [string, string | null][] = [
  ['no Authorization', null],
  ['a wrong key', basic('wrong:emulator')],
  ['a wrong secret', basic('emulator:wrong')],
  ['no secret', basic('emulator')],
  ['no Base64', 'Basic %%%'],
  ['an unknown token', 'Bearer nobody'],
  ['no token', 'Bearer '],
  ['another scheme', 'Digest emulator'],
];

it.each(DENIED)('answers 401 to every operation with %s', async (_what, authorization) => {
  await using emulator = await start({ tokens: new Map([['token', SCOPES]]) });
  for (const { method, path } of ROUTES) {
    const { status, body } = await emulator.call(method, path, { authorization });
    expect([path, status]).toEqual([path, 401]);
    expect(body).toEqual({
      requestId: expect.any(String),
      errors: [expect.stringContaining('Access denied')],
    });
  }
  expect(emulator.calls.map((call) => call.status)).toEqual(new Array(17).fill(401));
});

it('lets a token use the operations of its scopes, and answers 403 to the others', async () => {
  await using emulator = await start({ tokens: new Map(SCOPES.map((scope) => [`token-${scope}`, [scope]])) });
  let allowed = 0;
  for (const { method, path, scope } of ROUTES) {
    for (const other of SCOPES) {
      const { status } = await emulator.call(method, path, { authorization: `bearer token-${other}` });
      expect([path, other, status === 403]).toEqual([path, other, other !== scope]);
      if (status !== 403) allowed += 1;
    }
  }
  expect(allowed).toBe(17);
});

it('answers 404 with the error body to unknown paths and methods', async () => {
  await using emulator = await start();
  const unknown = [
    ['GET', '/'],
    ['GET', '/v2/crm/integrations/'],
    ['GET', '/v2/crm/unknown'],
    ['POST', '/v2/crm/integrations'],
    ['PATCH', '/v2/crm/entities'],
    ['GET', '/v2/crm/__proto__'],
    ['GET', '//v2//crm'],
    ['GET', '/%zz?%zz'],
  ] as const;
  for (const [method, path] of unknown) {
    const { status, body, headers } = await emulator.call(method, path);
    expect([path, status]).toEqual([path, 404]);
    expect(body).toEqual({
      requestId: expect.stringMatching(/^[0-9a-z]{19}$/),
      errors: [expect.any(String)],
    });
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
  }
  expect(emulator.calls.filter((call) => call.operation === 'unknown')).toHaveLength(unknown.length);
});

it('gives every answer a requestId of its own', async () => {
  await using emulator = await start();
  for (let index = 0; index < 20; index += 1) await emulator.call('GET', '/v2/crm/integrations');
  expect(new Set(emulator.calls.map((call) => call.requestId)).size).toBe(20);
});

describe('the limits of calls', () => {
  const UNKNOWN_REQUEST = '/v2/crm/request-status?integrationId=1&clientRequestId=x';

  it('answer 429 with Retry-After, counting calls that are refused for other reasons, but no 401', async () => {
    await using emulator = await start({ callsPerSecond: 0, callsPerDay: 3 });
    await emulator.call('GET', '/v2/crm/integrations', { authorization: null });
    const statuses: number[] = [];
    for (const path of ['/v2/crm/integrations', '/v2/crm/request-status', UNKNOWN_REQUEST]) {
      statuses.push((await emulator.call('GET', path)).status);
    }
    expect(statuses).toEqual([200, 400, 404]);
    const { status, headers, body } = await emulator.call('GET', '/v2/crm/integrations', {
      authorization: BASIC,
    });
    expect([status, headers['retry-after'], body.errors]).toEqual([
      429,
      '86400',
      ['The limit of API calls is exceeded'],
    ]);
  });

  it('allow three calls in any sliding second', () => {
    let now = 0;
    const limit = new RateLimit({ callsPerSecond: 3, callsPerDay: 0, now: () => now });
    const at = (ms: number) => {
      now = ms;
      return limit.take();
    };
    expect([0, 400, 800, 900, 999].map(at)).toEqual([0, 0, 0, 1, 1]);
    expect([1_000, 1_001, 1_400, 1_799, 1_800].map(at)).toEqual([0, 1, 0, 1, 0]);
  });

  it('allow so many calls in any sliding day, and tell in whole seconds when the next fits', () => {
    let now = 0;
    const limit = new RateLimit({ callsPerSecond: 0, callsPerDay: 10_000, now: () => now });
    for (let call = 0; call < 10_000; call += 1) {
      now = call * 100;
      expect(limit.take()).toBe(0);
    }
    expect(limit.take()).toBe(Math.ceil((86_400_000 - now) / 1_000));
    now = 86_400_000 - 1;
    expect(limit.take()).toBe(1);
    now = 86_400_000 + 100;
    expect([limit.take(), limit.take(), limit.take()]).toEqual([0, 0, 1]);
  });

  it('are none at 0', () => {
    const limit = new RateLimit({ callsPerSecond: 0, callsPerDay: 0, now: () => 0 });
    expect(Array.from({ length: 100 }, () => limit.take())).toEqual(new Array(100).fill(0));
  });
});
