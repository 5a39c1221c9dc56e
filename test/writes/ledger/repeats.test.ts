import { describe, expect, test } from 'vitest';
import {
  AccountDocument,
  ContactDocument,
  type ContactInput,
  DealDocument,
  DeleteIntegrationDocument,
  MapUsersDocument,
  PushSchemaDocument,
  UploadAccountsDocument,
  UploadContactsDocument,
  UploadDealStagesDocument,
  UploadDealsDocument,
} from '../../../client/src/generated/graphql.js';
import {
  account,
  deal,
  loadAccounts,
  loadDeals,
  MODIFIED,
  registerAcme,
  settled,
} from '../../support/acme.js';
import { follow } from '../../support/follow.js';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.js';
import { metric } from '../../telemetry/metrics-text.js';

/* What is sent again arrives: it is left out only where sending it could change nothing. */

const contact: ContactInput = {
  objectId: 'c1',
  accountId: 'a1',
  modifiedDate: MODIFIED,
  emailAddress: 'jane@acme.com',
  firstName: 'Jane',
  lastName: 'Doe',
};

type Accepted = Extract<
  (typeof UploadAccountsDocument)['__apiType'] extends ((variables: never) => infer R) | undefined
    ? R
    : never,
  unknown
>['uploadAccounts'] & { readonly __typename: 'UploadAccepted' };

async function startWithCrm(options: HarnessOptions = {}): Promise<Harness> {
  const harness = await startHarness(options);
  await registerAcme(harness);
  return harness;
}

function accepted<T extends { readonly __typename: string }>(result: T): T & Accepted {
  if (result.__typename !== 'UploadAccepted')
    throw new Error(`needed an accepted upload, got ${JSON.stringify(result)}`);
  return result as T & Accepted;
}

async function uploadContact(harness: Harness) {
  const { uploadContacts } = await harness.execute(UploadContactsDocument, { contacts: [contact] });
  return accepted(uploadContacts);
}

async function uploadAccount(harness: Harness, objectId = 'a1', clientRequestId?: string) {
  const variables = { accounts: [account(objectId)], ...(clientRequestId && { clientRequestId }) };
  const { uploadAccounts } = await harness.execute(UploadAccountsDocument, variables);
  return accepted(uploadAccounts);
}

/** Uploads that reached the emulator, whatever it answered. */
const uploads = (harness: Harness) => harness.callsOf('uploadObjects').length;

describe('without a clientRequestId', () => {
  test('a contact sent before its account is sent again when repeated, and appears', async () => {
    await using harness = await startWithCrm();
    const early = await uploadContact(harness);
    await settled(harness, early);
    await loadAccounts(harness, [account('a1')]);
    const again = await uploadContact(harness);
    expect(again).toMatchObject({
      alreadySubmitted: false,
      status: null,
      clientRequestId: `${early.clientRequestId}--r2`,
    });
    await settled(harness, again);
    expect((await harness.execute(ContactDocument, { id: 'c1' })).contact).toMatchObject({
      firstName: 'Jane',
    });
    await loadAccounts(harness, [account('a2')]);
    expect(await uploadContact(harness)).toMatchObject({ clientRequestId: `${early.clientRequestId}--r3` });
  });

  test('so it is even before Gong has begun with the first, because of the write in between', async () => {
    await using harness = await startWithCrm({ emulator: { processingMs: 200 } });
    await uploadContact(harness);
    await uploadAccount(harness);
    const again = await uploadContact(harness);
    expect(again.alreadySubmitted).toBe(false);
    await settled(harness, again);
    expect((await harness.execute(ContactDocument, { id: 'c1' })).contact).not.toBeNull();
  });

  test('a list that Gong failed is sent again, however often', async () => {
    await using harness = await startWithCrm();
    await loadAccounts(harness, [account('a1')]);
    const deals = [deal('d1', 'a1', { stage: 'late' })];
    const names: string[] = [];
    const upload = async () => {
      const { uploadDeals } = await harness.execute(UploadDealsDocument, { deals });
      const { clientRequestId, alreadySubmitted } = accepted(uploadDeals);
      expect(alreadySubmitted).toBe(false);
      names.push(clientRequestId);
      return (await follow(harness, clientRequestId)).status;
    };
    // Nothing else is written in between: that Gong failed it is reason enough.
    expect([await upload(), await upload()]).toEqual(['FAILED', 'FAILED']);
    const late = { internalName: 'late', name: 'Late', isActive: true, sortOrder: 3 };
    const { uploadDealStages } = await harness.execute(UploadDealStagesDocument, { stages: [late] });
    await follow(harness, uploadDealStages.clientRequestId ?? '');
    expect(await upload()).toBe('DONE');
    expect(names).toEqual([names[0], `${names[0]}--r2`, `${names[0]}--r3`]);
    expect((await harness.execute(DealDocument, { id: 'd1' })).deal).toMatchObject({ stage: 'late' });
  });

  test('a list is sent again after a schema push, which may add one of its fields', async () => {
    await using harness = await startWithCrm();
    const accounts = [account('a1', { customFields: { tier: 'gold' } })];
    await loadAccounts(harness, accounts);
    await harness.execute(PushSchemaDocument, {
      input: { objectType: 'ACCOUNT', fields: [{ uniqueName: 'tier', label: 'Tier', type: 'STRING' }] },
    });
    const again = await harness.execute(UploadAccountsDocument, { accounts });
    expect(accepted(again.uploadAccounts).alreadySubmitted).toBe(false);
    await settled(harness, again.uploadAccounts);
    const { account: found } = await harness.execute(AccountDocument, { id: 'a1' });
    expect(found?.fields).toMatchObject({ tier: 'gold' });
  });

  describe.each(['current', 'legacy'] as const)('in the %s dialect', (dialect) => {
    test('a user who was mapped and deleted can be mapped again', async () => {
      await using harness = await startWithCrm({ gong: { dialect } });
      await loadAccounts(harness, [account('a1')]);
      const map = async (isDeleted: boolean) => {
        const users = [{ crmUserId: 'u1', emailAddress: 'u1@acme.com', isDeleted }];
        const { mapUsers } = await harness.execute(MapUsersDocument, { users });
        expect(accepted(mapUsers)).toMatchObject({ alreadySubmitted: false, status: null });
        return mapUsers;
      };
      await map(false);
      await map(true);
      await settled(harness, await map(false));
      await loadDeals(harness, [deal('d1', 'a1', { ownerId: 'u1' })]);
      expect((await harness.execute(DealDocument, { id: 'd1' })).deal).toMatchObject({ ownerId: 'u1' });
    });

    test('mapping users takes the budget’s upload priority', async () => {
      await using harness = await startWithCrm({ gong: { dialect } });
      const waited = (priority: string) =>
        metric(harness, 'gateway_budget_wait_seconds_count', { priority }).then((count = 0) => count);
      const before = await waited('upload');
      await harness.execute(MapUsersDocument, { users: [{ crmUserId: 'u1', emailAddress: 'u1@acme.com' }] });
      expect(await waited('upload')).toBe(before + 1);
    });

    test('stages renamed back and forth are sent each time, and the response says so', async () => {
      await using harness = await startWithCrm({ gong: { dialect } });
      const name = async (text: string) => {
        const stages = [{ internalName: 'won', name: text, isActive: true, sortOrder: 9 }];
        return (await harness.execute(UploadDealStagesDocument, { stages })).uploadDealStages;
      };
      const answers = [await name('Won'), await name('Gewonnen'), await name('Won')];
      expect(answers).toMatchObject(Array(3).fill({ stageCount: 1, alreadySubmitted: false, message: null }));
      const sent =
        dialect === 'legacy'
          ? harness.callsOf('uploadDealStages')
          : harness.callsOf('uploadObjects').slice(-3);
      expect(sent.map(({ status }) => status)).toEqual(Array(3).fill(dialect === 'legacy' ? 200 : 201));
      if (dialect === 'legacy') return;
      const last = answers[2]?.clientRequestId ?? '';
      await follow(harness, last);
      expect(await name('Won')).toMatchObject({
        alreadySubmitted: true,
        status: 'DONE',
        clientRequestId: last,
      });
    });
  });

  test('the latest write is not sent again while it is DONE or in progress; the response gives its status', async () => {
    await using harness = await startWithCrm({ emulator: { processingMs: 100 } });
    const first = await uploadAccount(harness);
    const sent = uploads(harness);
    const early = await uploadAccount(harness);
    expect(early).toMatchObject({
      alreadySubmitted: true,
      clientRequestId: first.clientRequestId,
      message: null,
    });
    expect(['PENDING', 'IN_PROGRESS']).toContain(early.status);
    await settled(harness, first);
    expect(await uploadAccount(harness)).toMatchObject({
      alreadySubmitted: true,
      status: 'DONE',
      message: null,
      requests: [{ clientRequestId: first.clientRequestId, alreadySubmitted: true, status: 'DONE' }],
    });
    expect(uploads(harness)).toBe(sent);
  });

  test('the same list fifty times at once is one call', async () => {
    await using harness = await startWithCrm();
    const before = uploads(harness);
    const answers = await Promise.all(Array.from({ length: 50 }, () => uploadAccount(harness)));
    expect(answers.filter(({ alreadySubmitted }) => !alreadySubmitted)).toHaveLength(1);
    expect(new Set(answers.map(({ clientRequestId }) => clientRequestId)).size).toBe(1);
    expect(uploads(harness)).toBe(before + 1);
  });

  test('after a restart everything is sent again: under its name or, if Gong already has that, another one', async () => {
    await using before = await startWithCrm();
    await uploadContact(before);
    await loadAccounts(before, [account('a1')]);
    await using after = await startHarness({ gong: { baseUrl: before.emulatorUrl } });
    const tried = uploads(before);
    const again = await uploadContact(after);
    expect(again.alreadySubmitted).toBe(false);
    expect(again.clientRequestId).toMatch(/^contact-[\w-]{43}--r[0-9a-z]{10,}$/);
    expect(uploads(before)).toBe(tried + 2);
    await settled(after, again);
    expect((await after.execute(ContactDocument, { id: 'c1' })).contact).not.toBeNull();
    // From now on it remembers, and tries no name that Gong has used up.
    await uploadAccount(after, 'a2');
    const sent = uploads(before);
    expect((await uploadContact(after)).alreadySubmitted).toBe(false);
    expect(uploads(before)).toBe(sent + 1);
  });

  test('an integration is deleted once, and again if Gong failed to', async () => {
    await using harness = await startWithCrm({ emulator: { processingMs: 50 } });
    const { data } = await harness.query<{ integrations: { id: string }[] }>('{ integrations { id } }');
    const integrationId = data?.integrations[0]?.id ?? '';
    const remove = async () =>
      (await harness.execute(DeleteIntegrationDocument, { integrationId })).deleteIntegration;
    expect(await remove()).toMatchObject({ alreadySubmitted: false, status: null });
    expect(await remove()).toMatchObject({ alreadySubmitted: true, message: null });
    for (let status = ''; status !== 'DONE'; ) status = (await remove()).status ?? '';
    expect(harness.callsOf('deleteIntegration')).toHaveLength(1);
  });
});

describe('with a clientRequestId', () => {
  test('a repeat returns the status of the first, and says that a failed one needs another ID', async () => {
    await using harness = await startWithCrm();
    await loadAccounts(harness, [account('a1')]);
    const deals = [deal('d1', 'a1', { stage: 'nowhere' })];
    const upload = async (clientRequestId: string) => {
      const { uploadDeals } = await harness.execute(UploadDealsDocument, { deals, clientRequestId });
      return accepted(uploadDeals);
    };
    await upload('monday');
    await follow(harness, 'monday');
    const sent = uploads(harness);
    const again = await upload('monday');
    expect(again).toMatchObject({ alreadySubmitted: true, status: 'FAILED', clientRequestId: 'monday' });
    expect(again.message).toContain('another clientRequestId');
    expect(uploads(harness)).toBe(sent);
    expect(await upload('tuesday')).toMatchObject({ alreadySubmitted: false, status: null, message: null });
  });

  test('a repeat is recognised however much was written since', async () => {
    await using harness = await startWithCrm();
    await settled(harness, await uploadAccount(harness, 'a1', 'monday'));
    await settled(harness, await uploadAccount(harness, 'a2'));
    const sent = uploads(harness);
    expect(await uploadAccount(harness, 'a1', 'monday')).toMatchObject({
      alreadySubmitted: true,
      status: 'DONE',
    });
    expect(uploads(harness)).toBe(sent);
  });

  test('an ID that Gong has is a conflict after a restart, same content or not, and the error gives its status', async () => {
    await using before = await startWithCrm();
    await settled(before, await uploadAccount(before, 'a1', 'monday'));
    await using after = await startHarness({ gong: { baseUrl: before.emulatorUrl } });
    for (const objectId of ['a1', 'a2']) {
      const { errors } = await after.query(UploadAccountsDocument.toString(), {
        accounts: [account(objectId)],
        clientRequestId: 'monday',
      });
      expect(errors).toMatchObject([
        { extensions: { code: 'CONFLICT', retryable: false, clientRequestId: 'monday', status: 'DONE' } },
      ]);
      expect(errors[0]?.message).toContain('(DONE)');
    }
    expect((await after.execute(AccountDocument, { id: 'a2' })).account).toBeNull();
  });

  test.each([
    ['uploadAccounts', '(accounts: [{objectId: "a1", modifiedDate: "2024-03-01T12:00:00Z"}], '],
    ['mapUsers', '(users: [{crmUserId: "u1", emailAddress: "u1@acme.com"}], '],
    ['deleteIntegration', '(integrationId: "1", '],
  ])('%s refuses IDs like those that the gateway gives to parts and repeats', async (field, rest) => {
    await using harness = await startHarness();
    const query = `mutation ($id: ID!) { ${field}${rest}clientRequestId: $id) { __typename } }`;
    for (const id of ['nightly--p2', 'nightly--r2', 'nightly--rmf3k2a9x7k']) {
      const { errors } = await harness.query(query, { id });
      expect(errors, id).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(errors[0]?.message).toContain('clientRequestId');
    }
    expect(harness.calls).toEqual([]);
  });
});
