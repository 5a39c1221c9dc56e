import { expect, test } from 'vitest';
import { PushSchemaDocument } from '../../client/src/generated/graphql.js';
import { account, deal, loadAccounts, loadDeals, registerAcme } from '../support/acme.js';
import { startHarness } from '../support/harness.js';
import { REVIEWS_SDL, startReviews } from './reviews.js';
import { startRouter } from './router.js';

test('custom fields are in the schema of the subgraph, and are answered through the router', async () => {
  await using harness = await startHarness({
    gateway: { federation: true, customFields: { mode: 'on', refreshMs: 60_000 } },
  });
  await registerAcme(harness);
  await harness.execute(PushSchemaDocument, {
    input: { objectType: 'DEAL', fields: [{ uniqueName: 'tier', label: 'Tier', type: 'STRING' }] },
  });
  await loadAccounts(harness, [account('a0')]);
  await loadDeals(harness, [deal('d0', 'a0', { customFields: { tier: 'gold' } })]);

  let sdl = '';
  const read = async () => {
    sdl =
      (await harness.query<{ _service: { sdl: string } }>('{ _service { sdl } }')).data?._service.sdl ?? '';
    return sdl;
  };
  await expect.poll(read, { timeout: 10_000 }).toContain('type DealCustomFields');
  await using reviews = await startReviews();
  await using router = await startRouter([
    { name: 'crm', url: `${harness.url}/graphql`, sdl },
    { name: 'reviews', url: reviews.url, sdl: REVIEWS_SDL },
  ]);
  expect(await router.query('{ dealsToReview(count: 1) { note custom { tier } } }')).toEqual({
    data: { dealsToReview: [{ note: 'note on d0', custom: { tier: 'gold' } }] },
    errors: [],
  });
});
