import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createSecrets } from '../../src/secrets.js';
import { createOtlpTracer } from '../../src/telemetry/otlp-tracer.js';
import { openSocket } from '../clients/clients.js';
import { json, startRawUpstream, startUpstream } from '../gong/upstream.js';
import { type HarnessOptions, startHarness } from '../support/harness.js';
import { startCollector } from '../telemetry/collector.js';
import { metric } from '../telemetry/metrics-text.js';
import { outcome, startPassing } from './passing.js';

const TOKEN = 'canary-token-5a1f9c';
const SECRET = 'canary-secret-9f3e2d';
const ENCODED = btoa(`canary-key-77:${SECRET}`);
const CANARIES = [TOKEN, SECRET, ENCODED, ENCODED.replaceAll('=', ''), encodeURIComponent(ENCODED)];
const AUTHORIZATIONS = [`Bearer ${TOKEN}`, `Basic ${ENCODED}`];

/** As a server that decodes Basic might quote them. */
const decoded = ({ authorization = '' }: IncomingHttpHeaders) =>
  Buffer.from(authorization.replace(/^\S+ /, ''), 'base64').toString();

/** All that a gateway writes to these callers, to the log (unscrubbed), to metrics and to traces. */
async function everythingSaid(options: HarnessOptions): Promise<string> {
  const writes: string[] = [];
  await using collector = await startCollector();
  const settings = { endpoint: collector.url, headers: {}, serviceName: 'gw', sampledPart: 1 };
  const tracer = createOtlpTracer(settings, { info: () => undefined, warn: () => undefined });
  const said: string[] = [];
  {
    await using harness = await startHarness({
      ...options,
      tracer,
      passthrough: {},
      log: { write: (line) => void writes.push(line) },
      gong: { timeoutMs: 500, ...options.gong },
    });
    const post = async (path: string, type: string, authorization: string, body: string) => {
      const response = await fetch(`${harness.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': type, authorization },
        body,
      });
      said.push(JSON.stringify([...response.headers]), await response.text());
    };
    for (const authorization of AUTHORIZATIONS) {
      for (const query of [
        '{ integrations { id } }',
        '{ crmObjects(objectType: DEAL, ids: ["1"], integrationId: "1") { objectId } }',
        'mutation { uploadStages(integrationId: "1", stages: []) { __typename } }',
        '{ nothing }',
        '{',
      ]) {
        await post('/graphql', 'application/json', authorization, JSON.stringify({ query }));
      }
      await post('/upload/STAGE?integrationId=1', 'application/x-ndjson', authorization, '{}');
      await post('/graphql/stream', 'application/json', authorization, '{"query":"{ integrations { id } }"}');
      await post('/nowhere', 'application/json', authorization, '{}');
      await post('/graphql', 'application/json', `${authorization} and more`, '{}');
      await using bare = await openSocket(harness.url);
      bare.send({ type: 'connection_init', payload: { authorization: `${authorization} and more` } });
      expect(await bare.closed()).toBe(4403);
    }
    for (const path of ['/ready', '/metrics', '/health']) {
      said.push(await (await fetch(`${harness.url}${path}`)).text());
    }
  }
  await tracer.close();
  expect(writes.length).toBeGreaterThan(10);
  expect(collector.spans.length).toBeGreaterThan(10);
  return [...said, ...writes, JSON.stringify(collector.spans)].join('\n');
}

describe('a caller’s credentials appear in no answer, log line, metric or trace', () => {
  test.each<[string, (use: (baseUrl: string) => Promise<void>) => Promise<void>]>([
    [
      'refuses and echoes them',
      async (use) => {
        await using upstream = await startUpstream(({ headers }, response) =>
          json(response, 401, {
            requestId: 'r',
            errors: [`bad ${headers.authorization}, ${decoded(headers)}`],
          }),
        );
        await use(upstream.url);
      },
    ],
    [
      'fails and echoes the whole request',
      async (use) => {
        await using upstream = await startUpstream(({ headers }, response) =>
          json(response, 500, { requestId: headers.authorization, errors: [JSON.stringify(headers)] }),
        );
        await use(upstream.url);
      },
    ],
    [
      'answers in another format with them in it',
      async (use) => {
        await using upstream = await startUpstream(({ headers }, response) =>
          json(response, 200, { requestId: 'r', integrations: [{ [headers.authorization ?? '']: 1 }] }),
        );
        await use(upstream.url);
      },
    ],
    [
      'does not answer HTTP',
      async (use) => {
        await using upstream = await startRawUpstream((socket) => {
          socket.on('data', (data) => socket.end(`HTTP/9 ${data}`));
        });
        await use(upstream.url);
      },
    ],
    ['is unavailable', (use) => use('http://127.0.0.1:9')],
  ])('where Gong %s', async (_what, withUpstream) => {
    let looked = 0;
    await withUpstream(async (baseUrl) => {
      const said = await everythingSaid({ gong: { baseUrl } });
      expect(CANARIES.filter((canary) => said.includes(canary))).toEqual([]);
      looked += 1;
    });
    expect(looked).toBe(1);
  });

  test('where nothing fails', async () => {
    const said = await everythingSaid({ emulator: { tokens: new Map([[TOKEN, []]]) } });
    expect(CANARIES.filter((canary) => said.includes(canary))).toEqual([]);
  });
});

describe('callers’ credentials in the log', () => {
  test('are hidden while their tenant is open', async () => {
    const secrets = createSecrets();
    const lines: string[] = [];
    await using passing = await startPassing({
      secrets,
      log: { write: (line) => void lines.push(line) },
      passthrough: { maxCredentials: 1 },
    });
    const leak = JSON.stringify({
      text: `${AUTHORIZATIONS.join()} ${SECRET}`,
      url: encodeURIComponent(ENCODED),
    });
    for (const authorization of AUTHORIZATIONS) await outcome(passing.harness, authorization);
    // Only one tenant may be open: the first is closing.
    await expect.poll(() => secrets.scrub(leak)).toContain(TOKEN);
    expect(secrets.scrub(leak)).not.toContain(SECRET);
    expect(secrets.scrub(leak)).not.toContain(ENCODED.slice(0, 16));
    await outcome(passing.harness, AUTHORIZATIONS[0] ?? '');
    expect(secrets.scrub(leak)).not.toContain(TOKEN);
    await expect.poll(() => secrets.scrub(leak)).toContain(SECRET);
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ msg: expect.any(String) });
  });

  test('do not hide the log’s own words, even if a caller sends those as credentials', async () => {
    const secrets = createSecrets();
    const lines: string[] = [];
    await using passing = await startPassing({ secrets, log: { write: (line) => void lines.push(line) } });
    const { harness } = passing;
    const words = ['operation', 'operationType', 'e', '1', `${Date.now()}`, 'UPSTREAM_UNAUTHENTICATED'];
    for (const word of words) {
      expect(await outcome(harness, `Bearer ${word}`)).toBe('UPSTREAM_UNAUTHENTICATED');
      expect(await outcome(harness, `Basic ${btoa(`key:${word}`)}`)).toBe('UPSTREAM_UNAUTHENTICATED');
    }
    const operations = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'operation');
    expect(operations).toHaveLength(words.length * 2);
    for (const line of operations) {
      expect(line).toMatchObject({ operationType: 'query', errorCodes: ['UPSTREAM_UNAUTHENTICATED'] });
    }
    expect(await metric(harness, 'gateway_passthrough_credentials', { state: 'idle' })).toBe(
      words.length * 2,
    );
  });

  test('cannot break a line in two, or its JSON', async () => {
    const secrets = createSecrets();
    const lines: string[] = [];
    await using passing = await startPassing({ secrets, log: { write: (line) => void lines.push(line) } });
    for (const secret of ['{"level":30,"time":', '","msg":"operation 1"', 'null,"traceId":12']) {
      await outcome(passing.harness, `Basic ${btoa(`key:${secret}`)}`);
    }
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) {
      expect(line.trimEnd()).not.toContain('\n');
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number), msg: expect.any(String) });
    }
  });
});
