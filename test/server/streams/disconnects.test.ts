import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fastify } from 'fastify';
import { buildSchema, type ExecutionResult, parse } from 'graphql';
import { expect, test } from 'vitest';
import { createAuthenticator } from '../../../src/auth/authenticator.js';
import type { Context } from '../../../src/graphql/context.js';
import { registerAuthentication } from '../../../src/server/http/authentication.js';
import type { Operations } from '../../../src/server/operations/prepare.js';
import { createStreamLimits, type StreamSettings } from '../../../src/server/streams/limits.js';
import { createEventStreams, registerSse } from '../../../src/server/streams/sse.js';
import { registerWebSocket } from '../../../src/server/streams/websocket.js';
import { noopObserver } from '../../../src/telemetry/observer.js';
import { noopTracer } from '../../../src/telemetry/tracer.js';
import { events, openGreeted, openSocket, registerAndUpload, WATCH } from '../../clients/clients.js';
import { STREAM_SETTINGS, startHarness } from '../../support/harness.js';
import { until } from '../../support/redis.js';
import { startToxicProxy } from '../../support/toxic-proxy.js';
import { metric } from '../../telemetry/metrics-text.js';

const SLOW = { emulator: { processingMs: 60_000 } };
const subscribe = { id: '1', type: 'subscribe', payload: { query: WATCH, variables: { id: 'up-1' } } };

test('polling stops when a subscriber completes, closes its WebSocket or closes its event stream', async () => {
  await using harness = await startHarness(SLOW);
  await registerAndUpload(harness, 'up-1');
  await using bare = await openGreeted(harness.url);
  bare.send(subscribe);
  await bare.message();
  bare.send({ type: 'complete', id: '1' });
  bare.send({ ...subscribe, id: '2' });
  await bare.message();
  bare.socket.close();
  await bare.closed();
  await events(harness.url, subscribe.payload, (text) => text.includes('PENDING'));
  await quiet(() => harness.callsOf('requestStatus').length);
});

/** Resolves when a number has not changed for as long as dozens of polls take. */
async function quiet(count: () => number): Promise<void> {
  for (let before = -1; before !== count(); ) {
    before = count();
    await sleep(200);
  }
}

test('a client that does not answer a ping is disconnected at the next one', async () => {
  await using harness = await startHarness({ streams: { pingMs: 30 } });
  await using bare = await openSocket(harness.url, { autoPong: false });
  bare.send({ type: 'connection_init' });
  expect(await bare.closed()).toBe(1006);
});

test('polling stops for a client that vanished without a FIN, behind a network that accepts data and never answers', async () => {
  await using harness = await startHarness({ ...SLOW, streams: { pingMs: 100 } });
  await registerAndUpload(harness, 'up-1');
  await using network = await startToxicProxy(() => harness.url);
  await using bare = await openGreeted(network.url);
  bare.send(subscribe);
  await bare.message();
  const followers = () => metric(harness, 'gateway_subscribers', { transport: 'websocket' });
  expect(await followers()).toBe(1);
  network.poison({ up: { blackHoleAfter: 0 }, down: { blackHoleAfter: 0 } });
  await until('the client to be disconnected', async () => (await followers()) === 0);
  await quiet(() => harness.callsOf('requestStatus').length);
});

test('a client that answers pings stays connected', async () => {
  await using harness = await startHarness({ streams: { pingMs: 20 } });
  await using bare = await openGreeted(harness.url);
  for (let pings = 0; pings < 5; pings += 1) await once(bare.socket, 'ping');
  bare.send({ type: 'ping' });
  expect(await bare.message()).toEqual({ type: 'pong' });
});

test('a gateway that shuts down closes WebSockets with 1001 and ends event streams without completing them', async () => {
  const harness = await startHarness(SLOW);
  await registerAndUpload(harness, 'up-1');
  await using bare = await openGreeted(harness.url);
  bare.send(subscribe);
  await bare.message();
  let began = () => {};
  const begun = new Promise<void>((resolve) => {
    began = resolve;
  });
  const stream = events(harness.url, subscribe.payload, (text) => {
    if (text.includes('PENDING')) began();
    return false;
  });
  await begun;
  await harness[Symbol.asyncDispose]();
  expect(await bare.closed()).toBe(1001);
  expect(await stream).not.toContain('complete');
});

/** Both transports over an endless subscription, which counts how many results of 64 kB it was asked for. */
async function startFlood(settings: Partial<StreamSettings>) {
  const flood = { asked: 0, stopped: false };
  const source: AsyncGenerator<ExecutionResult, void, void> = {
    async next() {
      if (flood.stopped) return { done: true as const, value: undefined };
      flood.asked += 1;
      return { done: false as const, value: { data: { text: 'x'.repeat(65_536) } } };
    },
    async return() {
      flood.stopped = true;
      return { done: true as const, value: undefined };
    },
    throw: () => Promise.reject(new Error('not used')),
    [Symbol.asyncDispose]: () => Promise.reject(new Error('not used')),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  const operations: Operations = {
    prepare: (request) => ({
      kind: 'subscription',
      ...request,
      query: WATCH,
      document: parse(WATCH),
      schema: buildSchema('type Query { text: String }'),
    }),
    subscribe: async () => source,
    execute: () => Promise.reject(new Error('not used')),
    isMutation: () => false,
    formatError: (error) => error.toJSON(),
    formatResult: ({ data = null }) => ({ data }),
  };
  const app = fastify({ forceCloseConnections: true });
  const authenticator = createAuthenticator({ mode: 'none' });
  const all = { ...STREAM_SETTINGS, ...settings };
  const context = { logger: app.log, caller: null } as unknown as Context;
  const deps = {
    graphs: { load: async () => undefined },
    operations,
    contexts: { begin: () => ({ context, release: () => undefined }) },
    authenticator,
    tenants: { accepts: () => true },
    limits: createStreamLimits(all),
    settings: all,
    origins: [],
    hosts: null,
    unread: { take: () => () => undefined },
    observer: noopObserver,
    tracer: noopTracer,
  };
  registerAuthentication(app, authenticator);
  registerWebSocket(app, '/graphql', deps);
  registerSse(app, '/graphql/stream', createEventStreams(app, deps), deps.graphs);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, flood, [Symbol.asyncDispose]: () => app.close() };
}

/** Reads only while there is a listener for `data`. */
async function bareClient(url: string, request: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(request);
  return socket;
}

const frame = (text: string) =>
  Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);

test.each(['WebSocket', 'event stream'])(
  'a client that never reads its %s is disconnected, and has cost no more than its buffers hold',
  async (transport) => {
    await using server = await startFlood({ pingMs: 60 });
    const upgrade =
      'GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
      'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n';
    const get = 'GET /graphql/stream?query=x HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n';
    const socket = await bareClient(server.url, transport === 'WebSocket' ? upgrade : get);
    if (transport === 'WebSocket') {
      socket.write(frame('{"type":"connection_init"}'));
      for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
        if (String(chunk).includes('connection_ack')) break;
      }
      socket.pause();
      socket.write(frame('{"type":"subscribe","id":"1","payload":{"query":"x"}}'));
    }
    while (!server.flood.stopped) await sleep(10);
    // The kernel buffers some megabytes for a socket on loopback; the gateway adds one result.
    expect(server.flood.asked).toBeGreaterThan(1);
    expect(server.flood.asked * 65_536).toBeLessThan(16_000_000);
    socket.destroy();
  },
);
