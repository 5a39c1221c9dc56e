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
  const targets = [
    ...ROUTES,
    { method: 'PATCH', path: '/v2/crm/entities' },
    { method: 'GET', path: '/v2/none' },
  ];
  for (const { method, path } of targets) {
    const { status, headers, body } = await emulator.call(method, path, { authorization });
    expect([path, status]).toEqual([path, 401]);
    expect(headers['www-authenticate']).toBe('Basic realm="Gong.io API"');
    expect(body).toEqual({
      requestId: expect.any(String),
      errors: [expect.stringContaining('could not be validated')],
    });
  }
  expect(emulator.calls.map((call) => call.status)).toEqual(new Array(19).fill(401));
});

it('lets a token use the operations of its scopes, and answers 401 naming the scope to others', async () => {
  await using emulator = await start({ tokens: new Map(SCOPES.map((scope) => [`token-${scope}`, [scope]])) });
  let allowed = 0;
  for (const { method, path, scope } of ROUTES) {
    for (const other of SCOPES) {
      const { status, headers, body } = await emulator.call(method, path, {
        authorization: `bearer token-${other}`,
      });
      expect([path, other, status === 401]).toEqual([path, other, other !== scope]);
      if (status !== 401) {
        allowed += 1;
        continue;
      }
      expect(body.errors).toEqual([`You don't have permission to use '${scope}' in your app.`]);
      // The credentials are valid: a challenge would make a client renew them.
      expect(headers).not.toHaveProperty('www-authenticate');
    }
  }
  expect(allowed).toBe(17);
});

it('answers 403 to valid credentials from an untrusted address', async () => {
  await using emulator = await start({ trustedAddresses: ['10.0.0.1', '::1'] });
  const statuses = [
    await emulator.call('GET', '/v2/crm/integrations', { authorization: null }),
    await emulator.call('GET', '/v2/crm/integrations'),
    await emulator.call('GET', '/v2/none'),
  ].map(({ status }) => status);
  expect(statuses).toEqual([401, 403, 403]);
  await using trusted = await start({ trustedAddresses: ['127.0.0.1'] });
  expect((await trusted.call('GET', '/v2/crm/integrations')).status).toBe(200);
});

it('answers 405 with the allowed methods to another method of a known path', async () => {
  await using emulator = await start();
  const wrong = [
    ['POST', '/v2/crm/integrations', 'GET, PUT, DELETE'],
    ['PATCH', '/v2/crm/entities', 'GET, POST'],
    ['OPTIONS', '/v2/crm/entity-schema', 'GET, POST'],
    ['GET', '/v2/crm/object/schema', 'POST'],
    ['DELETE', '/v2/crm/request-status', 'GET'],
  ] as const;
  for (const [method, path, allow] of wrong) {
    const { status, headers, body } = await emulator.call(method, path);
    expect([path, status, headers.allow]).toEqual([path, 405, allow]);
    expect(body).toEqual({ requestId: expect.any(String), errors: ['Method Not Allowed'] });
  }
  expect(emulator.calls.filter((call) => call.operation === 'unknown')).toHaveLength(wrong.length);
});

it('answers 404 with the error body to unknown paths', async () => {
  await using emulator = await start();
  const unknown = [
    ['GET', '/'],
    ['GET', '/v2/crm/integrations/'],
    ['GET', '/v2/crm/unknown'],
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

it('gives every response a unique requestId, also as X-Traceid', async () => {
  await using emulator = await start();
  const paths = ['/v2/crm/integrations', '/v2/none', '/v2/crm/request-status', '/v2/crm/object/list'];
  for (let index = 0; index < 20; index += 1) {
    const { headers, body } = await emulator.call('GET', paths[index % paths.length] ?? '');
    expect(headers['x-traceid']).toBe(body.requestId);
  }
  expect(new Set(emulator.calls.map((call) => call.requestId)).size).toBe(20);
});

describe('the limits of calls', () => {
  const UNKNOWN_REQUEST = '/v2/crm/request-status?integrationId=1&clientRequestId=x';

  it('answer 429 with Retry-After, counting calls refused for other reasons, but not 401s', async () => {
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

  it('allow a number of calls in any sliding day, and tell in whole seconds when the next is allowed', () => {
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

  it('do not exist at 0', () => {
    const limit = new RateLimit({ callsPerSecond: 0, callsPerDay: 0, now: () => 0 });
    expect(Array.from({ length: 100 }, () => limit.take())).toEqual(new Array(100).fill(0));
  });
});
