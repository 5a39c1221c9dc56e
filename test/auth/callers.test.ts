import { generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { makeApiKey, parseApiKeys } from '../../src/auth/api-keys.js';
import { SCOPES } from '../../src/auth/scopes.js';
import { readConfig } from '../../src/config.js';
import { openSocket, WATCH } from '../clients/clients.js';
import { type Harness, startHarness } from '../support/harness.js';
import { startIssuer } from './issuer.js';

const QUERY = '{ integrations { id } }';
const reader = makeApiKey('reader', ['api:crm:integrations:read', 'api:crm:get-objects']);
const writer = makeApiKey('writer', [...SCOPES]);
const KEYS = { gateway: { auth: { mode: 'api-key' as const, keys: [reader.kept, writer.kept] } } };

async function ask(harness: Harness, headers: Record<string, string>, path = '/graphql', body?: string) {
  const response = await fetch(`${harness.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: body ?? JSON.stringify({ query: QUERY }),
  });
  const text = await response.text();
  const { errors } = text.startsWith('{') ? JSON.parse(text) : { errors: undefined };
  return { status: response.status, code: errors?.[0]?.extensions?.code, text, headers: response.headers };
}

describe('API keys', () => {
  test('are accepted as a bearer token or as X-API-Key, and in no other form', async () => {
    await using harness = await startHarness(KEYS);
    expect(await ask(harness, { authorization: `Bearer ${reader.key}` })).toMatchObject({ status: 200 });
    expect(await ask(harness, { authorization: `bearer ${reader.key}` })).toMatchObject({ status: 200 });
    expect(await ask(harness, { 'x-api-key': reader.key })).toMatchObject({ status: 200 });
    const refused = [
      {},
      { authorization: reader.key },
      { authorization: 'Bearer' },
      { authorization: `Basic ${btoa(`reader:${reader.key}`)}` },
      { authorization: `Bearer ${reader.key.slice(0, -1)}` },
      { authorization: `Bearer ${reader.kept.sha256}` },
      { authorization: 'Bearer __proto__' },
      { 'x-api-key': '' },
      { authorization: `Bearer ${'x'.repeat(10_000)}` },
    ];
    for (const headers of refused) {
      const answer = await ask(harness, headers);
      expect(answer, JSON.stringify(headers)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm=/);
      expect(answer.text).not.toContain(reader.key.slice(0, 10));
    }
    expect(harness.calls).toHaveLength(3);
  });

  test('are stored as digests only, and a malformed list is refused', () => {
    expect(parseApiKeys(JSON.stringify([reader.kept]))).toEqual([reader.kept]);
    expect(JSON.stringify(reader.kept)).not.toContain(reader.key);
    for (const bad of [
      '',
      '{}',
      '[]',
      '[{"name":"a"}]',
      JSON.stringify([{ ...reader.kept, scopes: ['api:crm:everything'] }]),
      JSON.stringify([{ ...reader.kept, sha256: reader.key }]),
      JSON.stringify([reader.kept, reader.kept]),
    ])
      expect(parseApiKeys(bad), bad).toBeUndefined();
  });

  test('probes need none, unknown paths are still 404, and every other route is closed', async () => {
    await using harness = await startHarness(KEYS);
    expect((await fetch(`${harness.url}/health`)).status).toBe(200);
    expect((await fetch(`${harness.url}/nothing`)).status).toBe(404);
    for (const path of ['/graphql/stream', '/upload/DEAL', '/validate/DEAL']) {
      expect(await ask(harness, {}, path), path).toMatchObject({ status: 401 });
    }
    const explorer = await fetch(`${harness.url}/graphql?query={integrations{id}}`, {
      headers: { accept: 'text/html' },
    });
    expect(await explorer.text()).toContain('<!DOCTYPE html>');
    const trick = await fetch(`${harness.url}/graphql?query={integrations{id}}`, {
      headers: { accept: 'application/json, text/html;q=0.1', 'apollo-require-preflight': 'yes' },
    });
    expect(await trick.text()).toContain('UNAUTHENTICATED');
    expect(harness.calls).toHaveLength(0);
  });

  test('files need the scope for uploads on every route', async () => {
    await using harness = await startHarness(KEYS);
    const headers = { 'content-type': 'application/x-ndjson', authorization: `Bearer ${reader.key}` };
    for (const path of ['/upload/DEAL', '/validate/DEAL']) {
      const answer = await ask(harness, headers, path, '{}');
      expect(answer, path).toMatchObject({ status: 403, code: 'FORBIDDEN' });
      expect(answer.text).toContain('api:crm:upload');
    }
    for (const field of ['uploadFile', 'validateFile']) {
      const form = new FormData();
      const input = field === 'uploadFile' ? 'UploadFileInput' : 'ValidateFileInput';
      const query = `mutation ($input: ${input}!) { ${field}(input: $input) { __typename } }`;
      form.set(
        'operations',
        JSON.stringify({ query, variables: { input: { objectType: 'DEAL', file: null } } }),
      );
      form.set('map', '{"0":["variables.input.file"]}');
      form.set('0', new Blob(['{}\n']), 'deals.ldjson');
      const response = await fetch(`${harness.url}/graphql`, {
        method: 'POST',
        headers: { 'apollo-require-preflight': 'true', authorization: headers.authorization },
        body: form,
      });
      const { errors } = (await response.json()) as { errors: unknown };
      expect(errors, field).toMatchObject([{ extensions: { code: 'FORBIDDEN', scope: 'api:crm:upload' } }]);
    }
    expect(harness.calls).toHaveLength(0);
  });

  test('a WebSocket authenticates by connection_init or by headers, or is closed with 4403', async () => {
    await using harness = await startHarness(KEYS);
    for (const payload of [
      undefined,
      {},
      { authorization: 'Bearer wrong' },
      { authorization: 7 },
      { apiKey: null },
    ]) {
      await using bare = await openSocket(harness.url);
      bare.send({ type: 'connection_init', payload });
      expect(await bare.closed(), JSON.stringify(payload)).toBe(4403);
    }
    for (const [payload, headers] of [
      [{ authorization: `Bearer ${reader.key}` }, {}],
      [{ apiKey: reader.key }, {}],
      [undefined, { authorization: `Bearer ${reader.key}` }],
    ] as const) {
      await using bare = await openSocket(harness.url, { headers });
      bare.send({ type: 'connection_init', payload });
      expect(await bare.message()).toEqual({ type: 'connection_ack' });
      bare.send({ type: 'subscribe', id: '1', payload: { query: QUERY } });
      expect(await bare.message()).toMatchObject({ type: 'next', payload: { data: { integrations: [] } } });
    }
  });

  test('connections are counted by caller, not by address', async () => {
    await using harness = await startHarness({ ...KEYS, streams: { maxConnectionsPerCaller: 2 } });
    const greet = async (key: string) => {
      const bare = await openSocket(harness.url);
      bare.send({ type: 'connection_init', payload: { apiKey: key } });
      return bare;
    };
    await using first = await greet(reader.key);
    await using second = await greet(reader.key);
    expect([await first.message(), await second.message()]).toHaveLength(2);
    await using third = await greet(reader.key);
    expect(await third.closed()).toBe(1013);
    await using other = await greet(writer.key);
    expect(await other.message()).toEqual({ type: 'connection_ack' });
    const stream = await ask(
      harness,
      { authorization: `Bearer ${reader.key}`, accept: 'text/event-stream' },
      '/graphql/stream',
    );
    expect(stream).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  });
});

describe('tokens from an issuer', () => {
  const all = { scope: SCOPES.join(' ') };
  const bearer = async (token: string | Promise<string>) => ({ authorization: `Bearer ${await token}` });

  test('have scopes, in each of the forms that issuers use', async () => {
    await using issuer = await startIssuer();
    await using harness = await startHarness({ gateway: { auth: issuer.settings } });
    const scope = 'openid api:crm:integrations:read';
    for (const claims of [{ scope }, { scp: scope }, { scp: scope.split(' ') }]) {
      expect(await ask(harness, await bearer(issuer.token(claims)))).toMatchObject({
        status: 200,
        code: undefined,
      });
    }
    for (const claims of [{}, { scope: 'api:crm:upload' }, { scp: 7 }, { scope: ['a'] }]) {
      expect(await ask(harness, await bearer(issuer.token(claims)))).toMatchObject({ code: 'FORBIDDEN' });
    }
    expect(issuer.fetches()).toBe(1);
  });

  test('are refused when anything about them is invalid, and the answer does not quote them', async () => {
    await using issuer = await startIssuer();
    await using harness = await startHarness({ gateway: { auth: issuer.settings } });
    const now = Math.floor(Date.now() / 1_000);
    const foreign = await generateKeyPair('ES256');
    const shared = new TextEncoder().encode('x'.repeat(32));
    const good = await issuer.token(all);
    const [header = '', payload = ''] = good.split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const tokens: Record<string, string> = {
      expired: await issuer.token({ ...all, exp: now - 1 }),
      'not yet valid': await issuer.token({ ...all, nbf: now + 100 }),
      'without an end': await issuer.token({ ...all, exp: undefined }),
      'for others': await issuer.token({ ...all, aud: 'another' }),
      'of others': await issuer.token({ ...all, iss: 'https://evil.example.com/' }),
      'of nobody': await issuer.token({ ...all, sub: undefined }),
      'of a subject with a line break': await issuer.token({ ...all, sub: 'a\nb' }),
      'signed by another key': await issuer.token(all, foreign.privateKey),
      'signed with a shared secret': await new SignJWT(all).setProtectedHeader({ alg: 'HS256' }).sign(shared),
      'not signed': `${none}.${payload}.`,
      'with its signature cut off': `${header}.${payload}`,
      rubbish: 'rubbish',
    };
    for (const [what, token] of Object.entries(tokens)) {
      const answer = await ask(harness, await bearer(token));
      expect(answer, what).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
      expect(answer.text).not.toContain(token);
    }
    expect(await ask(harness, await bearer(good))).toMatchObject({ status: 200 });
  });

  test('signed with a new key are accepted as soon as the issuer publishes it', async () => {
    await using issuer = await startIssuer();
    await using harness = await startHarness({ gateway: { auth: issuer.settings } });
    expect(await ask(harness, await bearer(issuer.token(all)))).toMatchObject({ status: 200 });
    const old = await issuer.token(all);
    await issuer.rotate();
    expect(await ask(harness, await bearer(issuer.token(all)))).toMatchObject({ status: 200 });
    expect(await ask(harness, await bearer(old))).toMatchObject({ status: 401 });
  });

  test('cannot be verified while the issuer is unavailable: AUTH_UNAVAILABLE, not UNAUTHENTICATED', async () => {
    const issuer = await startIssuer();
    const token = await issuer.token(all);
    await issuer[Symbol.asyncDispose]();
    await using harness = await startHarness({ gateway: { auth: issuer.settings } });
    expect(await ask(harness, await bearer(token))).toMatchObject({ status: 503, code: 'AUTH_UNAVAILABLE' });
    await using bare = await openSocket(harness.url);
    bare.send({ type: 'connection_init', payload: await bearer(token) });
    expect(await bare.closed()).toBe(1013);
  });

  test('end their WebSocket with 4403 and their event stream with an error when they expire', async () => {
    await using issuer = await startIssuer();
    await using harness = await startHarness({
      gateway: { auth: issuer.settings },
      emulator: { processingMs: 60_000 },
    });
    const lasting = await bearer(issuer.token(all));
    const query = harness.query;
    expect(await query('{ __typename }')).toMatchObject({ httpStatus: 401 });
    const run = (body: object) => ask(harness, lasting, '/graphql', JSON.stringify(body));
    const input = { name: 'Acme', ownerEmail: 'o@acme.com' };
    const register =
      'mutation ($input: RegisterIntegrationInput!) { registerIntegration(input: $input) { id } }';
    await run({ query: register, variables: { input } });
    const accounts = [{ objectId: 'a', modifiedDate: '2024-03-01T12:00:00Z', name: 'A', domains: [] }];
    const upload =
      'mutation ($accounts: [AccountInput!]!) { uploadAccounts(accounts: $accounts, clientRequestId: "up-1") { __typename } }';
    expect((await run({ query: upload, variables: { accounts } })).text).toContain('UploadAccepted');

    const exp = Math.floor(Date.now() / 1_000) + 2;
    const short = await bearer(issuer.token({ ...all, exp }));
    await using bare = await openSocket(harness.url);
    bare.send({ type: 'connection_init', payload: short });
    await bare.message();
    const watch = { query: WATCH, variables: { id: 'up-1' } };
    bare.send({ type: 'subscribe', id: '1', payload: watch });
    expect(await bare.message()).toMatchObject({ type: 'next' });
    const stream = ask(
      harness,
      { ...short, accept: 'text/event-stream' },
      '/graphql/stream',
      JSON.stringify(watch),
    );
    expect(await bare.closed()).toBe(4403);
    const { text } = await stream;
    expect(text).toMatch(/PENDING.*UNAUTHENTICATED.*event: complete/s);
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000);
  });
});

describe('the authentication settings', () => {
  test.each([
    [{}, 'none'],
    [{ HOST: '::1' }, 'none'],
    [{ HOST: '0.0.0.0', AUTH_MODE: 'none', AUTH_NONE_CONFIRMED: 'true' }, 'none'],
    [{ HOST: '0.0.0.0', AUTH_MODE: 'api-key', AUTH_API_KEYS: JSON.stringify([reader.kept]) }, 'api-key'],
  ])('%j: the mode is %s', (environment, mode) => {
    expect(readConfig(environment).auth.mode).toBe(mode);
  });

  test.each([
    [{ HOST: '0.0.0.0' }, 'AUTH_MODE: needed api-key or jwt'],
    [{ HOST: '127.0.0.1.example.com' }, 'AUTH_MODE: needed api-key or jwt'],
    [{ HOST: '0.0.0.0', AUTH_MODE: 'none' }, 'AUTH_MODE: needed api-key or jwt'],
    [{ HOST: '0.0.0.0', AUTH_NONE_CONFIRMED: 'true' }, 'AUTH_MODE: needed api-key or jwt'],
    [{ AUTH_MODE: 'api-key' }, 'AUTH_API_KEYS: needed'],
    [{ AUTH_MODE: 'api-key', AUTH_API_KEYS: 'canary-key' }, 'AUTH_API_KEYS: needed'],
    [{ AUTH_MODE: 'jwt', AUTH_JWT_ISSUER: 'x', AUTH_JWT_AUDIENCE: 'y' }, 'AUTH_JWT_JWKS_URL: needed'],
    [{ AUTH_JWT_JWKS_URL: 'http://login.example.com/keys' }, 'AUTH_JWT_JWKS_URL: needed an https address'],
    [{ AUTH_JWT_ALGORITHMS: 'RS256,HS256' }, 'AUTH_JWT_ALGORITHMS: needed'],
    [{ AUTH_JWT_ALGORITHMS: 'none' }, 'AUTH_JWT_ALGORITHMS: needed'],
  ])('%j: the start is refused', (environment, problem) => {
    expect(() => readConfig(environment)).toThrow(problem);
    expect(() => readConfig(environment)).not.toThrow('canary');
  });
});
