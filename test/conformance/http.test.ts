import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from '../support/harness.js';

const QUERY = '{ integrations { id } }';

describe.each([
  ['in development', false],
  ['in production', true],
])('requests of HTTP that are odd, %s:', (_where, production) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ gateway: { production } });
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  const ask = (init: RequestInit & { search?: string }) =>
    fetch(`${harness.url}/graphql${init.search ?? ''}`, init);

  const DOORS = ['/graphql', '/graphql/stream'];
  const post = (path: string, type: string) => {
    const body = JSON.stringify({ query: QUERY });
    const typed = type === '' ? '' : `Content-Type: ${type}\r\n`;
    const head = `POST ${path} HTTP/1.1\r\n${typed}Content-Length: ${body.length}\r\n`;
    return bare(head, body);
  };

  test.each([
    ['an answer', QUERY],
    ['a refusal', '{ nothing }'],
  ])('%s may be kept by no cache', async (_what, query) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await ask({ method: 'POST', headers, body: JSON.stringify({ query }) });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  describe.each(DOORS)('a POST to %s', (path) => {
    test.each([
      // What `fetch` sends of a Blob without a type.
      '',
      'text/plain',
      'text/plain; charset=application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'multipart/form-data',
      'application/json5',
      'application/jsonx',
      'application/json-patch+json',
      'text/json',
      '*/*',
      'rubbish',
      'text/plain, application/json',
      'application/json; charset=utf-7',
    ])('of "%s", which a page of another site could send, is refused', async (type) => {
      const before = harness.calls.length;
      const { status, text } = await post(path, type);
      expect(status, text).toBeGreaterThanOrEqual(400);
      expect(status, text).toBeLessThan(500);
      expect(text).not.toMatch(/node_modules|\bat .+:\d+:\d+/);
      expect(harness.calls).toHaveLength(before);
    });

    test.each([
      'application/json',
      'application/json;charset=UTF-8',
      'application/json\t',
      'APPLICATION/JSON ; charset="utf-8"',
    ])('of %j is JSON', async (type) => {
      const before = harness.calls.length;
      const { status, text } = await post(path, type);
      expect(status, text).toBe(200);
      expect(text).toContain('{"data":{"integrations":[]}}');
      expect(harness.calls.length).toBeGreaterThan(before);
    });
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'text/html',
    'rubbish',
  ])('a GET with the content type %s is refused', async (type) => {
    const before = harness.calls.length;
    const search = `?${new URLSearchParams({ query: QUERY })}`;
    expect((await ask({ headers: { 'content-type': type }, search })).status).toBeGreaterThanOrEqual(400);
    expect(harness.calls).toHaveLength(before);
  });

  test('a GET that a page of another site has caused is refused', async () => {
    const search = `?${new URLSearchParams({ query: QUERY })}`;
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example.com' },
    ]) {
      const { status, text } = await bare(`GET /graphql${search} HTTP/1.1\r\n${lines(headers)}`);
      expect(status, text).toBe(400);
      expect(text).toContain('CSRF');
    }
  });

  test.each([
    ['/graphql', ['PUT', 'PATCH', 'DELETE'], 'GET, HEAD, POST'],
    ['/graphql/stream', ['PUT', 'PATCH', 'DELETE', 'HEAD'], 'GET, POST'],
    ['/upload/ACCOUNT', ['GET', 'PUT'], 'POST'],
    ['/validate/ACCOUNT', ['GET', 'PUT'], 'POST'],
    ['/health', ['POST', 'DELETE'], 'GET, HEAD'],
    ['/ready', ['POST', 'DELETE'], 'GET, HEAD'],
  ])('%s answers other methods with 405 and those that it has', async (path, methods, allow) => {
    for (const method of methods) {
      const withBody = !['GET', 'HEAD'].includes(method);
      const response = await fetch(`${harness.url}${path}`, { method, ...(withBody ? { body: 'x' } : {}) });
      expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, allow]);
    }
    expect((await fetch(`${harness.url}/nothing`, { method: 'PUT' })).status).toBe(404);
  });

  test('an empty parameter of a GET is none', async () => {
    const search = `?${new URLSearchParams({ query: QUERY, extensions: '', variables: '', operationName: '' })}`;
    const headers = { 'apollo-require-preflight': 'true' };
    const answer = await ask({ headers, search });
    expect([answer.status, await answer.json()]).toEqual([200, { data: { integrations: [] } }]);
    const streamed = await fetch(`${harness.url}/graphql/stream${search}`);
    expect(await streamed.text()).toContain('{"data":{"integrations":[]}}');
  });

  test('extensions of a GET are JSON over both doors', async () => {
    const search = `?${new URLSearchParams({ query: QUERY, extensions: '{"a":1}' })}`;
    const headers = { 'apollo-require-preflight': 'true' };
    expect((await ask({ headers, search })).status).toBe(200);
    const streamed = await fetch(`${harness.url}/graphql/stream${search}`);
    expect(await streamed.text()).toContain('{"data":{"integrations":[]}}');
    const wrong = `?${new URLSearchParams({ query: QUERY, extensions: '{' })}`;
    expect((await ask({ headers, search: wrong })).status).toBe(400);
    expect((await fetch(`${harness.url}/graphql/stream${wrong}`)).status).toBe(400);
  });

  test('a mutation by GET is 405, with what is allowed', async () => {
    const query = 'mutation { deleteIntegration(integrationId: "1") { clientRequestId } }';
    const search = `?${new URLSearchParams({ query })}`;
    const response = await ask({ headers: { 'apollo-require-preflight': 'true' }, search });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(harness.callsOf('deleteIntegration')).toHaveLength(0);
  });

  test('an array of operations is refused, and so is what is no object', async () => {
    for (const body of [
      [{ query: QUERY }, { query: QUERY }],
      [],
      'text',
      7,
      null,
      {},
      { query: 7 },
      { query: [QUERY] },
    ]) {
      const response = await ask({
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(response.status, JSON.stringify(body)).toBe(400);
    }
    const empty = await ask({ method: 'POST', headers: { 'content-type': 'application/json' }, body: '' });
    expect(empty.status).toBe(400);
  });

  test.each(DOORS)(
    'a body of more than 256 KiB to %s is 413, with the limit, its size and the other way',
    async (path) => {
      const body = JSON.stringify({ query: QUERY, variables: { x: 'x'.repeat(270_000) } });
      const headers = { 'content-type': 'application/json' };
      const declared = await fetch(`${harness.url}${path}`, { method: 'POST', headers, body });
      const chunks = new Blob([body]).stream();
      const chunked = await fetch(`${harness.url}${path}`, {
        method: 'POST',
        headers,
        body: chunks,
        duplex: 'half',
      });
      for (const [answer, got, sizes] of [
        [declared, body.length, { size: body.length }],
        [chunked, 'more', {}],
      ] as const) {
        expect(answer.status).toBe(413);
        const { errors } = (await answer.json()) as { errors: { message: string }[] };
        expect(errors).toEqual([
          {
            message: expect.stringContaining(`at most 262144 bytes (LIMIT_BODY_BYTES), got ${got}`),
            extensions: { code: 'PAYLOAD_TOO_LARGE', retryable: false, limit: 262_144, ...sizes },
          },
        ]);
        for (const way of ['uploadFile', 'POST /upload/{TYPE}']) expect(errors[0]?.message).toContain(way);
      }
    },
  );

  test('names such as __proto__ are only names, in headers, bodies and addresses', async () => {
    const odd = '__proto__: x\r\n__proto__: y\r\nconstructor: z\r\nhasOwnProperty: 1\r\n';
    const json = `{"query":"{ __typename }"}`;
    const typed = `Content-Type: application/json\r\nContent-Length: ${json.length}\r\n`;
    expect((await bare(`GET /health HTTP/1.1\r\n${odd}`)).status).toBe(200);
    for (const path of ['/graphql', '/graphql/stream']) {
      const { status, text } = await bare(`POST ${path} HTTP/1.1\r\n${odd}${typed}`, json);
      expect(status, text).toBe(200);
      expect(text).toContain('"__typename":"Query"');
    }
    const file = `POST /validate/STAGE?integrationId=1 HTTP/1.1\r\nContent-Type: application/x-ndjson\r\n${odd}Content-Length: 2\r\n`;
    expect((await bare(file, '{}')).status).toBe(422);
    const upgrade =
      'GET /graphql HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n';
    expect((await bare(`${upgrade}${odd}Connection: Upgrade\r\n`)).status).toBe(101);
    const proto =
      '{"query":"{ integrations { id } }","__proto__":{"admin":true},"variables":{"__proto__":{"a":1}}}';
    const body = await ask({ method: 'POST', headers: { 'content-type': 'application/json' }, body: proto });
    expect(body.status).toBe(400);
    const search = `?${new URLSearchParams({ query: QUERY, __proto__: 'x', constructor: 'y' })}`;
    expect((await ask({ headers: { 'apollo-require-preflight': 'true' }, search })).status).toBe(200);
    expect(Reflect.get({}, 'admin')).toBeUndefined();
  });

  test('a caller’s own request id is not taken over, and errors show no stack', async () => {
    const lines: string[] = [];
    await using own = await startHarness({
      gateway: { production },
      log: { write: (line: string) => lines.push(line) },
    });
    const headers = { 'content-type': 'application/json', 'x-request-id': 'forged', 'request-id': 'forged' };
    const response = await fetch(`${own.url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query: '{ account(id: "x") { name } }' }),
    });
    expect(await response.text()).not.toMatch(/stacktrace|node_modules/);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('')).not.toContain('forged');
  });

  async function bare(head: string, body = ''): Promise<{ status: number; text: string }> {
    const { hostname, port } = new URL(harness.url);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    const close = head.includes('Connection: ') ? '' : 'Connection: close\r\n';
    socket.write(`${head}Host: x\r\n${close}\r\n${body}`);
    let text = '';
    for await (const chunk of socket) {
      text += String(chunk);
      // Nothing ends a socket that was let in.
      if (text.startsWith('HTTP/1.1 101')) break;
    }
    return { status: Number(text.split(' ')[1]), text };
  }
});

const lines = (headers: Record<string, string>) =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');

describe('introspection and suggestions', () => {
  test('are there in development, and in production neither is, on any transport', async () => {
    for (const production of [false, true]) {
      await using harness = await startHarness({ gateway: { production } });
      const { errors } = await harness.query('{ integration { nam } }');
      expect(errors[0]?.message.includes('Did you mean')).toBe(!production);
      expect((await harness.query('{ __schema { types { name } } }')).httpStatus).toBe(
        production ? 403 : 200,
      );
      const page = await fetch(`${harness.url}/graphql`, { headers: { accept: 'text/html' } });
      expect((await page.text()).includes('<html')).toBe(!production);
      for (const path of ['/', '/graphiql']) {
        const { status, body } = await fetch(`${harness.url}${path}`, { redirect: 'manual' });
        expect(status === 404, path).toBe(production);
        await body?.cancel();
      }
    }
  });
});
