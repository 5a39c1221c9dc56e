import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import {
  ChangesSettledDocument,
  type ChangesSettledSubscription,
} from '../../../client/src/generated/graphql.js';
import { events, nexts, openGreeted, socketUrl } from '../../clients/clients.js';
import { account, registerAcme } from '../../support/acme.js';
import type { Harness } from '../../support/harness.js';
import { startRefusing } from './refusing.js';
import { queueChanges, settledTicket, startQueueing, states, type Ticket } from './support.js';

const query = ChangesSettledDocument.toString();
const lead = { objectId: 'l1', modifiedDate: '2024-03-01T12:00:00Z', emailAddress: 'ann@acme.com' };
const UNKNOWN = 'e36a4d3c-7a5e-4a1a-9d59-2b1f3f6a1c55';

type Results = AsyncIterable<{ readonly data?: ChangesSettledSubscription | null | undefined }>;

async function ticketsOf(results: Results): Promise<Ticket[]> {
  const tickets: Ticket[] = [];
  for await (const { data } of results) tickets.push(data?.changesSettled ?? expect.fail('no ticket'));
  return tickets;
}

/** Whether each change went through the states in their order. */
function expectLife(tickets: readonly Ticket[], ends: readonly string[]): void {
  const life = ['QUEUED', 'SENT', 'DONE'];
  expect(tickets.length).toBeGreaterThanOrEqual(2);
  expect(states(tickets.at(-1) ?? expect.fail('no ticket'))).toEqual(ends);
  expect(tickets.map(({ isSettled }) => isSettled)).toEqual(
    tickets.map((_, index) => index === tickets.length - 1),
  );
  for (const index of ends.keys()) {
    const ages = tickets.map(({ changes }) => life.indexOf(changes[index]?.state ?? ''));
    expect(ages).toEqual([...ages].sort());
  }
  const told = tickets.map((ticket) => JSON.stringify(ticket));
  expect(new Set(told).size).toBe(told.length);
}

const SLOW = { emulator: { processingMs: 60 } };

test.each([
  [
    'WebSocket',
    (url: string, ticket: string) =>
      createWs({ url: socketUrl(url), webSocketImpl: WebSocket }).iterate<ChangesSettledSubscription>({
        query,
        variables: { ticket },
      }),
  ],
  [
    'server-sent events',
    (url: string, ticket: string) =>
      createSse({ url: `${url}/graphql/stream`, retryAttempts: 0 }).iterate<ChangesSettledSubscription>({
        query,
        variables: { ticket },
      }),
  ],
])('over %s a ticket is told at once and after each change, and it ends', async (_transport, follow) => {
  await using harness = await startQueueing(SLOW);
  await registerAcme(harness);
  const queued = await queueChanges(harness, { lead }, { account: account('a1') });
  const [mine, anothers] = await Promise.all([
    ticketsOf(follow(harness.url, queued.id)),
    ticketsOf(follow(harness.url, queued.id)),
  ]);
  expectLife(mine, ['l1 DONE', 'a1 DONE']);
  expectLife(anothers, ['l1 DONE', 'a1 DONE']);
  const [late, ...more] = await ticketsOf(follow(harness.url, queued.id));
  expect(more).toEqual([]);
  expect(late).toEqual(mine.at(-1));
});

test('a ticket whose change dies, and one with nothing to send, end as well', async () => {
  await using refusing = await startRefusing();
  const { harness, refused } = refusing;
  await registerAcme(harness);
  refused.add('a1');
  const follow = async ({ id }: Ticket) =>
    nexts(await events(harness.url, { query, variables: { ticket: id } })) as {
      data: ChangesSettledSubscription;
    }[];
  const dying = await follow(await queueChanges(harness, { account: account('a1') }, { lead }));
  expect(states(dying.at(-1)?.data.changesSettled ?? expect.fail('no ticket'))).toEqual([
    'a1 DEAD REFUSED',
    'l1 DONE',
  ]);
  const skipped = await follow(await queueChanges(harness, { lead }));
  expect(skipped).toHaveLength(1);
  expect(skipped).toMatchObject([{ data: { changesSettled: { isSettled: true, counts: { skipped: 1 } } } }]);
});

async function refusalsOf(harness: Harness, ticket: unknown): Promise<unknown[]> {
  const variables = { ticket };
  await using bare = await openGreeted(harness.url);
  bare.send({ type: 'subscribe', id: '1', payload: { query, variables } });
  const { type, payload } = await bare.message();
  const overSocket = type === 'error' ? payload : (payload as { errors: unknown }).errors;
  const [event] = nexts(await events(harness.url, { query, variables })) as { errors: unknown }[];
  const changes = await harness.query('query ($ticket: ID!) { changes(ticket: $ticket) { id } }', variables);
  return [overSocket, event?.errors, changes.errors];
}

test('an unknown ticket is NOT_FOUND, and what is no ticket BAD_USER_INPUT, everywhere', async () => {
  await using harness = await startQueueing();
  await registerAcme(harness);
  for (const errors of await refusalsOf(harness, UNKNOWN))
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  for (const text of ['', 'no-ticket', '../queue/1/lease', 'x'.repeat(10_000), '\u202e', '\u0000'])
    for (const errors of await refusalsOf(harness, text))
      expect(errors).toMatchObject([
        { extensions: { code: 'BAD_USER_INPUT', problems: [{ path: ['ticket'] }] } },
      ]);
});

test('a reader that stops reading gets the latest and the end, and holds nobody up', async () => {
  await using harness = await startQueueing(SLOW);
  await registerAcme(harness);
  const queued = await queueChanges(harness, { lead }, { account: account('a1') });
  await using bare = await openGreeted(harness.url);
  bare.send({ type: 'subscribe', id: '1', payload: { query, variables: { ticket: queued.id } } });
  expect(await bare.message()).toMatchObject({ type: 'next' });
  bare.socket.pause();
  await settledTicket(harness, queued);
  bare.socket.resume();
  let last: unknown;
  for (;;) {
    const message = await bare.message();
    if (message.type === 'complete') break;
    last = message.payload;
  }
  expect(last).toMatchObject({ data: { changesSettled: { isSettled: true, counts: { done: 2 } } } });
});
