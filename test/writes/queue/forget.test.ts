import { expect, test } from 'vitest';
import { createMemoryStore } from '../../../src/store/level-store.js';
import { keysUnder } from '../../../src/store/store.js';
import { createTimeKeys } from '../../../src/store/time-keys.js';
import { noopObserver } from '../../../src/telemetry/observer.js';
import { type AddDeps, addChanges } from '../../../src/writes/queue/add.js';
import { acceptBatch, closeBatch, membersOf, takeBatch } from '../../../src/writes/queue/batches.js';
import { createForgetter, keepTicket } from '../../../src/writes/queue/forget.js';
import { settleBatch } from '../../../src/writes/queue/settle.js';
import { readTicketStatus } from '../../../src/writes/queue/tickets.js';

const INTEGRATION = '5517027188234206123';
const DAY_MS = 86_400_000;

/** A queue with the account `a1`, whose only version has just been stored by Gong, and a clock. */
async function startSettled() {
  const store = createMemoryStore();
  const clock = { time: Date.UTC(2026, 0, 1) };
  const now = () => clock.time;
  const sequence = createTimeKeys(now);
  const deps: AddDeps = {
    ...{ store, sequence, now, observer: noopObserver },
    onEnded: async (transaction, ticket, { count }) => keepTicket(transaction, ticket, count, sequence),
  };
  const forgetter = createForgetter(store, 30 * DAY_MS, now);
  const queue = {
    store,
    clock,
    sweep: () => forgetter.sweep(1),
    add: (ticket: string, line: string) =>
      addChanges(
        {
          ...{ ticket, integrationId: INTEGRATION, caller: null, notify: null },
          changes: [{ objectType: 'ACCOUNT', objectId: 'a1', modifiedAt: null, accountId: null, line }],
        },
        deps,
      ),
    take: () =>
      takeBatch(INTEGRATION, 'ACCOUNT', () => true, {
        ...{ store, sequence, limits: { maxObjects: 10, maxBytes: 1_000 } },
      }),
  };
  await queue.add('first', '1\n');
  const seq = (await queue.take()) ?? '';
  const batch = await closeBatch(store, INTEGRATION, seq, 'ACCOUNT');
  if (batch === null) throw new TypeError('needed a batch');
  await acceptBatch(store, INTEGRATION, seq, 'ACCOUNT', now());
  const members = await membersOf(store, INTEGRATION, seq, batch);
  await settleBatch(INTEGRATION, seq, batch, members, () => ({ kind: 'done' }), deps);
  return queue;
}

test('an object whose time to be forgotten comes while a new version is queued is not forgotten', async () => {
  const queue = await startSettled();
  queue.clock.time += 30 * DAY_MS - 1_000;
  await queue.add('second', '2\n');
  queue.clock.time += 2_000;
  await queue.sweep();
  expect(await queue.take()).not.toBeNull();
  await queue.store.close();
});

test('tickets, and what Gong has of an object, are remembered for as long as is set, and then nothing is left', async () => {
  const queue = await startSettled();
  queue.clock.time += 30 * DAY_MS - 1_000;
  await queue.sweep();
  expect(await readTicketStatus(queue.store, 'first')).toMatchObject({ isSettled: true });
  queue.clock.time += 2_000;
  await queue.sweep();
  expect(await readTicketStatus(queue.store, 'first')).toBeNull();
  const left = await queue.store.list({ ...keysUnder(''), limit: 10 });
  // The time of the last accounts goes when accounts are sent again.
  expect(left.map(([key]) => key.replace(/[^/]*$/, ''))).toEqual([
    `queue/${INTEGRATION}/accounts/`,
    'queues/',
  ]);
  await queue.store.close();
});

test('of the times when accounts were sent, those that matter no more are forgotten', async () => {
  const queue = await startSettled();
  queue.clock.time += DAY_MS;
  await queue.add('second', '2\n');
  const seq = (await queue.take()) ?? '';
  await acceptBatch(queue.store, INTEGRATION, seq, 'ACCOUNT', queue.clock.time);
  const under = `queue/${INTEGRATION}/accounts/`;
  const left = await queue.store.list({ ...keysUnder(under), limit: 10 });
  expect(left.map(([key]) => key)).toEqual([under + seq]);
  await queue.store.close();
});
