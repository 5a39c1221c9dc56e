import { describe, expect, it } from 'vitest';
import { RETRY_TABLE } from '../../src/gong/retry-table.js';
import type { GongClient } from '../../src/gong/types.js';
import { INTEGRATION, json, type ReceivedCall, startClient, startUpstream } from './upstream.js';

const FILE = { integrationId: INTEGRATION, clientRequestId: 'once', file: new Blob(['{"objectId":"1"}\n']) };
const list = (client: GongClient) => client.listIntegrations();
const upload = (client: GongClient) => client.uploadObjects('ACCOUNT', FILE);
const EMPTY = { requestId: 'r', integrations: [] };

const paths = (calls: readonly ReceivedCall[]) => calls.map(({ method, url }) => `${method} ${url.pathname}`);
const POST = 'POST /v2/crm/entities';
const ASK = 'GET /v2/crm/request-status';

/** Accepts a `clientRequestId` once and knows the status of what it accepted, as Gong does. */
function startAcceptingGong(loseAnswer: (accepted: number, tries: number) => 'before' | 'after' | 'never') {
  const accepted: string[] = [];
  let tries = 0;
  const upstream = startUpstream((call, response, request) => {
    const id = call.url.searchParams.get('clientRequestId') ?? '';
    const known = accepted.includes(id);
    if (call.method === 'GET') {
      if (known) return json(response, 200, { requestId: 'r', status: 'PENDING' });
      return json(response, 404, { requestId: 'r', errors: ['unknown'] });
    }
    const lose = loseAnswer(accepted.length, ++tries);
    if (lose === 'before') return request.socket.resetAndDestroy();
    if (!known) accepted.push(id);
    if (lose === 'after') return request.socket.resetAndDestroy();
    if (known) return json(response, 409, { requestId: 'r', errors: ['used before'] });
    return json(response, 201, { requestId: 'r', clientRequestId: id });
  });
  return { accepted, upstream };
}

describe('reads', () => {
  it.each([500, 502, 503, 504])('are repeated after a %i, and succeed', async (status) => {
    await using upstream = await startUpstream((_call, response) =>
      upstream.calls.length < 3
        ? json(response, status, { requestId: 'r', errors: [] })
        : json(response, 200, EMPTY),
    );
    await using gong = startClient(upstream.url);
    expect(await list(gong.client)).toEqual([]);
    expect(gong.attempts.map((call) => call.status)).toEqual([status, status, 200]);
  });

  it('fail after two repeats, with Gong’s error', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 500, { requestId: 'ref-1', errors: ['It broke.'] }),
    );
    await using gong = startClient(upstream.url);
    await expect(list(gong.client)).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      extensions: { retryable: true, upstream: { status: 500, requestId: 'ref-1', errors: ['It broke.'] } },
    });
    expect(upstream.calls).toHaveLength(3);
  });

  it('are repeated when the connection is reset within the answer', async () => {
    await using upstream = await startUpstream((_call, response, request) => {
      if (upstream.calls.length > 1) return json(response, 200, EMPTY);
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"integr', () => setImmediate(() => request.socket.resetAndDestroy()));
    });
    await using gong = startClient(upstream.url);
    expect(await list(gong.client)).toEqual([]);
    expect(upstream.calls).toHaveLength(2);
  });

  it('wait as long as a 503 asks for', async () => {
    await using upstream = await startUpstream((_call, response) =>
      upstream.calls.length > 1
        ? json(response, 200, EMPTY)
        : json(response, 503, { requestId: 'r', errors: [] }, { 'retry-after': '1' }),
    );
    await using gong = startClient(upstream.url);
    await list(gong.client);
    const [first = 0, second = 0] = upstream.calls.map((call) => call.arrivedAt);
    expect(second - first).toBeGreaterThanOrEqual(990);
  });

  it('are not repeated if the pause would exceed the call’s timeout', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 503, { requestId: 'r', errors: [] }, { 'retry-after': '60' }),
    );
    await using gong = startClient(upstream.url);
    await expect(list(gong.client)).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      extensions: { retryAfterSeconds: 60 },
    });
    expect(upstream.calls).toHaveLength(1);
  });
});

describe('writes', () => {
  it('whose answer was lost succeed if Gong knows their request', async () => {
    const { accepted, upstream: starting } = startAcceptingGong((_accepted, tries) =>
      tries === 1 ? 'after' : 'never',
    );
    await using upstream = await starting;
    await using gong = startClient(upstream.url);
    await upload(gong.client);
    expect(paths(upstream.calls)).toEqual([POST, ASK]);
    expect(accepted).toEqual(['once']);
  });

  it('that never arrived are sent again under the same id', async () => {
    const { accepted, upstream: starting } = startAcceptingGong((_accepted, tries) =>
      tries === 1 ? 'before' : 'never',
    );
    await using upstream = await starting;
    await using gong = startClient(upstream.url);
    await upload(gong.client);
    expect(paths(upstream.calls)).toEqual([POST, ASK, POST]);
    expect(accepted).toEqual(['once']);
  });

  it('succeed when the repeat is answered with a conflict, since the first attempt had arrived', async () => {
    let asked = 0;
    await using upstream = await startUpstream((call, response, request) => {
      if (call.method === 'GET') return json(response, 404, { requestId: 'r', errors: ['not yet'] });
      if (++asked === 1) return request.socket.resetAndDestroy();
      return json(response, 409, { requestId: 'r', errors: ['used before'] });
    });
    await using gong = startClient(upstream.url);
    await upload(gong.client);
    expect(paths(upstream.calls)).toEqual([POST, ASK, POST]);
  });

  it('that are answered with a conflict at the first attempt fail with it', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 409, { requestId: 'r', errors: ['used before'] }),
    );
    await using gong = startClient(upstream.url);
    await expect(upload(gong.client)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(upstream.calls).toHaveLength(1);
  });

  it('fail with the first error when it stays unknown whether they arrived', async () => {
    await using upstream = await startUpstream((call, response) =>
      json(response, call.method === 'GET' ? 403 : 502, { requestId: call.method, errors: [] }),
    );
    await using gong = startClient(upstream.url);
    await expect(upload(gong.client)).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      extensions: { upstream: { status: 502, requestId: 'POST' } },
    });
    expect(paths(upstream.calls)).toEqual([POST, ASK]);
  });

  it.each([
    ['accepted', 'after'],
    ['lost', 'before'],
  ] as const)('are accepted once each when half of them are %s without an answer', async (_name, lose) => {
    const { accepted, upstream: starting } = startAcceptingGong((_accepted, tries) =>
      tries % 2 === 1 ? lose : 'never',
    );
    await using upstream = await starting;
    await using gong = startClient(upstream.url);
    const ids = ['a', 'b', 'c', 'd'];
    for (const clientRequestId of ids) {
      await gong.client.deleteIntegration(INTEGRATION, clientRequestId);
      await gong.client.uploadObjects('DEAL', { ...FILE, clientRequestId: `${clientRequestId}-up` });
    }
    expect(accepted).toEqual(ids.flatMap((id) => [id, `${id}-up`]));
  });

  it('that register an integration look for it and are never sent again', async () => {
    let registered = false;
    await using upstream = await startUpstream((call, response, request) => {
      if (call.method === 'PUT') {
        request.socket.resetAndDestroy();
        return;
      }
      const integrations = registered
        ? [{ integrationId: INTEGRATION, name: 'Acme', ownerEmail: 'a@acme.com' }]
        : [];
      json(response, 200, { requestId: 'r', integrations });
    });
    await using gong = startClient(upstream.url);
    const register = () => gong.client.registerIntegration({ name: 'Acme', ownerEmail: 'a@acme.com' });
    await expect(register()).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    registered = true;
    expect(await register()).toBe(INTEGRATION);
    expect(paths(upstream.calls)).toEqual(
      [1, 2].flatMap(() => ['PUT /v2/crm/integrations', 'GET /v2/crm/integrations']),
    );
  });

  it('that push a schema are sent again, since a push is idempotent', async () => {
    await using upstream = await startUpstream((_call, response) =>
      upstream.calls.length > 1
        ? json(response, 201, { requestId: 'r' })
        : json(response, 502, { requestId: 'r', errors: [] }),
    );
    await using gong = startClient(upstream.url);
    await gong.client.pushSchema(INTEGRATION, 'DEAL', [{ uniqueName: 'a', label: 'A', type: 'STRING' }]);
    expect(new Set(upstream.calls.map(({ body }) => body.toString())).size).toBe(1);
    expect(upstream.calls).toHaveLength(2);
  });

  it('have a reason for their kind of repetition in the table', () => {
    const reasons = Object.values(RETRY_TABLE).map(({ why }) => why);
    expect(reasons).toHaveLength(10);
    expect(reasons.every((why) => why.length > 5)).toBe(true);
  });
});

describe('an outage of Gong', () => {
  it('opens the breaker after five failures in a row; a single call probes, and its success closes the breaker', async () => {
    let failing = true;
    await using upstream = await startUpstream((_call, response) =>
      failing ? json(response, 500, { requestId: 'r', errors: [] }) : json(response, 200, EMPTY),
    );
    await using gong = startClient(upstream.url, { breakerOpenMs: 900 });
    await expect(list(gong.client)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    await expect(list(gong.client)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(upstream.calls).toHaveLength(5);
    await expect(list(gong.client)).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      extensions: { retryAfterSeconds: 1, retryable: true },
    });
    expect(upstream.calls).toHaveLength(5);

    const nextProbe = async () => {
      const before = upstream.calls.length;
      while (upstream.calls.length === before) {
        await list(gong.client).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return upstream.calls.length - before;
    };
    expect(await nextProbe()).toBe(1);
    await expect(list(gong.client)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    failing = false;
    expect(await nextProbe()).toBe(1);
    expect(await list(gong.client)).toEqual([]);
    expect(gong.log.filter((line) => line.includes('Gong is back'))).toHaveLength(1);
  });

  it('lets one call through as a probe, and refuses the others meanwhile', async () => {
    let hang: (() => void) | undefined;
    await using upstream = await startUpstream(async (_call, response) => {
      if (upstream.calls.length <= 5) return json(response, 504, { requestId: 'r', errors: [] });
      await new Promise<void>((resolve) => {
        hang = resolve;
      });
      json(response, 200, EMPTY);
    });
    await using gong = startClient(upstream.url, { breakerOpenMs: 900 });
    for (const _ of [1, 2]) await list(gong.client).catch(() => undefined);
    expect(upstream.calls).toHaveLength(5);
    await new Promise((resolve) => setTimeout(resolve, 950));
    const probe = list(gong.client);
    while (hang === undefined) await new Promise(setImmediate);
    await expect(list(gong.client)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    hang();
    await probe;
    expect(upstream.calls).toHaveLength(6);
  });

  it('is not assumed when Gong answers and refuses', async () => {
    for (const status of [400, 404, 409]) {
      await using upstream = await startUpstream((_call, response) =>
        json(response, status, { requestId: 'r', errors: ['no'] }),
      );
      await using gong = startClient(upstream.url);
      for (let call = 0; call < 7; call++) await list(gong.client).catch(() => undefined);
      expect(upstream.calls).toHaveLength(7);
    }
  });

  it('causes less than a fifth more attempts, through repeats, when Gong answers 500', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 500, { requestId: 'r', errors: [] }),
    );
    // The breaker reopens at once, so that it takes no part.
    await using gong = startClient(upstream.url, { breakerOpenMs: 1 });
    const first = () => gong.attempts.filter(({ attempt }) => attempt === 1).length;
    while (first() < 100) {
      await list(gong.client).catch(() => undefined);
      await new Promise(setImmediate);
    }
    expect(1 - first() / gong.attempts.length).toBeLessThan(0.2);
  });

  it('causes less than a fifth more attempts, through repeats, when Gong answers 429', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 429, { requestId: 'r', errors: [] }),
    );
    await using gong = startClient(upstream.url);
    await Promise.allSettled(Array.from({ length: 100 }, () => list(gong.client)));
    const repeats = gong.attempts.filter(({ attempt }) => attempt > 1).length;
    expect(repeats).toBeGreaterThan(0);
    expect(repeats / gong.attempts.length).toBeLessThan(0.2);
  });
});
