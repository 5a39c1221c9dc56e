import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import {
  RequestStatusChangedDocument,
  type RequestStatusChangedSubscription,
  UploadProgressDocument,
  type UploadProgressSubscription,
} from '../../client/src/generated/graphql.js';
import { beginUpload, openSocket, socketUrl, WATCH } from '../clients/clients.js';
import type { Harness } from '../support/harness.js';
import { accounts, registerCrm } from '../writes/files/support.js';
import { INTEGRATIONS, KEY, outcome, READER, STRANGER, startPassing, WRITER } from './passing.js';

const SLOW = { emulator: { processingMs: 60_000 } };
const STATUS = RequestStatusChangedDocument.toString();

interface Result<T> {
  readonly data?: T | null | undefined;
  readonly errors?: readonly { readonly extensions?: Readonly<Record<string, unknown>> | undefined }[];
}

/** What a client of either transport receives with these credentials, one by one. */
const TRANSPORTS = {
  websocket<T>(url: string, authorization: string, query: string, variables: Record<string, unknown>) {
    const client = createWs({
      url: socketUrl(url),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization },
    });
    return client.iterate<T>({ query, variables }) as AsyncIterableIterator<Result<T>>;
  },
  sse<T>(url: string, authorization: string, query: string, variables: Record<string, unknown>) {
    const client = createSse({ url: `${url}/graphql/stream`, retryAttempts: 0, headers: { authorization } });
    return client.iterate<T>({ query, variables }) as AsyncIterableIterator<Result<T>>;
  },
};
const BOTH = Object.entries(TRANSPORTS);

async function begun(harness: Harness, clientRequestId: string): Promise<string> {
  const integrationId = await registerCrm(harness.as({ authorization: KEY }));
  await beginUpload(harness.as({ authorization: KEY }), clientRequestId);
  return integrationId;
}

function told({ value }: IteratorResult<Result<RequestStatusChangedSubscription>>): unknown {
  const { data, errors } = (value ?? {}) as Result<RequestStatusChangedSubscription>;
  return data?.requestStatusChanged.status ?? errors?.[0]?.extensions?.code;
}

describe.each(BOTH)('over %s', (_name, iterate) => {
  test('a request is watched with the credentials of the subscriber', async () => {
    await using passing = await startPassing({ emulator: { processingMs: 60 } });
    const { harness } = passing;
    await begun(harness, 'up-1');
    const { length } = passing.calls;
    const heard: unknown[] = [];
    const events = iterate<RequestStatusChangedSubscription>(harness.url, WRITER, STATUS, {
      clientRequestId: 'up-1',
    });
    for await (const { data } of events) heard.push(data?.requestStatusChanged.status);
    expect(heard.at(-1)).toBe('DONE');
    expect(new Set(passing.calls.slice(length).map(({ authorization }) => authorization))).toEqual(
      new Set([WRITER]),
    );
  });

  test.each([
    [READER, 'UPSTREAM_FORBIDDEN'],
    [STRANGER, 'UPSTREAM_UNAUTHENTICATED'],
  ])(
    'another caller that follows the same request is told only what Gong tells it: %s',
    async (other, code) => {
      await using passing = await startPassing(SLOW);
      const { harness } = passing;
      const integrationId = await begun(harness, 'up-1');
      const variables = { clientRequestId: 'up-1', integrationId };
      const first = iterate<RequestStatusChangedSubscription>(harness.url, WRITER, STATUS, variables);
      expect(told(await first.next())).toBe('PENDING');
      const second = iterate<RequestStatusChangedSubscription>(harness.url, other, STATUS, variables);
      expect(told(await second.next())).toBe(code);
      const third = iterate<RequestStatusChangedSubscription>(harness.url, KEY, STATUS, variables);
      expect(told(await third.next())).toBe('PENDING');
      expect(new Set(passing.askersOf('request-status'))).toEqual(new Set([WRITER, other, KEY]));
      await Promise.all([first, third].map((events) => events.return?.()));
    },
  );

  test('the progress of an upload is told to its sender, and not to another caller that uses its name', async () => {
    await using passing = await startPassing();
    const { harness } = passing;
    await registerCrm(harness.as({ authorization: KEY }));
    const follow = (authorization: string) => {
      const query = UploadProgressDocument.toString();
      return iterate<UploadProgressSubscription>(harness.url, authorization, query, { uploadId: 'mine' });
    };
    const upload = (authorization: string, body: string) =>
      fetch(`${harness.url}/upload/ACCOUNT?uploadId=mine`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', authorization },
        body,
      });
    expect((await upload(KEY, accounts(2))).status).toBe(202);
    const others = follow(WRITER);
    const first = others.next();
    expect((await upload(WRITER, '{"objectId":"a1"}\n')).status).toBe(422);
    // The progress of the first upload would have ended this subscription.
    const phases = [((await first).value as Result<UploadProgressSubscription>).data?.uploadProgress.phase];
    for await (const { data } of others) phases.push(data?.uploadProgress.phase);
    expect(phases.at(-1)).toBe('REJECTED');
    expect(phases).not.toContain('ACCEPTED');

    const stranger = await follow(STRANGER).next();
    expect((stranger.value as Result<unknown>).errors).toMatchObject([
      { extensions: { code: 'UPSTREAM_UNAUTHENTICATED' } },
    ]);
  });
});

describe('a WebSocket', () => {
  test('authenticates by connection_init or by headers; without credentials it is closed with 4403', async () => {
    await using passing = await startPassing();
    const { harness } = passing;
    let closed = 0;
    for (const payload of [
      undefined,
      {},
      { authorization: 'reader' },
      { authorization: 7 },
      { apiKey: READER },
    ]) {
      await using bare = await openSocket(harness.url);
      bare.send({ type: 'connection_init', payload });
      expect(await bare.closed(), JSON.stringify(payload)).toBe(4403);
      closed += 1;
    }
    expect(closed).toBe(5);
    for (const [payload, headers] of [
      [{ authorization: READER }, {}],
      [{ Authorization: READER }, {}],
      [undefined, { authorization: READER }],
    ] as const) {
      await using bare = await openSocket(harness.url, { headers });
      bare.send({ type: 'connection_init', payload });
      expect(await bare.message()).toEqual({ type: 'connection_ack' });
      bare.send({ type: 'subscribe', id: '1', payload: { query: INTEGRATIONS } });
      expect(await bare.message()).toMatchObject({ type: 'next', payload: { data: { integrations: [] } } });
    }
    expect(passing.askersOf('integrations')).toEqual([READER, READER, READER]);
  });
});

describe('the number of connections of a caller', () => {
  const streams = { maxConnectionsPerCaller: 2 };
  const greet = async (url: string, authorization: string) => {
    const bare = await openSocket(url);
    bare.send({ type: 'connection_init', payload: { authorization } });
    return bare;
  };
  const ACK = { type: 'connection_ack' };

  test('is counted by its credentials once Gong has accepted them, and not by its address', async () => {
    await using passing = await startPassing({ streams });
    const { url } = passing.harness;
    for (const authorization of [READER, WRITER])
      expect(await outcome(passing.harness, authorization)).toBe('OK');
    await using first = await greet(url, READER);
    await using second = await greet(url, READER);
    expect([await first.message(), await second.message()]).toEqual([ACK, ACK]);
    await using third = await greet(url, READER);
    expect(await third.closed()).toBe(1013);
    await using other = await greet(url, WRITER);
    expect(await other.message()).toEqual(ACK);
    const stream = await fetch(`${url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: READER },
      body: JSON.stringify({ query: INTEGRATIONS }),
    });
    expect(stream.status).toBe(429);
  });

  test('is counted by its address until then: made-up credentials do not raise the limit', async () => {
    await using passing = await startPassing({ streams, ...SLOW });
    const { harness } = passing;
    const { url } = harness;
    await using one = await greet(url, 'Bearer made-up-1');
    await using another = await greet(url, 'Bearer made-up-2');
    expect([await one.message(), await another.message()]).toEqual([ACK, ACK]);
    await using third = await greet(url, 'Bearer made-up-3');
    expect(await third.closed()).toBe(1013);
    another.socket.close();
    await another.closed();

    // Once Gong has answered a subscription, it no longer counts for the address.
    const integrationId = await begun(harness, 'up-1');
    await using known = await greet(url, WRITER);
    expect(await known.message()).toEqual(ACK);
    await using fourth = await greet(url, 'Bearer made-up-4');
    expect(await fourth.closed()).toBe(1013);
    const watch = WATCH.replace(
      '(clientRequestId: $id)',
      `(clientRequestId: $id, integrationId: "${integrationId}")`,
    );
    known.send({ type: 'subscribe', id: '1', payload: { query: watch, variables: { id: 'up-1' } } });
    expect(await known.message()).toMatchObject({ type: 'next' });
    await using next = await greet(url, 'Bearer made-up-5');
    expect(await next.message()).toEqual(ACK);
  });
});
