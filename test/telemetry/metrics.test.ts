import { describe, expect, test } from 'vitest';
import { openSocket, registerAndUpload, WATCH } from '../clients/clients.js';
import { account, registerAcme } from '../support/acme.js';
import { startHarness } from '../support/harness.js';
import { startProxy } from '../support/proxy.js';
import { READER, STRANGER, startPassing } from '../tenants/passing.js';
import { startShared } from '../writes/lists/support.js';
import { metric, parseMetrics } from './metrics-text.js';

const DEALS = 'query Deals { crmObjects(objectType: DEAL, ids: ["a", "b", "c"]) { objectId } }';
const LIST = { operation: 'listIntegrations' };

describe('/metrics', () => {
  test('counts operations by type, name and outcome, and times them', async () => {
    await using harness = await startHarness();
    await registerAcme(harness);
    await harness.query(DEALS);
    await harness.query('query Wrong { nothing }');
    await harness.query('{');
    const labels = { type: 'query', name: 'Deals' };
    expect(await metric(harness, 'gateway_operations_total', { ...labels, outcome: 'OK' })).toBe(1);
    expect(await metric(harness, 'gateway_operation_duration_seconds_count', labels)).toBe(1);
    for (const outcome of ['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED']) {
      const failed = { type: 'unknown', name: '', outcome };
      expect(await metric(harness, 'gateway_operations_total', failed), outcome).toBe(1);
    }
  });

  test('counts calls to Gong, how long they waited, batches and the objects in them', async () => {
    await using harness = await startHarness({ gong: { callsPerSecond: 100, callsPerDay: 5_000 } });
    await registerAcme(harness);
    await harness.query(DEALS);
    const operation = 'getObjects';
    expect(await metric(harness, 'gateway_upstream_calls_total', { operation, status: '200' })).toBe(1);
    expect(await metric(harness, 'gateway_upstream_call_duration_seconds_count', { operation })).toBe(1);
    const deals = { object_type: 'DEAL' };
    expect(await metric(harness, 'gateway_batch_objects_sum', deals)).toBe(3);
    expect(await metric(harness, 'gateway_batch_objects_count', deals)).toBe(1);
    const waits = await metric(harness, 'gateway_budget_wait_seconds_count', { priority: 'interactive' });
    expect(waits).toBeGreaterThan(0);
    expect(await metric(harness, 'gateway_budget_queue_length', { priority: 'poll' })).toBe(0);
    const day = { window: 'day' };
    expect(await metric(harness, 'gateway_budget_calls_limit', day)).toBe(5_000);
    expect(await metric(harness, 'gateway_budget_calls_left', day)).toBe(5_000 - harness.calls.length);
    expect(await metric(harness, 'gateway_budget_calls_left', { window: 'second' })).toBeLessThanOrEqual(100);
    expect(await metric(harness, 'gateway_redis_up')).toBeUndefined();
  });

  test('counts repeats, and shows the state of the breaker', async () => {
    await using dead = await startHarness({
      gong: { baseUrl: 'http://127.0.0.1:9', breakerOpenMs: 600_000 },
    });
    expect(await metric(dead, 'gateway_upstream_breaker_state')).toBe(0);
    for (let call = 0; call < 5; call += 1) await dead.query('{ integrations { id } }');
    expect(await metric(dead, 'gateway_upstream_calls_total', { ...LIST, status: 'none' })).toBe(5);
    expect(await metric(dead, 'gateway_upstream_breaker_state')).toBe(2);

    let emulatorUrl = '';
    let faults = 1;
    await using proxy = await startProxy(
      () => emulatorUrl,
      () => (faults-- > 0 ? { status: 503, body: '{}' } : undefined),
    );
    await using repeating = await startHarness({ gong: { baseUrl: proxy.url } });
    emulatorUrl = repeating.emulatorUrl;
    await repeating.query('{ integrations { id } }');
    expect(await metric(repeating, 'gateway_upstream_retries_total', LIST)).toBe(1);
  });

  test('counts subscribers by transport while they are subscribed', async () => {
    await using harness = await startHarness({ emulator: { processingMs: 60_000 } });
    await registerAndUpload(harness, 'watched');
    const subscribe = { query: WATCH, variables: { id: 'watched' } };
    const websocket = { transport: 'websocket' };
    await using client = await openSocket(harness.url);
    client.send({ type: 'connection_init' });
    await client.message();
    expect(await metric(harness, 'gateway_stream_connections', websocket)).toBe(1);
    client.send({ type: 'subscribe', id: '1', payload: subscribe });
    await client.message();
    expect(await metric(harness, 'gateway_subscribers', websocket)).toBe(1);
    expect(await metric(harness, 'gateway_watched_requests')).toBe(1);
    const subscriptions = { type: 'subscription', outcome: 'OK' };
    expect(await metric(harness, 'gateway_operations_total', subscriptions)).toBe(1);
    client.socket.close();
    await client.closed();
    await expect.poll(() => metric(harness, 'gateway_subscribers', websocket)).toBe(0);
    await expect.poll(() => metric(harness, 'gateway_stream_connections', websocket)).toBe(0);
    expect(await metric(harness, 'gateway_watched_requests')).toBe(0);

    const sse = { transport: 'sse' };
    const gone = new AbortController();
    const response = await fetch(`${harness.url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify(subscribe),
      signal: gone.signal,
    });
    await response.body?.getReader().read();
    expect(await metric(harness, 'gateway_subscribers', sse)).toBe(1);
    gone.abort();
    await expect.poll(() => metric(harness, 'gateway_subscribers', sse)).toBe(0);
    await expect.poll(() => metric(harness, 'gateway_stream_connections', sse)).toBe(0);
  });

  test('counts files by outcome, and their bytes', async () => {
    await using harness = await startHarness();
    await registerAcme(harness);
    const post = (path: string, body: string) =>
      fetch(`${harness.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body,
      });
    const stage = { objectId: 's1', modifiedDate: '2024-03-01T12:00:00Z', name: 'S' };
    const line = JSON.stringify({ ...stage, isActive: true, sortOrder: 1 });
    expect((await post('/upload/STAGE', line)).status).toBe(202);
    expect((await post('/upload/STAGE', '{}')).status).toBe(422);
    expect((await post('/validate/STAGE', line)).status).toBe(200);
    const stages = { object_type: 'STAGE' };
    // One by POST /upload, one by registerAcme's mutation.
    expect(await metric(harness, 'gateway_upload_files_total', { ...stages, outcome: 'ACCEPTED' })).toBe(2);
    expect(await metric(harness, 'gateway_upload_files_total', { ...stages, outcome: 'REJECTED' })).toBe(1);
    expect(await metric(harness, 'gateway_upload_files_total', { ...stages, outcome: 'CHECKED' })).toBe(1);
    expect(await metric(harness, 'gateway_upload_bytes_total', stages)).toBe(2 * line.length + 2);
  });

  test('counts the lists that shared an upload', async () => {
    await using shared = await startShared();
    const free = shared.keepBusy();
    const lists = ['a1', 'a2', 'a3'].map((id) => shared.upload(shared.ann, [account(id)]));
    await shared.haveBegun(3);
    free();
    await Promise.all(lists);
    await shared.upload(shared.bob, [account('a4')], 'alone');
    const accounts = { object_type: 'ACCOUNT' };
    expect(await metric(shared.harness, 'gateway_upload_lists_count', accounts)).toBe(1);
    expect(await metric(shared.harness, 'gateway_upload_lists_sum', accounts)).toBe(3);
  });

  test('stays of bounded size, whatever names callers give their operations', async () => {
    await using harness = await startHarness();
    for (let index = 0; index < 150; index += 1) await harness.query(`query Name${index} { __typename }`);
    await harness.query(`query ${'x'.repeat(1_000)} { __typename }`);
    const text = await (await fetch(`${harness.url}/metrics`)).text();
    // A single caller may add only four fifths, so that names are left for others.
    expect(parseMetrics(text).filter(({ name }) => name === 'gateway_operations_total')).toHaveLength(81);
    expect(await metric(harness, 'gateway_operations_total', { name: 'other' })).toBe(71);
  });

  test('has no operation name from an unauthenticated caller over any transport, but those of authenticated callers', async () => {
    await using passing = await startPassing();
    const { harness } = passing;
    const stranger = harness.as({ authorization: STRANGER });
    for (let index = 0; index < 110; index += 1) await stranger.query(`query Made${index} { __typename }`);
    const known = harness.as({ authorization: READER });
    await known.query('query Unproven { __typename }');
    await known.query('query List { integrations { id } }');
    const count = (name: string) => metric(harness, 'gateway_operations_total', { name });
    expect([await count('Made0'), await count('Unproven')]).toEqual([undefined, undefined]);
    expect([await count('other'), await count('List')]).toEqual([111, 1]);
  });

  test('does not exist where it is turned off', async () => {
    await using harness = await startHarness({ gateway: { metrics: undefined } });
    expect((await fetch(`${harness.url}/metrics`)).status).toBe(404);
  });
});
