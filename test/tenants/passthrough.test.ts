import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { makeApiKey } from '../../src/auth/api-keys.js';
import { createAuthenticator } from '../../src/auth/authenticator.js';
import { SCOPES } from '../../src/auth/scopes.js';
import { account } from '../support/acme.js';
import { registerCrm } from '../writes/files/support.js';
import { INTEGRATIONS, KEY, outcome, READER, STRANGER, startPassing, WRITER } from './passing.js';

const OBJECTS = (ids: readonly string[]) =>
  `{ crmObjects(objectType: ACCOUNT, ids: ${JSON.stringify(ids)}) { objectId } }`;
const UPLOAD =
  'mutation ($accounts: [AccountInput!]!) { uploadAccounts(accounts: $accounts) { __typename } }';

const MALFORMED = [
  undefined,
  '',
  'Bearer',
  'Bearer two words',
  'Bearer a,b',
  'Bearer "a"',
  'Bearer {"level":30}',
  'Digest abc',
  'emulator:emulator',
  `Basic ${btoa('no colon')}`,
  `Basic ${btoa(':no key')}`,
  `Basic ${btoa('key:a\nb')}`,
  `Basic ${btoa('key:secret').replace(/=+$/, '')}`,
  `Basic ${btoa('key:secret').replace('=', 'x')}`,
  `Basic ${btoa('key:\xff')}`,
  'Basic !',
  `Bearer ${'x'.repeat(8_200)}`,
];

describe('callers’ own credentials for Gong', () => {
  test('are sent to Gong for their own caller only, and Gong decides what they allow', async () => {
    await using passing = await startPassing();
    const { harness } = passing;
    await registerCrm(harness.as({ authorization: KEY }));
    for (const authorization of [READER, WRITER, KEY]) {
      expect(await outcome(harness, authorization)).toBe('OK');
      expect(await outcome(harness, authorization, OBJECTS(['a1']))).toBe('OK');
    }
    const variables = { accounts: [account('a1')] };
    const written = await harness.as({ authorization: WRITER }).query(UPLOAD, variables);
    expect(written.data).toEqual({ uploadAccounts: { __typename: 'UploadAccepted' } });
    const refused = await harness.as({ authorization: READER }).query(UPLOAD, variables);
    expect(refused.errors).toMatchObject([
      { extensions: { code: 'UPSTREAM_FORBIDDEN', scope: 'api:crm:upload' } },
    ]);
    const uploads = passing.calls.filter(
      ({ what, query }) => what === 'entities' && query.has('clientRequestId'),
    );
    expect(uploads.slice(-2).map(({ authorization }) => authorization)).toEqual([WRITER, READER]);
    expect(new Set(passing.calls.map(({ authorization }) => authorization))).toEqual(
      new Set([KEY, READER, WRITER]),
    );
  });

  test('may have the scheme in any case and further spaces, and reach Gong in one spelling', async () => {
    await using passing = await startPassing();
    const [scheme, value] = READER.split(' ');
    for (const authorization of [READER, `bearer ${value}`, `${scheme}   ${value}`, `BEARER ${value} `]) {
      expect(await outcome(passing.harness, authorization)).toBe('OK');
    }
    expect(passing.askersOf('integrations')).toEqual([READER, READER, READER, READER]);
  });

  test('get 401 on every route where they are missing or malformed, before the body is read', async () => {
    await using passing = await startPassing();
    const { port } = new URL(passing.harness.url);
    const doors = ['/graphql', '/graphql/stream', '/upload/STAGE', '/validate/STAGE'];
    let refused = 0;
    for (const bad of MALFORMED) {
      for (const path of doors) {
        const socket = connect(Number(port), '127.0.0.1');
        await once(socket, 'connect');
        // The body is never sent.
        const given = bad === undefined ? '' : `authorization: ${bad}\r\n`;
        socket.write(
          `POST ${path} HTTP/1.1\r\nhost: x\r\n${given}content-type: application/json\r\ncontent-length: 100\r\n\r\n`,
        );
        const [answer] = await once(socket, 'data');
        socket.destroy();
        expect(String(answer), `${path} ${bad}`).toMatch(/^HTTP\/1.1 401 /);
        expect(String(answer), path).toMatch(
          /\r\nwww-authenticate: Bearer realm="[a-z-]+"(, error="invalid_token")?, Basic realm="[a-z-]+"\r\n/i,
        );
        expect(String(answer), path).toContain('UNAUTHENTICATED');
        refused += 1;
      }
    }
    expect(refused).toBe(MALFORMED.length * doors.length);
    expect(passing.calls).toEqual([]);
  });

  test('are not offered as Basic to browsers, which would store a password', async () => {
    await using passing = await startPassing();
    const { headers, status } = await fetch(`${passing.harness.url}/graphql`, {
      method: 'POST',
      headers: { origin: 'http://localhost', 'content-type': 'application/json' },
      body: '{}',
    });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="gong-crm-graphql"');
  });

  test('that Gong refuses are an error for their sender only', async () => {
    await using passing = await startPassing({ gong: { breakerOpenMs: 600_000 } });
    const { harness } = passing;
    for (let tries = 0; tries < 8; tries += 1) {
      const { errors, httpStatus } = await harness.as({ authorization: STRANGER }).query(INTEGRATIONS);
      expect(httpStatus).toBe(200);
      expect(errors).toMatchObject([
        { extensions: { code: 'UPSTREAM_UNAUTHENTICATED', upstream: { status: 401 } } },
      ]);
      expect(await outcome(harness, READER)).toBe('OK');
    }
    // Neither was held back: every call was made.
    expect(passing.askersOf('integrations')).toHaveLength(16);
  });

  test('each have a circuit breaker, a budget and a pause after 429', async () => {
    await using passing = await startPassing(
      { gong: { breakerOpenMs: 600_000, callsPerDay: 8, queueMaxMs: 100 } },
      ({ authorization }) => {
        if (authorization === STRANGER) return { status: 501, body: '{}' };
        if (authorization === READER) return { status: 429, body: '{}', headers: { 'retry-after': '60' } };
        return undefined;
      },
    );
    const { harness } = passing;
    const outcomes = async (authorization: string) => {
      const all: string[] = [];
      for (let tries = 0; tries < 7; tries += 1) all.push(await outcome(harness, authorization));
      return all;
    };
    expect(await outcomes(STRANGER)).toEqual([
      ...Array(5).fill('UPSTREAM_ERROR'),
      'UPSTREAM_UNAVAILABLE',
      'UPSTREAM_UNAVAILABLE',
    ]);
    expect(await outcomes(READER)).toEqual(Array(7).fill('RATE_LIMITED'));
    expect(await outcomes(WRITER)).toEqual(Array(7).fill('OK'));
    const calls = (asker: string) => passing.askersOf('integrations').filter((one) => one === asker).length;
    expect([STRANGER, READER, WRITER].map(calls)).toEqual([5, 1, 7]);
    expect([await outcome(harness, WRITER), await outcome(harness, WRITER)]).toEqual(['OK', 'RATE_LIMITED']);
    expect(await outcome(harness, KEY)).toBe('OK');
  });

  test('never share a call, however many callers ask for the same objects at once', async () => {
    await using passing = await startPassing();
    const { harness } = passing;
    await registerCrm(harness.as({ authorization: KEY }));
    const ids = ['a1', 'a2'];
    const asked = [READER, WRITER, KEY].flatMap((authorization) =>
      [ids, ids, ['a3']].map((some) => outcome(harness, authorization, OBJECTS(some))),
    );
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['OK']));
    const reads = passing.calls.filter(({ what, body }) => what === 'entities' && body.startsWith('["a'));
    for (const asker of [READER, WRITER, KEY]) {
      const own = reads.filter(({ authorization }) => authorization === asker);
      // Requests of one caller share calls.
      expect(own.flatMap(({ body }) => JSON.parse(body)).toSorted()).toEqual(['a1', 'a2', 'a3']);
    }
    expect(new Set(reads.map(({ authorization }) => authorization)).size).toBe(3);
  });

  test('do not see what another caller was told: which integration is active, or an object', async () => {
    await using passing = await startPassing();
    const { harness } = passing;
    await registerCrm(harness.as({ authorization: KEY }));
    expect(await outcome(harness, READER, OBJECTS(['a1']))).toBe('OK');
    expect(await outcome(harness, READER, OBJECTS(['a1']))).toBe('OK');
    const { length } = passing.askersOf('integrations');
    expect(await outcome(harness, WRITER, OBJECTS(['a1']))).toBe('OK');
    expect(passing.askersOf('integrations').slice(length)).toEqual([WRITER]);
    expect(await outcome(harness, STRANGER, OBJECTS(['a1']))).toBe('UPSTREAM_UNAUTHENTICATED');
    expect(passing.askersOf('integrations').filter((asker) => asker === READER)).toHaveLength(1);
  });
});

describe('with an API key for the gateway', () => {
  const reads = makeApiKey('reporting', ['api:crm:integrations:read']);
  const all = makeApiKey('loader', [...SCOPES]);
  const auth = { mode: 'api-key', keys: [reads.kept, all.kept] } as const;

  test('both are needed, each in its header, and a caller may do what both allow', async () => {
    await using passing = await startPassing({ gateway: { auth } });
    const { harness } = passing;
    const bothOf = async (headers: Record<string, string>, query = INTEGRATIONS) => {
      const { httpStatus, errors } = await harness.as(headers).query(query);
      return errors[0]?.extensions.code ?? httpStatus;
    };
    expect(await bothOf({ 'x-api-key': reads.key, authorization: READER })).toBe(200);
    for (const headers of [
      { authorization: READER },
      { 'x-api-key': reads.key },
      { authorization: `Bearer ${reads.key}` },
      { 'x-api-key': `${reads.key}x`, authorization: READER },
    ]) {
      expect(await bothOf(headers), Object.keys(headers).join()).toBe('UNAUTHENTICATED');
    }
    const objects = OBJECTS(['a']).replace('(', '(integrationId: "1", ');
    expect(await bothOf({ 'x-api-key': reads.key, authorization: READER }, objects)).toBe('FORBIDDEN');
    const status = '{ requestStatus(clientRequestId: "x", integrationId: "1") { status } }';
    expect(await bothOf({ 'x-api-key': all.key, authorization: READER }, status)).toBe('UPSTREAM_FORBIDDEN');
    expect(new Set(passing.calls.map(({ authorization }) => authorization))).toEqual(new Set([READER]));
  });

  test('tokens from an issuer are not supported: both use the same header', () => {
    const settings = {
      issuer: '',
      audience: '',
      jwksUrl: 'http://127.0.0.1',
      algorithms: [],
      leewaySeconds: 0,
    };
    expect(() =>
      createAuthenticator({ mode: 'jwt', ...settings, jwksCooldownMs: 0, jwksStaleMs: 0 }, 'passthrough'),
    ).toThrow('needed none or api-key, got jwt');
  });
});

describe('a browser that opens a page', () => {
  test('needs no credentials in development, and cannot run operations', async () => {
    await using passing = await startPassing();
    const { url } = passing.harness;
    const page = (path: string, accept = 'text/html') => fetch(`${url}${path}`, { headers: { accept } });
    expect(await (await page('/graphiql')).text()).toContain('GraphiQL');
    expect(await (await page('/')).text()).toContain('href="/graphiql"');
    expect(await (await page(`/graphql?query=${INTEGRATIONS}`)).text()).toContain('embeddable-sandbox');
    const trick = await page(`/graphql?query=${INTEGRATIONS}`, 'application/json, text/html;q=0.1');
    expect(trick.status).toBe(401);
    expect(await trick.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(passing.calls).toEqual([]);
  });

  test('finds in /ready that there are no credentials to check, which costs no call', async () => {
    await using passing = await startPassing();
    const answer = await fetch(`${passing.harness.url}/ready`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      status: 'ready',
      checks: {
        credentials: { status: 'ok', reason: 'there are none to check: each caller brings its own' },
      },
    });
    expect(passing.calls).toEqual([]);
  });
});
