import { expect, test } from 'vitest';
import { account, registerAcme } from '../../support/acme.js';
import { outcome, READER, STRANGER, startPassing, WRITER } from '../../tenants/passing.js';

const JOURNAL = '{ requests { edges { node { clientRequestId writers { caller } } } } }';

test('callers with their own credentials see what was written with these, and strangers see nothing', async () => {
  await using passing = await startPassing();
  const writer = passing.harness.as({ authorization: WRITER });
  const integrationId = await registerAcme(writer);
  const upload = await writer.query(
    'mutation ($accounts: [AccountInput!]!) { uploadAccounts(accounts: $accounts, clientRequestId: "mine") { __typename } }',
    { accounts: [account('a1')] },
  );
  expect(upload.errors).toEqual([]);

  interface Journal {
    readonly requests: { readonly edges: readonly { readonly node: { readonly clientRequestId: string } }[] };
  }
  const journalOf = async (authorization: string) =>
    (await passing.harness.as({ authorization }).query<Journal>(JOURNAL)).data?.requests.edges.map(
      ({ node }) => node.clientRequestId,
    );
  expect(await journalOf(WRITER)).toContain('mine');
  expect(await journalOf(READER)).toEqual([]);
  const before = passing.calls.length;
  for (const query of [
    JOURNAL,
    `{ request(clientRequestId: "mine", integrationId: "${integrationId}") { id } }`,
  ]) {
    expect(await outcome(passing.harness, STRANGER, query)).toBe('UPSTREAM_UNAUTHENTICATED');
  }
  expect(passing.calls.slice(before).every(({ authorization }) => authorization === STRANGER)).toBe(true);
});
