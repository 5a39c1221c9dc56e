import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import {
  events,
  nexts,
  openGreeted,
  openSocket,
  refusalOf,
  registerAndUpload,
  socketUrl,
  WATCH,
} from '../../clients/clients.js';
import { registerAcme } from '../../support/acme.js';
import { startHarness } from '../../support/harness.js';

const SLOW = { emulator: { processingMs: 60_000 } };
const subscribe = (id: string, query = WATCH, variables: object = { id: 'up-1' }) => ({
  id,
  type: 'subscribe',
  payload: { query, variables },
});

describe('a socket that violates the protocol is closed with the matching code', () => {
  test('4408: no connection_init in time', async () => {
    await using harness = await startHarness({ streams: { initTimeoutMs: 30 } });
    await using bare = await openSocket(harness.url);
    expect(await bare.closed()).toBe(4408);
  });

  test.each([
    [4401, 'subscribe before the acknowledgement', [subscribe('1')]],
    [4429, 'a second connection_init', [{ type: 'connection_init' }, { type: 'connection_init' }]],
    [4400, 'an unknown type', [{ type: 'connection_init' }, { type: 'shout' }]],
    [4400, 'bad JSON', [{ type: 'connection_init' }, '{"type":']],
    [1003, 'binary', [Buffer.from('{"type":"connection_init"}')]],
    [1009, 'a message of more than 64 KiB', ['x'.repeat(65_537)]],
    [1008, 'a flood', Array.from({ length: 1_000 }, () => ({ type: 'ping' }))],
  ])('%d: %s', async (code, _what, messages) => {
    await using harness = await startHarness();
    await using bare = await openSocket(harness.url);
    for (const message of messages) bare.send(message);
    expect(await bare.closed()).toBe(code);
  });

  test('4409: an id that is taken', async () => {
    await using harness = await startHarness(SLOW);
    await registerAndUpload(harness, 'up-1');
    await using bare = await openGreeted(harness.url);
    bare.send(subscribe('1'));
    expect(await bare.message()).toMatchObject({ type: 'next', id: '1' });
    bare.send(subscribe('1'));
    expect(await bare.closed()).toBe(4409);
  });

  test('4406: another protocol', async () => {
    await using harness = await startHarness();
    await expect(openSocket(harness.url, {}, 'graphql-ws')).rejects.toThrow('no subprotocol');
  });
});

/** [what, query, variables, code]: the same over both transports. */
const BAD_OPERATIONS = [
  ['a syntax error', 'subscription {', {}, 'GRAPHQL_PARSE_FAILED'],
  ['a field that does not exist', 'subscription { nothing }', {}, 'GRAPHQL_VALIDATION_FAILED'],
  ['too many tokens', `{ ${'a: __typename '.repeat(400)} }`, {}, 'GRAPHQL_PARSE_FAILED'],
  ['a variable that is missing', WATCH, {}, 'BAD_USER_INPUT'],
  ['an argument that breaks its rule', WATCH, { id: 'a b' }, 'BAD_USER_INPUT'],
  ['a number that JSON.parse has rounded', WATCH, { id: 2 ** 60 }, 'BAD_USER_INPUT'],
  ['a request that Gong does not know', WATCH, { id: 'nobody' }, 'NOT_FOUND'],
] as const;

test('bad operations have errors of the catalogue over a WebSocket, which stays open for the next', async () => {
  await using harness = await startHarness(SLOW);
  await registerAndUpload(harness, 'up-1');
  await using bare = await openGreeted(harness.url);
  for (const [what, query, variables, code] of BAD_OPERATIONS) {
    bare.send(subscribe(what, query, variables));
    const message = await bare.message();
    const errors =
      message.type === 'error' ? message.payload : (message.payload as { errors: unknown }).errors;
    expect(errors, what).toMatchObject([{ extensions: { code } }]);
    if (message.type === 'next') expect(await bare.message()).toEqual({ type: 'complete', id: what });
  }
  bare.send(subscribe('good'));
  expect(await bare.message()).toMatchObject({
    type: 'next',
    id: 'good',
    payload: { data: { requestStatusChanged: { status: 'PENDING' } } },
  });
});

test('bad operations have the same errors as events, and then the stream completes', async () => {
  await using harness = await startHarness(SLOW);
  await registerAndUpload(harness, 'up-1');
  for (const [what, query, variables, code] of BAD_OPERATIONS) {
    const text = await events(harness.url, { query, variables });
    expect(nexts(text), what).toMatchObject([{ errors: [{ extensions: { code } }] }]);
    expect(text.endsWith('event: complete\ndata: \n\n'), what).toBe(true);
  }
});

test('queries and mutations run over both transports as they do over HTTP', async () => {
  await using harness = await startHarness();
  const id = await registerAcme(harness);
  const query = '{ integrations { id } }';
  expect(nexts(await events(harness.url, { query }))).toEqual([{ data: { integrations: [{ id }] } }]);
  await using bare = await openGreeted(harness.url);
  bare.send({ type: 'subscribe', id: '1', payload: { query } });
  expect(await bare.message()).toEqual({
    type: 'next',
    id: '1',
    payload: { data: { integrations: [{ id }] } },
  });
  const mutation = encodeURIComponent(
    'mutation { deleteIntegration(integrationId: "1") { clientRequestId } }',
  );
  const answer = await fetch(`${harness.url}/graphql/stream?query=${mutation}`);
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
});

test('more subscriptions than a socket may have are refused, and the others continue', async () => {
  await using harness = await startHarness({ ...SLOW, streams: { maxOperationsPerSocket: 3 } });
  await registerAndUpload(harness, 'up-1');
  await using bare = await openGreeted(harness.url);
  for (const id of ['1', '2', '3']) {
    bare.send(subscribe(id));
    expect(await bare.message()).toMatchObject({ type: 'next', id });
  }
  bare.send(subscribe('4'));
  expect(await bare.message()).toMatchObject({
    type: 'error',
    id: '4',
    payload: [{ extensions: { code: 'RATE_LIMITED' } }],
  });
  bare.send({ type: 'complete', id: '1' });
  bare.send(subscribe('5'));
  expect(await bare.message()).toMatchObject({ type: 'next', id: '5' });
});

test('more sockets than a caller may have are closed with 1013 after connection_init, more streams are refused with 429', async () => {
  await using harness = await startHarness({
    ...SLOW,
    streams: { maxConnectionsPerCaller: 2, proxyHops: 1 },
  });
  await registerAndUpload(harness, 'up-1');
  const from = (address: string) => ({ headers: { 'x-forwarded-for': `1.2.3.4, ${address}` } });
  await using _first = await openGreeted(harness.url, from('10.0.0.1'));
  await using second = await openGreeted(harness.url, from('10.0.0.1'));
  await using third = await openSocket(harness.url, from('10.0.0.1'));
  third.send({ type: 'connection_init' });
  expect(await third.closed()).toBe(1013);
  const answer = await fetch(`${harness.url}/graphql/stream?query={integrations{id}}`, from('10.0.0.1'));
  expect(answer.status).toBe(429);
  expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
  await using _other = await openGreeted(harness.url, from('10.0.0.2'));
  second.socket.close();
  await second.closed();
  await using _again = await openGreeted(harness.url, from('10.0.0.1'));
});

test('pages of foreign origins may not open a stream; the gateway’s own and those of CORS_ORIGINS may', async () => {
  await using harness = await startHarness({
    gateway: { corsOrigins: ['https://app.example.com'], production: true },
  });
  const foreign = { headers: { origin: 'https://evil.example.com' } };
  expect(await refusalOf(socketUrl(harness.url), foreign)).toBe(403);
  const stream = `${harness.url}/graphql/stream?query={integrations{id}}`;
  expect((await fetch(stream, foreign)).status).toBe(403);
  // As for an image in another site's page. fetch does not allow setting this header.
  for (const site of ['cross-site', 'same-site']) {
    expect((await request(stream, { headers: { 'sec-fetch-site': site } })).statusCode, site).toBe(403);
  }
  for (const site of ['same-origin', 'none']) {
    const { statusCode, body } = await request(stream, { headers: { 'sec-fetch-site': site } });
    expect(statusCode, site).toBe(200);
    await body.dump();
  }
  await using _own = await openGreeted(harness.url, { headers: { origin: harness.url } });
  await using _listed = await openGreeted(harness.url, { headers: { origin: 'https://app.example.com' } });
});

test('other paths have no WebSocket', async () => {
  await using harness = await startHarness();
  expect(await refusalOf(`${socketUrl(harness.url)}/other`, {})).toBe(404);
});
