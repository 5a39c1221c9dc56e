import { createClient as createUrql, fetchExchange } from '@urql/core';
import { createClient as createSse } from 'graphql-sse';
import { expect, test } from 'vitest';
import {
  RequestStatusChangedDocument,
  type RequestStatusChangedSubscription,
} from '../../../client/src/generated/graphql.js';
import { makeApiKey } from '../../../src/auth/api-keys.js';
import { beginUpload, nexts, registerAndUpload, WATCH } from '../../clients/clients.js';
import { registerAcme } from '../../support/acme.js';
import { type Harness, startHarness } from '../../support/harness.js';

/* Subscriptions at `/graphql`, where queries go. */

const QUERY = '{ integrations { name } }';
const EVENTS = 'text/event-stream';
/** The Accept header of urql. */
const ALL =
  'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed';

const post = (harness: Harness, body: object, headers: Readonly<Record<string, string>>) =>
  fetch(`${harness.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const watch = { query: WATCH, variables: { id: 'up-1' } };

test.each([EVENTS, ALL])('a subscription is answered with events where Accept is %s', async (accept) => {
  await using harness = await startHarness();
  await registerAndUpload(harness, 'up-1');
  const answer = await post(harness, watch, { accept });
  expect(answer.headers.get('content-type')).toContain(EVENTS);
  const text = await answer.text();
  expect(nexts(text).at(-1)).toMatchObject({ data: { requestStatusChanged: { status: 'DONE' } } });
  expect(text.endsWith('event: complete\ndata: \n\n')).toBe(true);
  const search = new URLSearchParams({ query: WATCH, variables: '{"id":"up-1"}' });
  // As EventSource does.
  const byGet = await fetch(`${harness.url}/graphql?${search}`, { headers: { accept } });
  expect(nexts(await byGet.text())).toHaveLength(1);
});

test('a query is answered with an event only if the client accepts nothing else', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  const data = { integrations: [{ name: 'Acme CRM' }] };
  expect(nexts(await (await post(harness, { query: QUERY }, { accept: EVENTS })).text())).toEqual([{ data }]);
  for (const accept of [ALL, `${EVENTS}, */*`, 'application/json', '*/*']) {
    const answer = await post(harness, { query: QUERY }, { accept });
    expect(answer.headers.get('content-type'), accept).toMatch(/^application\/(json|graphql-response\+json)/);
    expect(await answer.json()).toEqual({ data });
  }
  const form = new FormData();
  form.set('operations', JSON.stringify({ query: QUERY }));
  form.set('map', '{}');
  const headers = { accept: EVENTS, 'apollo-require-preflight': 'true' };
  const answer = await fetch(`${harness.url}/graphql`, { method: 'POST', headers, body: form });
  expect(answer.status).toBe(406);
});

test.each([
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'multipart/mixed, application/json',
])(
  'a subscription that accepts %s is told how to subscribe, and nothing is logged as an error',
  async (accept) => {
    const lines: string[] = [];
    await using harness = await startHarness({ log: { write: (line: string) => lines.push(line) } });
    const answer = await post(harness, watch, { accept });
    expect(answer.status).toBe(406);
    const { data, errors } = (await answer.json()) as { data?: unknown; errors: Record<string, unknown>[] };
    expect(data).toBeUndefined();
    expect(errors).toEqual([
      { message: expect.any(String), extensions: { code: 'BAD_REQUEST', retryable: false } },
    ]);
    for (const way of ['WebSocket', 'text/event-stream']) expect(errors[0]?.message).toContain(way);
    expect(lines.filter((line) => /"level":"?(error|fatal|[56]0)/.test(line))).toEqual([]);
    expect(lines.some((line) => line.includes('BAD_REQUEST'))).toBe(true);
  },
);

test('errors of a subscription are JSON for a client that accepts it, and an event for one that does not', async () => {
  await using harness = await startHarness();
  const bad = { query: WATCH, variables: { id: 5.5 } };
  const problems = [{ path: ['clientRequestId'], code: 'WRONG_TYPE' }];
  const expected = { errors: [{ extensions: { code: 'BAD_USER_INPUT', problems } }] };
  expect(await (await post(harness, bad, { accept: ALL })).json()).toMatchObject(expected);
  expect(nexts(await (await post(harness, bad, { accept: EVENTS })).text())).toMatchObject([expected]);
});

test('limits and checks of origins and callers are those of event streams', async () => {
  const reader = makeApiKey('reader', ['api:crm:get-objects']);
  const uploader = makeApiKey('uploader', ['api:crm:upload', 'api:crm:integration:register']);
  await using harness = await startHarness({
    emulator: { processingMs: 60_000 },
    streams: { maxConnectionsPerCaller: 1 },
    gateway: { auth: { mode: 'api-key', keys: [reader.kept, uploader.kept] }, production: true },
  });
  const as = (key: string, more = {}) => ({ accept: EVENTS, authorization: `Bearer ${key}`, ...more });
  await registerAndUpload(harness.as({ authorization: `Bearer ${uploader.key}` }), 'up-1');

  expect((await post(harness, watch, { accept: EVENTS })).status).toBe(401);
  const foreign = await post(harness, watch, as(uploader.key, { origin: 'https://evil.example.com' }));
  expect(foreign.status).toBe(403);
  const unscoped = await post(harness, watch, as(reader.key));
  expect(nexts(await unscoped.text())).toMatchObject([{ errors: [{ extensions: { code: 'FORBIDDEN' } }] }]);

  const first = await post(harness, watch, as(uploader.key));
  expect(first.status).toBe(200);
  expect((await post(harness, watch, as(uploader.key))).status).toBe(429);
  // A query that is answered with JSON is not counted as a stream.
  const beside = await post(harness, { query: '{ __typename }' }, { ...as(uploader.key), accept: ALL });
  expect(beside.status).toBe(200);
  await first.body?.cancel();
});

test('clients with one URL follow an upload to its end: graphql-sse, and urql with its fetchExchange', async () => {
  await using harness = await startHarness({ emulator: { processingMs: 60 } });
  await registerAcme(harness);
  await beginUpload(harness, 'up-1');
  const url = `${harness.url}/graphql`;
  const text = RequestStatusChangedDocument.toString();
  const variables = { clientRequestId: 'up-1' };

  const sse = createSse({ url, retryAttempts: 0 });
  const states: (string | undefined)[] = [];
  for await (const { data } of sse.iterate<RequestStatusChangedSubscription>({ query: text, variables }))
    states.push(data?.requestStatusChanged.status);
  expect(states.at(-1)).toBe('DONE');
  sse.dispose();

  const urql = createUrql({
    url,
    preferGetMethod: false,
    exchanges: [fetchExchange],
    fetchSubscriptions: true,
  });
  const last = await new Promise((resolve, reject) => {
    urql.subscription<RequestStatusChangedSubscription>(text, variables).subscribe(({ data, error }) => {
      if (error !== undefined) reject(error);
      if (data?.requestStatusChanged.isFinal) resolve(data.requestStatusChanged.status);
    });
  });
  expect(last).toBe('DONE');
});
