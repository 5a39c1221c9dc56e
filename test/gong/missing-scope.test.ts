import { describe, expect, test } from 'vitest';
import type { GatewayError } from '../../src/errors.js';
import { createReadiness } from '../../src/server/http/readiness.js';
import { startHarness } from '../support/harness.js';
import { metric } from '../telemetry/metrics-text.js';
import { outcome, STRANGER, startPassing } from '../tenants/passing.js';
import { json, startClient, startUpstream } from './upstream.js';

/*
 * Credentials that Gong accepts, but which lack a scope (reference, section 7).
 */

const SCOPE = 'api:crm:integrations:read';
const said = (scope: string) => `You don't have permission to use '${scope}' in your app.`;
const lacking = (scope: string) => ({ requestId: 'ref-1', errors: [said(scope)] });

const INTEGRATIONS = '{ integrations { id } }';

describe('a missing scope', () => {
  test.each([401, 403])('is told by its name (status %i), and opens no breaker', async (status) => {
    await using upstream = await startUpstream((_call, response) => json(response, status, lacking(SCOPE)));
    await using harness = await startHarness({ gong: { baseUrl: upstream.url } });
    for (let call = 0; call < 7; call += 1) {
      const { errors } = await harness.query(INTEGRATIONS);
      expect(errors).toMatchObject([
        {
          message: expect.stringContaining(`lack the scope ${SCOPE}`),
          extensions: {
            code: 'UPSTREAM_FORBIDDEN',
            retryable: false,
            scope: SCOPE,
            upstream: { status, requestId: 'ref-1', errors: [said(SCOPE)] },
          },
        },
      ]);
    }
    expect(upstream.calls).toHaveLength(7);
    expect(await metric(harness, 'gateway_upstream_breaker_state')).toBe(0);
    const calls = (code: string) => metric(harness, 'gateway_upstream_calls_total', { code });
    expect([await calls('UPSTREAM_FORBIDDEN'), await calls('UPSTREAM_UNAUTHENTICATED')]).toEqual([
      7,
      undefined,
    ]);
  });

  test('is logged as a missing scope', async () => {
    await using upstream = await startUpstream((_call, response) => json(response, 401, lacking(SCOPE)));
    await using gong = startClient(upstream.url);
    await gong.client.listIntegrations().catch(() => undefined);
    const [line = ''] = gong.log;
    expect(JSON.parse(line)).toMatchObject({ code: 'UPSTREAM_FORBIDDEN', missingScope: SCOPE, status: 401 });
    expect(line).not.toContain('refused');
  });

  test('does not renew the token, while refused credentials do', async () => {
    let answer: object = lacking(SCOPE);
    let renewals = 0;
    await using upstream = await startUpstream((call, response) => {
      if (call.method === 'GET') return json(response, 401, answer);
      const token = { access_token: `access-${++renewals}`, refresh_token: 'refresh-1', expires_in: 86_400 };
      return json(response, 200, token);
    });
    const tokenUrl = `${upstream.url}/token`;
    const credentials = { clientId: 'app', clientSecret: 'canary', refreshToken: 'refresh-0', tokenUrl };
    await using gong = startClient(upstream.url, { credentials: { kind: 'oauth', ...credentials } });
    const codes: string[] = [];
    const ask = () =>
      gong.client.listIntegrations().catch((error: GatewayError) => void codes.push(error.code));
    for (let call = 0; call < 3; call += 1) await ask();
    expect(renewals).toBe(1);
    answer = { requestId: 'r', errors: ['The access token could not be validated'] };
    for (let call = 0; call < 2; call += 1) await ask();
    expect(renewals).toBe(2);
    expect(codes).toEqual([
      ...Array(3).fill('UPSTREAM_FORBIDDEN'),
      ...Array(2).fill('UPSTREAM_UNAUTHENTICATED'),
    ]);
  });

  test('leaves the gateway ready, and /ready names the scope', async () => {
    await using upstream = await startUpstream((_call, response) => json(response, 401, lacking(SCOPE)));
    await using gong = startClient(upstream.url);
    const { ready, checks } = await createReadiness({ gong: gong.client }).check();
    expect(ready).toBe(true);
    expect(checks.credentials).toMatchObject({ status: 'degraded', reason: expect.stringContaining(SCOPE) });
  });

  test('admits the caller who brings the credentials, since Gong accepts them', async () => {
    const scope = 'api:crm:upload';
    await using passing = await startPassing({}, ({ what, authorization }) => {
      if (what !== 'request-status') return undefined;
      if (authorization === STRANGER) return { status: 401, body: '{"requestId":"r","errors":["unknown"]}' };
      return { status: 401, body: JSON.stringify(lacking(scope)) };
    });
    const file = (authorization: string) =>
      fetch(`${passing.harness.url}/upload/STAGE?integrationId=1`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', authorization },
        body: '{"objectId":"a1"}\n',
      });
    // The file was read and rejected.
    expect((await file('Bearer token-without-scope')).status).toBe(422);
    const stranger = await file(STRANGER);
    expect(await stranger.json()).toMatchObject({
      errors: [{ extensions: { code: 'UPSTREAM_UNAUTHENTICATED' } }],
    });
  });
});

describe('a network address that Gong does not trust', () => {
  const refusal = { requestId: 'ref-1', errors: ['Access is denied'] };

  test('is reported as such, and admits no caller', async () => {
    await using passing = await startPassing({}, () => ({ status: 403, body: JSON.stringify(refusal) }));
    const authorization = 'Bearer any-token-1a2b3c';
    const { errors } = await passing.harness.as({ authorization }).query(INTEGRATIONS);
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('does not accept calls from this network address'),
        extensions: { code: 'UPSTREAM_FORBIDDEN', retryable: false },
      },
    ]);
    expect(errors[0]?.extensions.scope).toBeUndefined();
    const { status } = await fetch(`${passing.harness.url}/upload/STAGE?integrationId=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', authorization },
      body: '{}',
    });
    expect(status).toBe(502);
    expect(await outcome(passing.harness, authorization)).toBe('UPSTREAM_FORBIDDEN');
  });

  test('makes the gateway unready, since another replica may have another address', async () => {
    await using upstream = await startUpstream((_call, response) => json(response, 403, refusal));
    await using gong = startClient(upstream.url);
    expect(await createReadiness({ gong: gong.client }).check()).toMatchObject({
      ready: false,
      checks: {
        credentials: { status: 'failed', reason: expect.stringContaining('this network address') },
      },
    });
  });
});
