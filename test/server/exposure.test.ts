import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeApiKey } from '../../src/auth/api-keys.js';
import type { ExposureSettings } from '../../src/server/exposure.js';
import { openSocket } from '../clients/clients.js';
import { type GraphqlError, type Harness, startHarness } from '../support/harness.js';

const explorer = makeApiKey('explorer', ['api:crm:integrations:read', 'schema:read']);
const reader = makeApiKey('reader', ['api:crm:integrations:read']);
const auth = { mode: 'api-key' as const, keys: [explorer.kept, reader.kept] };

const startExposed = (exposure: ExposureSettings) =>
  startHarness({ gateway: { auth, exposure, production: true } });

interface Answer {
  readonly data?: object | null;
  readonly errors?: readonly GraphqlError[];
}
type Ask = (url: string, key: string, query: string) => Promise<Answer>;

const post = (url: string, key: string, accept: string, body: object) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, accept },
    body: JSON.stringify(body),
  });

const overHttp: Ask = async (url, key, query) =>
  (await post(url, key, 'application/json', { query })).json() as Promise<Answer>;

const overSse: Ask = async (url, key, query) => {
  const text = await (await post(url, key, 'text/event-stream', { query })).text();
  return JSON.parse(/^data: (\{.*)$/m.exec(text)?.[1] ?? '');
};

const overSocket: Ask = async (url, key, query) => {
  await using bare = await openSocket(url);
  bare.send({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } });
  await bare.message();
  bare.send({ type: 'subscribe', id: '1', payload: { query } });
  const { type, payload } = await bare.message();
  return type === 'error' ? { errors: payload as GraphqlError[] } : (payload as Answer);
};

const TRANSPORTS: readonly (readonly [string, Ask])[] = [
  ['HTTP', overHttp],
  ['server-sent events', overSse],
  ['WebSocket', overSocket],
];

const INTROSPECTIONS: readonly string[] = [
  '{ __schema { types { name } } }',
  '{ __type(name: "Deal") { name } }',
  '{ innocent: __schema { types { name } } }',
  '{ integrations { id } ...F } fragment F on Query { __type(name: "Deal") { name } }',
  '{ ... on Query { __schema @include(if: true) { types { name } } } }',
];
const MISSPELLED = '{ integration { nam } }';
const MISSPELLED_SUBSCRIPTION = 'subscription { requestStatusChanged(clientRequestId: "1") { statu } }';

describe('INTROSPECTION=scope', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startExposed({ introspection: 'scope', explorer: 'scope' });
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  describe.each(TRANSPORTS)('over %s', (_name, ask) => {
    test('is for callers with the scope, whoever sent the same text before', async () => {
      for (const query of INTROSPECTIONS) {
        for (const round of [1, 2]) {
          const allowed = await ask(harness.url, explorer.key, query);
          expect(allowed.errors, `${query} ${round}`).toBeUndefined();
          expect(JSON.stringify(allowed.data), query).toContain('"Deal"');

          const refused = await ask(harness.url, reader.key, query);
          expect(refused.data ?? null).toBeNull();
          expect(refused.errors, query).toMatchObject([
            {
              message: 'Introspection needs the scope schema:read, which this caller does not have.',
              extensions: { code: 'FORBIDDEN', scope: 'schema:read', retryable: false },
            },
          ]);
        }
      }
    });

    test('decides about suggestions, too, in queries and subscriptions', async () => {
      const queries = ask === overHttp ? [MISSPELLED] : [MISSPELLED, MISSPELLED_SUBSCRIPTION];
      for (const query of queries) {
        const allowed = await ask(harness.url, explorer.key, query);
        expect(allowed.errors?.[0]?.message, query).toContain('Did you mean');
        const refused = await ask(harness.url, reader.key, query);
        expect(refused.errors?.[0]?.message, query).toMatch(/Cannot query field/);
        expect(JSON.stringify(refused), query).not.toContain('Did you mean');
      }
    });

    test('leaves `__typename` to everybody', async () => {
      const { data } = await ask(harness.url, reader.key, '{ __typename }');
      expect(data).toEqual({ __typename: 'Query' });
    });
  });

  test('cannot be got around by the hash of a text that another caller has sent', async () => {
    const query = '{ __schema { queryType { name } } }';
    const extensions = {
      persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') },
    };
    const first = await post(harness.url, explorer.key, 'application/json', { query, extensions });
    expect(await first.json()).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
    const second = await post(harness.url, reader.key, 'application/json', { extensions });
    expect(second.status).toBe(403);
    expect(await second.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });

  test('decides about the schema as a text, too', async () => {
    const read = (key: string) =>
      fetch(`${harness.url}/schema.graphql`, { headers: { authorization: `Bearer ${key}` } });
    expect(await (await read(explorer.key)).text()).toContain('type Deal implements CrmObject');
    const refused = await read(reader.key);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('schema:read');
  });

  test('nor by another operation in the same text', async () => {
    const query = 'query A { integrations { id } } query B { __schema { queryType { name } } }';
    const answer = await post(harness.url, reader.key, 'application/json', { query, operationName: 'B' });
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });
});

test.each(TRANSPORTS)(
  'INTROSPECTION=off is for nobody over %s, and says what the operator can set',
  async (_name, ask) => {
    await using harness = await startExposed({ introspection: 'off', explorer: 'off' });
    for (const query of INTROSPECTIONS) {
      const { data = null, errors } = await ask(harness.url, explorer.key, query);
      expect(data).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', retryable: false } }]);
      expect(errors?.[0]?.message).toContain('INTROSPECTION=on');
      expect(JSON.stringify(errors)).not.toContain('Apollo');
    }
    expect(JSON.stringify(await ask(harness.url, explorer.key, MISSPELLED))).not.toContain('Did you mean');
  },
);

test('INTROSPECTION=on is for every caller, in production too', async () => {
  await using harness = await startExposed({ introspection: 'on', explorer: 'off' });
  for (const [, ask] of TRANSPORTS) {
    const { data } = await ask(harness.url, reader.key, '{ __type(name: "Deal") { name } }');
    expect(data).toEqual({ __type: { name: 'Deal' } });
  }
});

describe('EXPLORER', () => {
  const open = async (url: string, path: string, headers: Record<string, string> = {}) => {
    const page = await fetch(`${url}${path}`, {
      headers: { accept: 'text/html', ...headers },
      redirect: 'manual',
    });
    return { status: page.status, text: await page.text() };
  };
  const PAGES = ['/', '/graphiql', '/graphql'];

  test('on serves the pages in production, and lets Sandbox call', async () => {
    await using harness = await startExposed({ introspection: 'off', explorer: 'on' });
    for (const path of PAGES) expect((await open(harness.url, path)).status, path).toBe(200);
    expect((await open(harness.url, '/graphql')).text).toContain('embeddable-sandbox');
    const origin = 'https://studio.apollographql.com';
    const { headers } = await fetch(`${harness.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(headers.get('access-control-allow-origin')).toBe(origin);
  });

  test('off serves none in development, where introspection stays', async () => {
    await using harness = await startHarness({
      gateway: { exposure: { introspection: 'on', explorer: 'off' } },
    });
    for (const path of ['/', '/graphiql']) expect((await open(harness.url, path)).status, path).toBe(404);
    expect((await open(harness.url, '/graphql')).text).not.toContain('<html');
    expect((await harness.query('{ __schema { queryType { name } } }')).errors).toEqual([]);
    // And no site is told that it may call: none may.
    const origin = 'https://studio.apollographql.com';
    const { headers } = await fetch(`${harness.url}/health`, { headers: { origin } });
    expect([...headers.keys()].filter((name) => /^(vary|access-control-.*)$/.test(name))).toEqual([]);
    const preflight = await fetch(`${harness.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(405);
    expect(preflight.headers.get('allow')).toBe('GET, HEAD, POST');
  });

  test('scope serves the pages to requests with credentials that have the scope', async () => {
    await using harness = await startExposed({ introspection: 'scope', explorer: 'scope' });
    for (const path of PAGES) {
      expect((await open(harness.url, path)).status, path).toBe(401);
      const refused = await open(harness.url, path, { 'x-api-key': reader.key });
      expect(refused.status, path).toBe(403);
      expect(refused.text).toContain('schema:read');
      const { status } = await open(harness.url, path, { 'x-api-key': explorer.key });
      expect(status, path).toBe(200);
    }
    // No page: an operation.
    expect((await overHttp(harness.url, reader.key, '{ integrations { id } }')).errors).toBeUndefined();
  });
});
