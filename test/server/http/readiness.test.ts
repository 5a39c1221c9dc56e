import { describe, expect, test } from 'vitest';
import { CREDENTIALS_TTL_MS, createReadiness } from '../../../src/server/http/readiness.js';
import { json, startClient, startUpstream } from '../../gong/upstream.js';
import { startHarness } from '../../support/harness.js';

interface Ready {
  readonly status: string;
  readonly checks: Readonly<Record<string, { readonly status: string; readonly reason: string }>>;
}

async function ready(url: string): Promise<{ httpStatus: number; body: Ready }> {
  const response = await fetch(`${url}/ready`);
  return { httpStatus: response.status, body: (await response.json()) as Ready };
}

describe('/ready', () => {
  test('is ready once Gong has accepted the credentials, and gives a reason for every check', async () => {
    await using harness = await startHarness({ gong: { callsPerSecond: 100, callsPerDay: 1_000 } });
    expect(await ready(harness.url)).toEqual({
      httpStatus: 200,
      body: {
        status: 'ready',
        checks: {
          process: { status: 'ok', reason: 'running' },
          credentials: { status: 'ok', reason: 'Gong accepts them' },
          budget: { status: 'ok', reason: '999 of 1000 calls are left today' },
        },
      },
    });
  });

  test('costs one call to Gong, however many requests ask and how often', async () => {
    await using harness = await startHarness();
    await Promise.all(Array.from({ length: 20 }, () => ready(harness.url)));
    for (let probe = 0; probe < 20; probe += 1) expect((await ready(harness.url)).httpStatus).toBe(200);
    expect(harness.calls.map(({ operation }) => operation)).toEqual(['listIntegrations']);
  });

  test('calls Gong again when the last answer is old, and uses the old one until then', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 200, { integrations: [] }),
    );
    await using gong = startClient(upstream.url);
    let now = 0;
    const readiness = createReadiness({ gong: gong.client, now: () => now });
    expect((await readiness.check()).ready).toBe(true);
    now += CREDENTIALS_TTL_MS - 1;
    await readiness.check();
    expect(upstream.calls).toHaveLength(1);
    now += 1;
    expect((await readiness.check()).ready).toBe(true);
    await expect.poll(() => upstream.calls.length).toBe(2);
  });

  test('is not ready while Gong refuses the credentials, and ready within a minute after they are fixed', async () => {
    let status = 401;
    await using upstream = await startUpstream((_call, response) =>
      json(response, status, { requestId: 'r', integrations: [], errors: ['no such key'] }),
    );
    await using gong = startClient(upstream.url);
    let now = 0;
    const readiness = createReadiness({ gong: gong.client, now: () => now });
    expect(await readiness.check()).toMatchObject({
      ready: false,
      checks: { credentials: { status: 'failed', reason: 'Gong refuses them' } },
    });
    status = 200;
    now += 60_000;
    await expect.poll(async () => (await readiness.check()).ready).toBe(true);
  });

  test('does not call Gong every minute where the credentials lack the scope for it', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 401, { requestId: 'r', errors: ["You don't have permission to use 'api:crm:x'"] }),
    );
    await using gong = startClient(upstream.url);
    let now = 0;
    const readiness = createReadiness({ gong: gong.client, now: () => now });
    await readiness.check();
    now += CREDENTIALS_TTL_MS - 1;
    expect(await readiness.check()).toMatchObject({
      ready: true,
      checks: { credentials: { status: 'degraded' } },
    });
    expect(upstream.calls).toHaveLength(1);
  });

  test('stays ready, but degraded, where Gong is unavailable, the daily budget is spent or a scope is missing', async () => {
    await using away = await startHarness({ gong: { baseUrl: 'http://127.0.0.1:9' } });
    expect(await ready(away.url)).toMatchObject({
      httpStatus: 200,
      body: {
        checks: {
          credentials: { status: 'degraded', reason: expect.stringContaining('UPSTREAM_UNAVAILABLE') },
        },
      },
    });

    await using spent = await startHarness({ gong: { callsPerSecond: 100, callsPerDay: 2 } });
    await spent.query('{ integrations { id } }');
    await spent.query('{ integrations { id } }');
    expect(await ready(spent.url)).toMatchObject({
      httpStatus: 200,
      body: {
        checks: {
          budget: { status: 'degraded', reason: expect.stringContaining('the calls of the day are spent') },
        },
      },
    });

    await using scoped = await startHarness({
      emulator: { tokens: new Map([['uploader', ['api:crm:upload']]]) },
      gong: { credentials: { kind: 'bearer', token: 'uploader' } },
    });
    expect(await ready(scoped.url)).toMatchObject({
      httpStatus: 200,
      body: {
        checks: { credentials: { status: 'degraded', reason: expect.stringContaining('may not list') } },
      },
    });
  });

  test('stays ready, but degraded, while Redis is unavailable', async () => {
    await using harness = await startHarness({ gateway: { redis: { status: 'reconnecting' } } });
    expect(await ready(harness.url)).toMatchObject({
      httpStatus: 200,
      body: { checks: { redis: { status: 'degraded' } } },
    });
  });

  test('is not ready while the first call is pending, and does not keep the probe waiting', async () => {
    await using upstream = await startUpstream(() => undefined);
    await using harness = await startHarness({ gong: { baseUrl: upstream.url, timeoutMs: 3_000 } });
    const { httpStatus, body } = await ready(harness.url);
    expect(httpStatus).toBe(503);
    expect(body).toMatchObject({
      status: 'not ready',
      checks: { credentials: { reason: expect.stringContaining('not checked yet') } },
    });
    expect((await fetch(`${harness.url}/health`)).status).toBe(200);
  });
});
