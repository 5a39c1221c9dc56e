import { describe, expect, test } from 'vitest';
import {
  AccountDocument,
  ContactDocument,
  DealDocument,
  DeleteIntegrationDocument,
  IntegrationsDocument,
  LeadDocument,
  MapUsersDocument,
  PushSchemaDocument,
  UploadAccountsDocument,
  UploadContactsDocument,
  UploadDealStagesDocument,
  UploadDealsDocument,
  UploadLeadsDocument,
} from '../../client/src/generated/graphql.js';
import { account, deal, loadAccounts, loadDeals, MODIFIED, registerAcme, settled } from '../support/acme.js';
import { follow } from '../support/follow.js';
import { startHarness } from '../support/harness.js';

const person = { modifiedDate: MODIFIED, firstName: 'Jane', lastName: 'Doe', emailAddress: 'jane@acme.com' };

describe.each(['current', 'legacy'] as const)('over the %s paths', (dialect) => {
  test('all six types are uploaded, followed to DONE and read back', async () => {
    await using harness = await startHarness({ gong: { dialect } });
    await registerAcme(harness);
    await loadAccounts(harness, [account('a1')]);
    await loadDeals(harness, [deal('d1', 'a1')]);
    const { uploadContacts } = await harness.execute(UploadContactsDocument, {
      contacts: [{ objectId: 'c1', accountId: 'a1', title: 'VP', phoneNumber: '(912) 507-4395', ...person }],
    });
    await settled(harness, uploadContacts);
    const { uploadLeads } = await harness.execute(UploadLeadsDocument, {
      leads: [{ objectId: 'l1', ...person }],
    });
    await settled(harness, uploadLeads);

    expect((await harness.execute(AccountDocument, { id: 'a1' })).account).toMatchObject({
      domains: ['a1.example.com'],
    });
    expect((await harness.execute(ContactDocument, { id: 'c1' })).contact).toMatchObject({ title: 'VP' });
    expect((await harness.execute(DealDocument, { id: 'd1' })).deal).toMatchObject({ stage: 'discovery' });
    expect((await harness.execute(LeadDocument, { id: 'l1' })).lead).toMatchObject({ lastName: 'Doe' });
    const path = dialect === 'current' ? '/v2/crm/entities' : '/v2/crm/object/entities';
    expect(new Set(harness.callsOf('uploadObjects').map((call) => call.path))).toEqual(new Set([path]));
  });

  test('the deprecated pair maps users and stores stages, so that a deal that needs both is processed', async () => {
    await using harness = await startHarness({ gong: { dialect } });
    await registerAcme(harness);
    const { uploadDealStages } = await harness.execute(UploadDealStagesDocument, {
      stages: [{ internalName: 'won', name: 'Closed won', isActive: true, sortOrder: 9 }],
    });
    expect(uploadDealStages.stageCount).toBe(1);
    if (dialect === 'legacy') expect(uploadDealStages.clientRequestId).toBeNull();
    else await follow(harness, uploadDealStages.clientRequestId ?? '');
    const { mapUsers } = await harness.execute(MapUsersDocument, {
      users: [{ crmUserId: 'owner-2', emailAddress: 'john@acme.com' }],
    });
    await settled(harness, mapUsers);
    await loadAccounts(harness, [account('a1')]);
    await loadDeals(harness, [deal('d1', 'a1', { stage: 'won', ownerId: 'owner-2' })]);
    expect((await harness.execute(DealDocument, { id: 'd1' })).deal).toMatchObject({
      stage: 'won',
      ownerId: 'owner-2',
    });
    expect(harness.callsOf(dialect === 'legacy' ? 'mapUsers' : 'uploadObjects').length).toBeGreaterThan(0);
  });

  test('deleting an integration removes it with everything in it, once', async () => {
    await using harness = await startHarness({ gong: { dialect } });
    const integrationId = await registerAcme(harness);
    await loadAccounts(harness, [account('a1')]);
    const { deleteIntegration } = await harness.execute(DeleteIntegrationDocument, { integrationId });
    expect(deleteIntegration).toMatchObject({ integrationId, alreadySubmitted: false });
    for (let done = false; !done; ) {
      const status = await harness.query<{ requestStatus: { status: string } }>(
        'query ($id: ID!, $integrationId: ID) { requestStatus(clientRequestId: $id, integrationId: $integrationId) { status } }',
        { id: deleteIntegration.clientRequestId, integrationId },
      );
      expect(status.errors).toEqual([]);
      done = status.data?.requestStatus.status === 'DONE';
    }
    expect((await harness.execute(IntegrationsDocument, {})).integrations).toEqual([]);
    const { errors } = await harness.query(
      'query ($id: ID) { account(id: "a1", integrationId: $id) { name } }',
      {
        id: integrationId,
      },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', upstream: { status: 404 } } }]);
  });
});

test('a list is sent sorted by date of change, zones compared as instants, and equal ones as they came', async () => {
  // Over the legacy paths, which refuse a file that is not sorted.
  await using harness = await startHarness({ gong: { dialect: 'legacy' } });
  await registerAcme(harness);
  const { uploadAccounts } = await harness.execute(UploadAccountsDocument, {
    accounts: [
      account('third', { modifiedDate: '2024-03-01T12:00:00Z' }),
      account('first', { modifiedDate: '2024-03-01T12:30:00+02:00' }),
      account('second', { modifiedDate: '2024-03-01T11:00:00Z' }),
      account('fourth', { modifiedDate: '2024-03-01T07:00:00-05:00' }),
    ],
  });
  await settled(harness, uploadAccounts);
});

test('the same list sent twice is loaded once, and the second answer names the first request', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  const accounts = [account('a1')];
  const first = await harness.execute(UploadAccountsDocument, { accounts });
  const second = await harness.execute(UploadAccountsDocument, { accounts });
  const other = await harness.execute(UploadAccountsDocument, { accounts: [account('a2')] });
  if (first.uploadAccounts.__typename !== 'UploadAccepted') throw new Error('needed an accepted upload');
  const { clientRequestId } = first.uploadAccounts;
  expect(first.uploadAccounts).toMatchObject({
    alreadySubmitted: false,
    objectCount: 1,
    objectType: 'ACCOUNT',
  });
  expect(second.uploadAccounts).toMatchObject({ alreadySubmitted: true, clientRequestId });
  expect(other.uploadAccounts).toMatchObject({ alreadySubmitted: false });
  expect(other.uploadAccounts).not.toMatchObject({ clientRequestId });
});

test('other content under a used ID is a conflict, be it a list, users or a deletion; Gong is not asked', async () => {
  await using harness = await startHarness();
  const integrationId = await registerAcme(harness);
  const clientRequestId = 'monday';
  const accounts = [account('a1')];
  await harness.execute(UploadAccountsDocument, { accounts, clientRequestId });
  const again = await harness.execute(UploadAccountsDocument, { accounts, clientRequestId });
  expect(again.uploadAccounts).toMatchObject({ alreadySubmitted: true, clientRequestId });
  const sent = harness.callsOf('uploadObjects').length;

  const others = await Promise.all([
    harness.query(
      'mutation ($accounts: [AccountInput!]!) { uploadAccounts(accounts: $accounts, clientRequestId: "monday") { __typename } }',
      { accounts: [account('a2')] },
    ),
    harness.query(
      'mutation { mapUsers(users: [{crmUserId: "u1", emailAddress: "a@acme.com"}], clientRequestId: "monday") { __typename } }',
    ),
    harness.query(
      `mutation { deleteIntegration(integrationId: "${integrationId}", clientRequestId: "monday") { clientRequestId } }`,
    ),
  ]);
  for (const { errors } of others) {
    expect(errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    expect(errors[0]?.message).toContain('monday');
  }
  expect(harness.callsOf('uploadObjects')).toHaveLength(sent);
  expect(harness.callsOf('deleteIntegration')).toHaveLength(0);
});

test('a field that the schema does not have is sent, with a warning', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await harness.execute(PushSchemaDocument, {
    input: { objectType: 'ACCOUNT', fields: [{ uniqueName: 'tier', label: 'Tier', type: 'STRING' }] },
  });
  const { uploadAccounts } = await harness.execute(UploadAccountsDocument, {
    accounts: [account('a1', { customFields: { tier: 'gold', teir: 'typo' } })],
  });
  expect(uploadAccounts).toMatchObject({
    __typename: 'UploadAccepted',
    warnings: [{ line: 1, objectId: 'a1', field: 'teir', code: 'UNKNOWN_FIELD' }],
  });
  await settled(harness, uploadAccounts);
});

test('a deletion needs no more than an ID and a date, and the object is gone', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await loadAccounts(harness, [account('a1')]);
  await loadAccounts(harness, [{ objectId: 'a1', modifiedDate: '2024-04-01T00:00:00Z', isDeleted: true }]);
  expect((await harness.execute(AccountDocument, { id: 'a1' })).account).toBeNull();
});

test('a deal of an unknown stage fails at Gong, and its status names the line', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await loadAccounts(harness, [account('a1')]);
  const { uploadDeals } = await harness.execute(UploadDealsDocument, {
    deals: [deal('d1', 'a1'), deal('d2', 'a1', { stage: 'nowhere' })],
  });
  if (uploadDeals.__typename !== 'UploadAccepted') throw new Error('needed an accepted upload');
  expect(await follow(harness, uploadDeals.clientRequestId)).toMatchObject({
    status: 'FAILED',
    totalErrorCount: 1,
    totalSuccessCount: 1,
    errors: [{ line: 2, description: expect.stringContaining('stage') }],
  });
});

test('phone numbers are mandatory where the company imports dialer calls, over the legacy paths alone', async () => {
  const leads = [{ objectId: 'l1', ...person }];
  await using legacy = await startHarness({ gong: { dialect: 'legacy' }, gateway: { requirePhone: true } });
  await registerAcme(legacy);
  const { errors } = await legacy.query(UploadLeadsDocument.toString(), { leads });
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(errors[0]?.message).toContain('leads[0].phoneNumber: Mandatory field [phoneNumber]');

  await using current = await startHarness({ gateway: { requirePhone: true } });
  await registerAcme(current);
  await settled(current, (await current.execute(UploadLeadsDocument, { leads })).uploadLeads);
});
