import { expect, test } from 'vitest';
import {
  type CrmChange,
  QueueChangesDocument,
  RequestStatusDocument,
} from '../../../client/src/generated/graphql.js';
import { events, nexts } from '../../clients/clients.js';
import { account, deal, MODIFIED, registerAcme } from '../../support/acme.js';
import type { Harness } from '../../support/harness.js';
import { until } from '../../support/redis.js';
import { queueChanges, settledTicket, startQueueing, states, ticketOf } from './support.js';

const EARLIER = '2024-02-01T12:00:00Z';
const LATER = '2024-04-01T12:00:00Z';

const contact = (objectId: string, accountId: string) => ({
  ...{ objectId, accountId, modifiedDate: MODIFIED, emailAddress: `${objectId}@acme.com` },
});
const lead = (objectId: string) => ({
  ...{ objectId, modifiedDate: MODIFIED, firstName: 'Ann', lastName: 'Lee', emailAddress: 'ann@acme.com' },
});
const businessUser = (objectId: string) => ({
  ...{ objectId, modifiedDate: MODIFIED, emailAddress: `${objectId}@acme.com` },
});
const stage = (objectId: string) => ({ objectId, name: objectId, isActive: true, sortOrder: 2 });

const queueAndSettle = async (harness: Harness, ...changes: CrmChange[]) =>
  states(await settledTicket(harness, await queueChanges(harness, ...changes)));

test('one call takes all six types, to create and to delete, and its ticket lists them in their order', async () => {
  await using harness = await startQueueing();
  const integrationId = await registerAcme(harness);
  const changes: CrmChange[] = [
    { deal: deal('d1', 'a1', { ownerId: 'u1', stage: 'won' }) },
    { contact: contact('c1', 'a1') },
    { lead: lead('l1') },
    { account: account('a1') },
    { businessUser: businessUser('u1') },
    { stage: stage('won') },
  ];
  const queued = await queueChanges(harness, ...changes);
  expect(queued).toMatchObject({
    integrationId,
    isSettled: false,
    queuedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    counts: { queued: 6, sent: 0, done: 0, skipped: 0, dead: 0 },
  });
  const ticket = await settledTicket(harness, queued);
  expect(ticket.changes.map(({ objectType, objectId, state }) => [objectType, objectId, state])).toEqual([
    ['DEAL', 'd1', 'DONE'],
    ['CONTACT', 'c1', 'DONE'],
    ['LEAD', 'l1', 'DONE'],
    ['ACCOUNT', 'a1', 'DONE'],
    ['BUSINESS_USER', 'u1', 'DONE'],
    ['STAGE', 'won', 'DONE'],
  ]);
  expect(ticket.counts).toEqual({ ...queued.counts, queued: 0, done: 6 });
  const [{ clientRequestId = null } = {}] = ticket.changes;
  const { requestStatus } = await harness.execute(RequestStatusDocument, {
    clientRequestId: clientRequestId ?? '',
  });
  expect(requestStatus).toMatchObject({ status: 'DONE', totalSuccessCount: 1 });

  const deleted = { modifiedDate: LATER, isDeleted: true };
  const deletions: CrmChange[] = [
    { contact: { objectId: 'c1', ...deleted } },
    { deal: { objectId: 'd1', ...deleted } },
    { lead: { objectId: 'l1', ...deleted } },
    { businessUser: { objectId: 'u1', ...deleted } },
    { account: account('a2') },
  ];
  expect(await queueAndSettle(harness, ...deletions)).toEqual([
    'c1 DONE',
    'd1 DONE',
    'l1 DONE',
    'u1 DONE',
    'a2 DONE',
  ]);
  const { data } = await harness.query(
    '{ deal(id: "d1") { name } contact(id: "c1") { title } lead(id: "l1") { title } account(id: "a2") { name } }',
  );
  expect(data).toEqual({ deal: null, contact: null, lead: null, account: { name: 'Account a2' } });
});

test('a change is QUEUED, SENT and then DONE; later ones that bring nothing new are SKIPPED', async () => {
  await using harness = await startQueueing({ emulator: { processingMs: 100 } });
  await registerAcme(harness);
  const queued = await queueChanges(harness, { account: account('a1') });
  expect(states(queued)).toEqual(['a1 QUEUED']);
  expect(queued.changes[0]?.clientRequestId).toBeNull();
  await until('Gong to receive it', async () => {
    const { changes } = await ticketOf(harness, queued);
    if (changes[0]?.state !== 'SENT') return false;
    expect(changes[0].clientRequestId).toEqual(expect.any(String));
    return true;
  });
  expect(states(await settledTicket(harness, queued))).toEqual(['a1 DONE']);

  const again = await queueChanges(harness, { account: account('a1') }, { lead: lead('l1') });
  expect(states(again)).toEqual(['a1 SKIPPED UNCHANGED', 'l1 QUEUED']);
  const older = account('a1', { modifiedDate: EARLIER, name: 'An older name' });
  const skipped = await queueChanges(harness, { account: older });
  expect(states(skipped)).toEqual(['a1 SKIPPED OLDER']);
  expect(skipped).toMatchObject({ isSettled: true, counts: { queued: 0, skipped: 1 } });
  await settledTicket(harness, again);
  const { data } = await harness.query('{ account(id: "a1") { name } }');
  expect(data).toEqual({ account: { name: 'Account a1' } });
});

test('IDs are kept apart, whatever is in them', async () => {
  await using harness = await startQueueing({ gong: { dialect: 'legacy' } });
  await registerAcme(harness);
  const ids = [
    ...[
      'a',
      'a/b',
      'a/b/',
      '/a',
      '../a',
      '%2e%2e',
      'a%2fb',
      'a\\b',
      '"a"',
      '"',
      "a'",
      'a b',
      ' a',
      'a ',
      'A',
    ],
    ...[
      'a\u0000',
      'a\u0000b',
      '\u0000',
      'a\n',
      '\u202ea',
      'שלום',
      'é',
      'e\u0301',
      '😀',
      '\ufffd',
      '\u{10ffff}',
    ],
    ...['__proto__', 'constructor', 'object/ACCOUNT/a', 'null', '0', '-1', 'x'.repeat(64)],
  ];
  const ticket = await settledTicket(
    harness,
    await queueChanges(
      harness,
      ...ids.map((id) => ({ account: account(id, { domains: ['a.example.com'] }) })),
    ),
  );
  expect(ticket.changes.map(({ objectId }) => objectId)).toEqual(ids);
  expect(new Set(ticket.changes.map(({ state }) => state))).toEqual(new Set(['DONE']));
  const { data } = await harness.query<{ accounts: { name: string }[] }>(
    'query ($ids: [ID!]!) { accounts(ids: $ids) { name } }',
    { ids },
  );
  expect(data?.accounts.map(({ name }) => name)).toEqual(ids.map((id) => `Account ${id}`));
  const again = await queueChanges(harness, ...ids.map((id) => ({ lead: lead(id) })));
  expect(again.counts.queued).toBe(ids.length);
});

test('10,000 changes of one call are stored and sent at once', async () => {
  await using harness = await startQueueing({ limits: { maxBodyBytes: 10_000_000 } });
  await registerAcme(harness);
  const changes = Array.from({ length: 10_000 }, (_, index) => ({
    account: { objectId: `a${index}`, modifiedDate: MODIFIED, name: `A ${index}` },
  }));
  const { id } = await queueChanges(harness, ...changes);
  const query = 'subscription ($id: ID!) { changesSettled(ticket: $id) { counts { done dead } isSettled } }';
  const told = nexts(await events(harness.url, { query, variables: { id } }));
  expect(told.at(-1)).toEqual({
    data: { changesSettled: { counts: { done: 10_000, dead: 0 }, isSettled: true } },
  });
  const { errors } = await harness.query(QueueChangesDocument.toString(), {
    changes: [...changes, { account: account('one-more') }],
  });
  expect(errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', problems: [{ path: ['changes'], code: 'TOO_MANY' }] } },
  ]);
});
