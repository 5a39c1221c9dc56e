import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { IntegrationsDocument } from '../client/src/generated/graphql.js';
import { createLogger } from '../src/log.js';
import { createRedis } from '../src/redis/connection.js';
import { createSecrets } from '../src/secrets.js';
import { json, startRawUpstream, startUpstream } from './gong/upstream.js';
import { type HarnessOptions, startHarness } from './support/harness.js';

/** Everything written to the log, one element per write. */
function capture() {
  const writes: string[] = [];
  return { writes, log: { write: (line: string) => void writes.push(line) } };
}

type Line = Readonly<Record<string, unknown>>;
const parsed = (writes: readonly string[]) => writes.map((line) => JSON.parse(line) as Line);

describe('the log', () => {
  test('has a line for each operation: request, name, caller, outcome, duration and Gong’s request ID', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 400, { requestId: 'gong-4711', errors: ['no'] }),
    );
    const { writes, log } = capture();
    const sha256 = createHash('sha256').update('gcg_test').digest('hex');
    await using harness = await startHarness({
      log,
      gong: { baseUrl: upstream.url },
      gateway: {
        auth: { mode: 'api-key', keys: [{ name: 'billing', sha256, scopes: ['api:crm:integrations:read'] }] },
      },
    });
    await fetch(`${harness.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'gcg_test' },
      body: JSON.stringify({ query: 'query List { integrations { id } }' }),
    });
    const [line, ...more] = parsed(writes).filter(({ msg }) => msg === 'operation');
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      reqId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      caller: 'billing',
      operationName: 'List',
      operationType: 'query',
      durationMs: expect.any(Number),
      errorCodes: ['BAD_USER_INPUT'],
      gongRequestIds: ['gong-4711'],
    });
  });

  test('has a line for each file sent to /upload or /validate', async () => {
    const { writes, log } = capture();
    await using harness = await startHarness({ log });
    const headers = { 'content-type': 'application/x-ndjson' };
    await fetch(`${harness.url}/validate/STAGE?integrationId=1`, { method: 'POST', headers, body: '{}' });
    await expect
      .poll(() => parsed(writes))
      .toContainEqual(
        expect.objectContaining({
          msg: 'file',
          route: '/validate/:objectType',
          status: 422,
          reqId: expect.any(String),
        }),
      );
  });

  test('is one JSON line per event, whatever callers send', async () => {
    const { writes, log } = capture();
    await using harness = await startHarness({ log });
    const nasty = [
      'a\nb',
      'a\r\n{"level":60,"msg":"forged"}',
      '\u2028\u2029',
      '\u0000\u001b[31m',
      '\ud800',
      '"},{"',
    ];
    for (const text of nasty) {
      await fetch(`${harness.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: 'query A { integrations { id } }', operationName: text }),
      });
      await harness.query(text);
      await harness.query('query ($id: ID!) { requestStatus(clientRequestId: $id) { status } }', {
        id: text,
      });
      await fetch(`${harness.url}/${encodeURIComponent(Buffer.from(text).toString())}`);
      await fetch(`${harness.url}/upload/STAGE?clientRequestId=${encodeURIComponent('a\nb')}`, {
        method: 'POST',
      });
    }
    expect(writes.length).toBeGreaterThanOrEqual(nasty.length * 3);
    for (const write of writes) {
      expect(write.endsWith('\n')).toBe(true);
      expect(write.slice(0, -1)).not.toMatch(/[\n\r]/);
      expect(JSON.parse(write)).toMatchObject({ msg: expect.any(String), level: expect.any(Number) });
    }
    expect(parsed(writes).filter(({ msg }) => msg === 'forged')).toEqual([]);
  });
});

describe('secrets', () => {
  const KEY = 'canary-key-5a1';
  const SECRET = 'canary-secret-9f3';
  const CALLERS_KEY = 'gcg_canary-caller-77e';
  const ENCODED = Buffer.from(`${KEY}:${SECRET}`).toString('base64');
  const CREDENTIALS = { kind: 'basic', accessKey: KEY, accessKeySecret: SECRET } as const;
  const sha256 = createHash('sha256').update(CALLERS_KEY).digest('hex');
  const scopes = ['api:crm:integrations:read', 'api:crm:upload', 'api:crm:get-objects'] as const;
  const auth = { mode: 'api-key', keys: [{ name: 'tests', sha256, scopes }] } as const;

  /** What a gateway with these upstreams writes to callers, to the log (unscrubbed) and to its metrics. */
  async function everythingSaid(options: HarnessOptions): Promise<string> {
    const { writes, log } = capture();
    await using harness = await startHarness({
      ...options,
      log,
      emulator: { accessKey: KEY, accessKeySecret: SECRET },
      gong: { credentials: CREDENTIALS, timeoutMs: 500, ...options.gong },
      gateway: { auth },
    });
    const said: string[] = [];
    const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
      const response = await fetch(`${harness.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': CALLERS_KEY, ...headers },
        body,
      });
      said.push(JSON.stringify([...response.headers]), await response.text());
    };
    const query = (text: string, headers?: Record<string, string>) =>
      post('/graphql', JSON.stringify({ query: text }), headers);
    await query(IntegrationsDocument.toString());
    await query('{ crmObjects(objectType: DEAL, ids: ["1"], integrationId: "1") { objectId } }');
    await query('{ schemaFields(integrationId: "1") { objectType } }');
    await query('mutation { uploadStages(integrationId: "1", stages: []) { __typename } }');
    await query('{ nothing }');
    await query('{', { authorization: `Bearer ${CALLERS_KEY}` });
    await query('{ integrations { id } }', { 'x-api-key': `${CALLERS_KEY}-wrong` });
    await query('{ integrations { id } }', { 'x-api-key': CALLERS_KEY, authorization: `Basic ${ENCODED}` });
    const ndjson = { 'content-type': 'application/x-ndjson' };
    await post('/upload/STAGE?integrationId=1', '{}', ndjson);
    await post(`/nowhere`, '{}');
    for (const path of ['/ready', '/metrics', '/health']) {
      said.push(await (await fetch(`${harness.url}${path}`)).text());
    }
    expect(writes.length).toBeGreaterThan(5);
    return [...said, ...writes].join('\n');
  }

  test.each<[string, (use: (baseUrl: string) => Promise<void>) => Promise<void>]>([
    [
      'that refuses the credentials and echoes them',
      async (use) => {
        await using upstream = await startUpstream(({ headers }, response) => {
          const { authorization } = headers;
          json(response, 401, {
            requestId: 'r',
            errors: [`bad ${authorization}, ${KEY}:${SECRET}, ${SECRET}`],
          });
        });
        await use(upstream.url);
      },
    ],
    [
      'that fails and echoes the whole request',
      async (use) => {
        await using upstream = await startUpstream(({ headers }, response) =>
          json(
            response,
            500,
            { requestId: 'r', errors: [JSON.stringify(headers)] },
            { 'x-echo': headers.authorization },
          ),
        );
        await use(upstream.url);
      },
    ],
    [
      'that answers no JSON with them in it',
      async (use) => {
        await using upstream = await startUpstream(({ headers }, response) =>
          json(response, 200, `<html>${headers.authorization} ${SECRET}`),
        );
        await use(upstream.url);
      },
    ],
    [
      'that answers another form with them in it',
      async (use) => {
        await using upstream = await startUpstream(({ headers }, response) =>
          json(response, 200, { requestId: 'r', integrations: [{ [headers.authorization ?? '']: SECRET }] }),
        );
        await use(upstream.url);
      },
    ],
    [
      'that answers no HTTP',
      async (use) => {
        await using upstream = await startRawUpstream((socket) => {
          socket.on('data', (data) => socket.end(`HTTP/9 ${data}`));
        });
        await use(upstream.url);
      },
    ],
    [
      'that hangs up',
      async (use) => {
        await using upstream = await startRawUpstream((socket) => {
          socket.on('data', () => socket.resetAndDestroy());
        });
        await use(upstream.url);
      },
    ],
    ['that is not there', (use) => use('http://127.0.0.1:9')],
  ])('appear in no answer, no log and no metric with a Gong %s', async (_what, withUpstream) => {
    let looked = 0;
    await withUpstream(async (baseUrl) => {
      const said = await everythingSaid({ gong: { baseUrl } });
      for (const secret of [SECRET, ENCODED, CALLERS_KEY]) expect(said).not.toContain(secret);
      looked += 1;
    });
    expect(looked).toBe(1);
  });

  test('do not appear where Gong answers normally, either', async () => {
    const said = await everythingSaid({});
    for (const secret of [SECRET, ENCODED, CALLERS_KEY]) expect(said).not.toContain(secret);
  });

  test('of Redis do not appear in the line that it is unavailable', async () => {
    const { writes, log } = capture();
    const logger = createLogger({ level: 'trace', pretty: false, secrets: createSecrets() }, log);
    const redis = createRedis(
      { url: 'redis://canary-user:canary-password@127.0.0.1:9', keyPrefix: 'x:' },
      logger,
    );
    await expect.poll(() => writes.length).toBeGreaterThan(0);
    redis.disconnect();
    expect(writes.join('')).not.toContain('canary');
  });
});
