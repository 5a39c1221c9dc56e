import { expect, test } from 'vitest';
import {
  DeadLettersDocument,
  type DeadLettersQuery,
  type DeadLettersQueryVariables,
  DiscardDeadLettersDocument,
  RetryDeadLettersDocument,
  type RetryDeadLettersMutation,
} from '../../../client/src/generated/graphql.js';
import { account, registerAcme } from '../../support/acme.js';
import type { Harness } from '../../support/harness.js';
import { metric } from '../../telemetry/metrics-text.js';
import { REFUSAL, type Refusing, startRefusing } from './refusing.js';
import { queueChanges, settledTicket, states } from './support.js';

const NEWER = '2024-03-02T12:00:00Z';
const NEWEST = '2024-03-03T12:00:00Z';

type Letter = (DeadLettersQuery['deadLetters'] & object)['edges'][number]['node'];

async function list(harness: Harness, variables: Partial<DeadLettersQueryVariables> = {}) {
  const { deadLetters } = await harness.execute(DeadLettersDocument, { first: 100, ...variables });
  return { ...deadLetters, nodes: deadLetters.edges.map(({ node }) => node) };
}

/** What is listed under each object's ID. */
async function lettersOf(harness: Harness): Promise<ReadonlyMap<string, Letter>> {
  const { nodes } = await list(harness);
  expect(new Set(nodes.map(({ objectId }) => objectId)).size).toBe(nodes.length);
  return new Map(nodes.map((letter) => [letter.objectId, letter]));
}

const idsOf = async (harness: Harness) => [...(await lettersOf(harness)).keys()];

/** Queues accounts that Gong refuses, one call after the other. */
async function bury({ harness, refused }: Refusing, ...ids: string[]): Promise<void> {
  for (const id of ids) refused.add(id);
  for (const id of ids) {
    const ticket = await queueChanges(harness, { account: account(id) });
    expect(states(await settledTicket(harness, ticket))).toEqual([`${id} DEAD REFUSED`]);
  }
}

async function retry(harness: Harness, ...letters: readonly (Letter | undefined)[]) {
  const ids = letters.map((letter) => letter?.id ?? expect.fail('no letter'));
  const { retryDeadLetters } = await harness.execute(RetryDeadLettersDocument, { ids });
  return states(await settledTicket(harness, retryDeadLetters));
}

test('an object that Gong refuses becomes a dead letter, and those beside it are stored', async () => {
  await using refusing = await startRefusing();
  const { harness, refused } = refusing;
  await registerAcme(harness);
  refused.add('a2');
  const ids = ['a1', 'a2', 'a3'];
  const queued = await queueChanges(harness, ...ids.map((id) => ({ account: account(id) })));
  const ticket = await settledTicket(harness, queued);
  expect(states(ticket)).toEqual(['a1 DONE', 'a2 DEAD REFUSED', 'a3 DONE']);
  expect(ticket.counts).toMatchObject({ queued: 0, sent: 0, done: 2, skipped: 0, dead: 1 });
  expect(ticket.changes[1]).toMatchObject({ message: REFUSAL, clientRequestId: expect.any(String) });
  expect(await metric(harness, 'gateway_changes_total', { state: 'DONE' })).toBe(2);
  expect(await metric(harness, 'gateway_changes_total', { state: 'DEAD' })).toBe(1);
  const [letter, ...others] = (await list(harness)).nodes;
  expect(others).toEqual([]);
  expect(letter).toMatchObject({
    ...{ objectType: 'ACCOUNT', objectId: 'a2', reason: 'REFUSED', message: REFUSAL, attempts: 1 },
    diedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    clientRequestId: ticket.changes[1]?.clientRequestId,
  });
  expect(JSON.parse(letter?.content ?? '')).toMatchObject({ objectId: 'a2', name: 'Account a2' });
});

test('pages and filters list each letter once, also while others arrive and go', async () => {
  await using refusing = await startRefusing();
  const { harness, refused } = refusing;
  await registerAcme(harness);
  await bury(refusing, 'a1', 'a2', 'a3', 'a4');
  refused.add('l1');
  const lead = { objectId: 'l1', modifiedDate: NEWER, emailAddress: 'ann@acme.com' };
  await settledTicket(harness, await queueChanges(harness, { lead }));

  const first = await list(harness, { first: 2 });
  expect(first.nodes.map(({ objectId }) => objectId)).toEqual(['a1', 'a2']);
  expect(first.pageInfo.hasNextPage).toBe(true);
  await bury(refusing, 'a5');
  const [a1] = first.nodes;
  await harness.execute(DiscardDeadLettersDocument, { ids: [a1?.id ?? ''] });
  const second = await list(harness, { first: 2, after: first.pageInfo.endCursor ?? null });
  expect(second.nodes.map(({ objectId }) => objectId)).toEqual(['a3', 'a4']);
  const third = await list(harness, { first: 2, after: second.pageInfo.endCursor ?? null });
  expect(third.nodes.map(({ objectId }) => objectId)).toEqual(['l1', 'a5']);
  expect(third.pageInfo.hasNextPage).toBe(false);

  const found = async (filter: DeadLettersQueryVariables['filter']) =>
    (await list(harness, { filter: filter ?? null })).nodes.map(({ objectId }) => objectId);
  expect(await found({ objectType: 'LEAD' })).toEqual(['l1']);
  expect(await found({ objectId: 'a3' })).toEqual(['a3']);
  expect(await found({ objectId: 'a3', objectType: 'LEAD' })).toEqual([]);
  expect(await found({ reason: 'REFUSED' })).toHaveLength(5);
  expect(await found({ reason: 'NO_ACCOUNT' })).toEqual([]);
  const clientRequestId = second.nodes[0]?.clientRequestId ?? '';
  expect(await found({ clientRequestId })).toEqual(['a3']);
  expect((await list(harness, { integrationId: '1' })).nodes).toEqual([]);

  for (const bad of [
    { first: 0 },
    { first: 101 },
    { after: '../../ticket/' },
    { filter: { objectId: '' } },
  ]) {
    const { errors } = await harness.query(DeadLettersDocument.toString(), { first: 1, ...bad });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  }
});

test('a letter can be retried: it is queued as it was, and is gone', async () => {
  await using refusing = await startRefusing();
  const { harness, refused } = refusing;
  await registerAcme(harness);
  await bury(refusing, 'a1', 'a2', 'a3');
  const letters = await lettersOf(harness);
  refused.delete('a1');
  expect(await retry(harness, letters.get('a1'), letters.get('a1'), letters.get('a2'))).toEqual([
    'a1 DONE',
    'a2 DEAD REFUSED',
  ]);
  const left = await lettersOf(harness);
  expect([...left.keys()].sort()).toEqual(['a2', 'a3']);
  expect(left.get('a2')?.id).not.toBe(letters.get('a2')?.id);
  const gone = await harness.query(RetryDeadLettersDocument.toString(), { ids: [letters.get('a1')?.id] });
  expect(gone.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
});

test('discarding deletes letters, and counts those that were there', async () => {
  await using refusing = await startRefusing();
  const { harness } = refusing;
  await registerAcme(harness);
  await bury(refusing, 'a1', 'a2');
  const letter = (await lettersOf(harness)).get('a1') ?? expect.fail('no letter');
  const ids = [letter.id, letter.id, 'unknown'];
  expect(await harness.execute(DiscardDeadLettersDocument, { ids })).toEqual({ discardDeadLetters: 1 });
  expect(await idsOf(harness)).toEqual(['a2']);
  expect(await harness.execute(DiscardDeadLettersDocument, { ids })).toEqual({ discardDeadLetters: 0 });
  const many = Array.from({ length: 1_001 }, (_, index) => `id${index}`);
  for (const bad of [[], many, ['../object/ACCOUNT/a1']]) {
    const { errors } = await harness.query(DiscardDeadLettersDocument.toString(), { ids: bad });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  }
});

test('a newer version takes the place of a letter, and an older one does not', async () => {
  await using refusing = await startRefusing();
  const { harness, refused } = refusing;
  await registerAcme(harness);
  refused.add('a1');
  const send = async (modifiedDate: string) =>
    states(
      await settledTicket(
        harness,
        await queueChanges(harness, { account: account('a1', { modifiedDate, name: modifiedDate }) }),
      ),
    );
  expect(await send(NEWER)).toEqual(['a1 DEAD REFUSED']);
  expect(await send('2024-03-01T12:00:00Z')).toEqual(['a1 DEAD REFUSED']);
  const [letter] = (await list(harness)).nodes;
  expect(letter?.content).toContain(NEWER);

  refused.delete('a1');
  expect(await send(NEWEST)).toEqual(['a1 DONE']);
  expect(await idsOf(harness)).toEqual([]);
});

test('a letter that is retried while a newer version is queued does not overwrite it', async () => {
  await using refusing = await startRefusing();
  const { harness, refused } = refusing;
  await registerAcme(harness);
  await bury(refusing, 'a1');
  const { id } = (await lettersOf(harness)).get('a1') ?? expect.fail('no letter');
  refused.delete('a1');
  const [retried, queued] = await Promise.all([
    harness.query<RetryDeadLettersMutation>(RetryDeadLettersDocument.toString(), { ids: [id] }),
    queueChanges(harness, { account: account('a1', { modifiedDate: NEWEST, name: 'the newest' }) }),
  ]);
  expect(states(await settledTicket(harness, queued))).toEqual(['a1 DONE']);
  const ticket = retried.data?.retryDeadLetters;
  // It has come too late for the letter, or for the older version.
  if (ticket == null) expect(retried.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  else expect(['a1 DONE', 'a1 SKIPPED OLDER']).toContain(states(await settledTicket(harness, ticket))[0]);
  const { data } = await harness.query('{ account(id: "a1") { name } }');
  expect(data).toEqual({ account: { name: 'the newest' } });
  expect(await idsOf(harness)).toEqual([]);
});
