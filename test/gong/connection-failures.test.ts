import { describe, expect, it, test } from 'vitest';
import { GatewayError } from '../../src/errors.js';
import { createTransport, TransportFailure, type TransportRequest } from '../../src/gong/transport.js';
import { startHarness } from '../support/harness.js';
import { startClient, startRawUpstream } from './upstream.js';

/*
 * Why a connection to Gong failed: for operators in the log, with addresses, and for callers in the error, without.
 */

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';

async function failureOf(baseUrl: string) {
  await using gong = startClient(baseUrl);
  const error = await gong.client.listIntegrations().catch((thrown: unknown) => thrown);
  if (!(error instanceof GatewayError)) throw new Error(`needed a GatewayError, got ${String(error)}`);
  return { error, log: JSON.parse(gong.log[0] ?? '{}') };
}

/** An address where nothing listens any more. */
async function freedUrl(): Promise<string> {
  const upstream = await startRawUpstream(() => undefined);
  await upstream[Symbol.asyncDispose]();
  return upstream.url;
}

describe('a connection that cannot be made', () => {
  it('says that the host name does not resolve', async () => {
    const { error, log } = await failureOf('http://no-such-host.invalid');
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', extensions: { reason: 'ENOTFOUND' } });
    expect(error.message).toContain('host name does not resolve (ENOTFOUND)');
    expect(log).toMatchObject({ detail: expect.stringContaining('no-such-host.invalid') });
    expect(JSON.stringify([error.message, error.extensions])).not.toContain('no-such-host');
  });

  it('says that it was refused', async () => {
    const url = await freedUrl();
    const { error, log } = await failureOf(url);
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', extensions: { reason: 'ECONNREFUSED' } });
    expect(log).toMatchObject({ reason: error.message, detail: expect.stringContaining(new URL(url).port) });
    expect(JSON.stringify([error.message, error.extensions])).not.toMatch(/127\.0\.0\.1|:\d{4}/);
  });

  it('says that the other side does not speak TLS', async () => {
    await using upstream = await startRawUpstream(
      (socket) => void socket.on('data', () => socket.end('plain\r\n')),
    );
    const { error } = await failureOf(upstream.url.replace('http:', 'https:'));
    expect(error.message).toContain('the TLS handshake failed (');
    expect(error.extensions.reason).toMatch(/^(ERR_SSL_[A-Z_]+|EPROTO)$/);
  });

  it('is reported to the caller of the gateway, and at /ready', async () => {
    await using harness = await startHarness({ gong: { baseUrl: await freedUrl() } });
    const { errors } = await harness.query('{ integrations { id } }');
    expect(errors).toMatchObject([
      {
        message: 'No connection to Gong could be made: the connection was refused (ECONNREFUSED)',
        extensions: { code: 'UPSTREAM_UNAVAILABLE', reason: 'ECONNREFUSED', retryable: true },
      },
    ]);
    const { checks } = (await (await fetch(`${harness.url}/ready`)).json()) as {
      checks: { credentials: { reason: string } };
    };
    expect(checks.credentials.reason).toContain('UPSTREAM_UNAVAILABLE (ECONNREFUSED)');
  });
});

describe('a connection that breaks', () => {
  it.each([
    ['reset', 'ECONNRESET', true],
    ['closed', 'CONNECTION_CLOSED', false],
  ])('says that it was %s', async (_what, reason, reset) => {
    await using upstream = await startRawUpstream((socket) => {
      socket.once('data', () => (reset ? socket.resetAndDestroy() : socket.destroy()));
    });
    const { error } = await failureOf(upstream.url);
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', extensions: { reason } });
    expect(error.message).toContain('Whether Gong received it is unknown');
  });
});

describe('a timeout', () => {
  const request: TransportRequest = {
    method: 'GET',
    path: '/',
    headers: {},
    timeoutMs: 20_000,
    headersTimeoutMs: 20_000,
    onSent: () => undefined,
  };

  interface Times {
    readonly tls?: boolean;
    readonly connectTimeoutMs?: number;
    readonly headersTimeoutMs?: number;
    readonly bodyTimeoutMs?: number;
    readonly timeoutMs?: number;
  }

  test.each<[string, string, string, Times]>([
    ['no TLS handshake', 'CONNECT_TIMEOUT', '', { tls: true, connectTimeoutMs: 50 }],
    ['no headers', 'HEADERS_TIMEOUT', '', { headersTimeoutMs: 50 }],
    ['headers that stop', 'HEADERS_TIMEOUT', HEAD, { headersTimeoutMs: 50 }],
    ['a body that stops', 'BODY_TIMEOUT', `${HEAD}content-length: 9\r\n\r\n{`, { bodyTimeoutMs: 50 }],
    ['an answer that is too slow in all', 'TOTAL_TIMEOUT', '', { timeoutMs: 50 }],
  ])(
    'says which it was: %s',
    async (_what, reason, answer, { tls = false, connectTimeoutMs = 3_000, ...times }) => {
      await using upstream = await startRawUpstream((socket) => {
        if (!tls) socket.once('data', () => socket.write(answer));
      });
      const baseUrl = tls ? upstream.url.replace('http:', 'https:') : upstream.url;
      const transport = createTransport({ baseUrl, maxResponseBytes: 1_000, connectTimeoutMs });
      const failure: unknown = await transport
        .send({ ...request, ...times }, ({ status }) => status)
        .catch((thrown: unknown) => thrown);
      expect(failure).toBeInstanceOf(TransportFailure);
      expect(failure).toMatchObject({
        kind: 'timeout',
        detail: { reason, sent: reason !== 'CONNECT_TIMEOUT' },
      });
      await transport.close();
    },
  );

  test('is named in the error, and in the log', async () => {
    await using upstream = await startRawUpstream(() => undefined);
    await using gong = startClient(upstream.url, { timeoutMs: 150 });
    await expect(gong.client.listIntegrations()).rejects.toMatchObject({
      code: 'UPSTREAM_TIMEOUT',
      message: expect.stringContaining('the response was not complete (TOTAL_TIMEOUT)'),
      extensions: { reason: 'TOTAL_TIMEOUT' },
    });
    expect(gong.log[0]).toContain('no complete answer within 150 ms');
  });
});

test('an unreachable token address is reported with its cause, in the log too, without showing a token', async () => {
  const tokenUrl = `${await freedUrl()}/token`;
  const oauth = { clientId: 'app', clientSecret: 'canary', refreshToken: 'canary-refresh', tokenUrl };
  await using gong = startClient('http://127.0.0.1:9', { credentials: { kind: 'oauth', ...oauth } });
  await expect(gong.client.listIntegrations()).rejects.toMatchObject({
    code: 'UPSTREAM_UNAVAILABLE',
    message: expect.stringMatching(/^Gong's token address cannot be reached: .*\(ECONNREFUSED\)$/),
    extensions: { reason: 'ECONNREFUSED' },
  });
  const [line = ''] = gong.log;
  expect(JSON.parse(line)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', status: null });
  expect(line).not.toContain('canary');
});
