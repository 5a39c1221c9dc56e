import { expect, test } from 'vitest';
import { account, deal, registerAcme } from '../../support/acme.js';
import { queueChanges, settledTicket, startQueueing, states } from './support.js';

test('changes of several types are stored, sent in order, and end as DONE', async () => {
  await using harness = await startQueueing();
  await registerAcme(harness);
  const ticket = await queueChanges(harness, { deal: deal('d1', 'a1') }, { account: account('a1') });
  expect(states(ticket)).toEqual(['d1 QUEUED', 'a1 QUEUED']);
  expect(states(await settledTicket(harness, ticket))).toEqual(['d1 DONE', 'a1 DONE']);
  const found = await harness.query('{ deal(id: "d1") { name account { name } } }');
  expect(found.data).toEqual({ deal: { name: 'Deal d1', account: { name: 'Account a1' } } });
});
