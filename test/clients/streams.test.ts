import { ApolloClient, gql, InMemoryCache } from '@apollo/client/core';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient as createUrql, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import {
  IntegrationsDocument,
  RequestStatusChangedDocument,
  type RequestStatusChangedSubscription,
  RequestStatusesChangedDocument,
} from '../../client/src/generated/graphql.js';
import { registerAcme } from '../support/acme.js';
import { startHarness } from '../support/harness.js';
import { beginUpload, socketUrl } from './clients.js';

const SLOW = { emulator: { processingMs: 60 } };
const LIFE = ['PENDING', 'IN_PROGRESS', 'DONE'];
const query = RequestStatusChangedDocument.toString();

/** A subscriber may miss states before its first poll, but gets the others in order. */
function expectLife(states: readonly (string | undefined)[]): void {
  expect(states.at(-1)).toBe('DONE');
  expect(states).toEqual(LIFE.slice(-states.length));
}

test('a bare graphql-ws client follows an upload to its end, and runs a query over the same socket', async () => {
  await using harness = await startHarness(SLOW);
  const integrationId = await registerAcme(harness);
  await beginUpload(harness, 'up-1');
  const client = createWs({ url: socketUrl(harness.url), webSocketImpl: WebSocket });
  const states: (string | undefined)[] = [];
  const variables = { clientRequestId: 'up-1' };
  for await (const { data } of client.iterate<RequestStatusChangedSubscription>({ query, variables })) {
    expect(data?.requestStatusChanged).toMatchObject({ clientRequestId: 'up-1', integrationId });
    states.push(data?.requestStatusChanged.status);
  }
  expectLife(states);
  const { value } = await client.iterate({ query: IntegrationsDocument.toString() }).next();
  expect(value).toMatchObject({ data: { integrations: [{ id: integrationId }] } });
  await client.dispose();
});

test('Apollo Client follows an upload to its end', async () => {
  await using harness = await startHarness(SLOW);
  await registerAcme(harness);
  await beginUpload(harness, 'up-1');
  const wsClient = createWs({ url: socketUrl(harness.url), webSocketImpl: WebSocket });
  const client = new ApolloClient({ link: new GraphQLWsLink(wsClient), cache: new InMemoryCache() });
  const states: string[] = [];
  await new Promise<void>((resolve, reject) => {
    client
      .subscribe<RequestStatusChangedSubscription>({
        query: gql(query),
        variables: { clientRequestId: 'up-1' },
      })
      .subscribe({
        next: ({ data, error }) => {
          if (error !== undefined) reject(error);
          if (data != null) states.push(data.requestStatusChanged.status);
        },
        error: reject,
        complete: resolve,
      });
  });
  expectLife(states);
  client.stop();
  await wsClient.dispose();
});

test('urql follows an upload to its end', async () => {
  await using harness = await startHarness(SLOW);
  await registerAcme(harness);
  await beginUpload(harness, 'up-1');
  const wsClient = createWs({ url: socketUrl(harness.url), webSocketImpl: WebSocket });
  const client = createUrql({
    url: `${harness.url}/graphql`,
    preferGetMethod: false,
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query: text = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: wsClient.subscribe(
              { query: text, variables: { ...variables } },
              { next: (result) => sink.next(result as never), error: sink.error, complete: sink.complete },
            ),
          }),
        }),
      }),
    ],
  });
  const states: string[] = [];
  await new Promise<void>((resolve, reject) => {
    client
      .subscription<RequestStatusChangedSubscription>(query, { clientRequestId: 'up-1' })
      .subscribe(({ data, error }) => {
        if (error !== undefined) reject(error);
        if (data === undefined) return;
        states.push(data.requestStatusChanged.status);
        if (data.requestStatusChanged.isFinal) resolve();
      });
  });
  expectLife(states);
  await wsClient.dispose();
});

test('a graphql-sse client follows two uploads over one stream to their ends', async () => {
  await using harness = await startHarness(SLOW);
  await registerAcme(harness);
  await Promise.all([beginUpload(harness, 'up-1'), beginUpload(harness, 'up-2')]);
  const client = createSse({ url: `${harness.url}/graphql/stream`, retryAttempts: 0 });
  const states = new Map<string, string[]>([
    ['up-1', []],
    ['up-2', []],
  ]);
  const results = client.iterate<{
    requestStatusesChanged: RequestStatusChangedSubscription['requestStatusChanged'];
  }>({
    query: RequestStatusesChangedDocument.toString(),
    variables: { clientRequestIds: ['up-1', 'up-2'] },
  });
  for await (const { data } of results) {
    const { clientRequestId = '', status = '' } = data?.requestStatusesChanged ?? {};
    states.get(clientRequestId)?.push(status);
  }
  for (const heard of states.values()) expectLife(heard);
  client.dispose();
});

test('fifty subscribers on ten sockets cost one poll loop', async () => {
  await using harness = await startHarness({ emulator: { processingMs: 150 } });
  await registerAcme(harness);
  await beginUpload(harness, 'up-1');
  const before = harness.callsOf('requestStatus').length;
  const clients = Array.from({ length: 10 }, () =>
    createWs({ url: socketUrl(harness.url), webSocketImpl: WebSocket }),
  );
  const follow = async (client: (typeof clients)[number]) => {
    const states: (string | undefined)[] = [];
    const variables = { clientRequestId: 'up-1' };
    for await (const { data } of client.iterate<RequestStatusChangedSubscription>({ query, variables })) {
      states.push(data?.requestStatusChanged.status);
    }
    return states;
  };
  const watches = clients.flatMap((client) => Array.from({ length: 5 }, () => follow(client)));
  const heard = await Promise.all(watches);
  expect(heard).toHaveLength(50);
  for (const states of heard) expectLife(states);
  const alone = harness.callsOf('requestStatus').length - before;
  // Fifty loops would have asked fifty times before anything changed. Intervals are at least 5 ms here.
  expect(alone).toBeLessThanOrEqual(100);
  await Promise.all(clients.map((client) => client.dispose()));
});
