import { InMemoryCache } from '@apollo/client/core';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CrmObjectsDocument,
  DealDocument,
  DealsWithAccountsDocument,
  LeadDocument,
  PushSchemaDocument,
  ReferenceDocument,
  UploadContactsDocument,
  UploadLeadsDocument,
} from '../../client/src/generated/graphql.js';
import { account, deal, loadAccounts, loadDeals, MODIFIED, registerAcme, settled } from '../support/acme.js';
import { type Harness, startHarness } from '../support/harness.js';
import { startProxy } from '../support/proxy.js';

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

test('250 deals with their accounts cost three calls for the deals and one for each hundred accounts', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await loadAccounts(
    harness,
    range(120).map((n) => account(`a${n}`)),
  );
  await loadDeals(
    harness,
    range(250).map((n) => deal(`d${n}`, `a${n % 120}`)),
  );
  const ids = range(250).map((n) => `d${249 - n}`);

  const { deals } = await harness.execute(DealsWithAccountsDocument, { ids });

  expect(deals.map((object) => object?.id)).toEqual(ids);
  expect(deals.map((object) => object?.account?.objectId)).toEqual(
    ids.map((id) => `a${Number(id.slice(1)) % 120}`),
  );
  const batches = harness.callsOf('getObjects').map((call) => ({
    type: call.query.get('objectType'),
    ids: call.objectIds?.length,
  }));
  expect(batches.sort((left, right) => String(right.type).localeCompare(String(left.type)))).toEqual([
    { type: 'DEAL', ids: 100 },
    { type: 'DEAL', ids: 100 },
    { type: 'DEAL', ids: 50 },
    { type: 'ACCOUNT', ids: 100 },
    { type: 'ACCOUNT', ids: 20 },
  ]);
});

test('objects come in the order asked for, once fetched however often asked for, and null where missing', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await loadAccounts(harness, [account('a1'), account('a2'), account('__proto__'), account('constructor')]);
  const ids = ['a2', 'missing', 'a1', 'a2', '__proto__', 'constructor', 'toString'];

  const { crmObjects } = await harness.execute(CrmObjectsDocument, { objectType: 'ACCOUNT', ids });

  expect(crmObjects.map((object) => object?.objectId ?? null)).toEqual([
    'a2',
    null,
    'a1',
    'a2',
    '__proto__',
    'constructor',
    null,
  ]);
  expect(harness.callsOf('getObjects').map((call) => call.objectIds)).toEqual([
    ['a2', 'missing', 'a1', '__proto__', 'constructor', 'toString'],
  ]);
});

test('no ids are no objects, and no call', async () => {
  await using harness = await startHarness();
  expect(await harness.query('{ crmObjects(objectType: DEAL, ids: []) { objectId } }')).toMatchObject({
    data: { crmObjects: [] },
    errors: [],
  });
  expect(harness.calls).toEqual([]);
});

describe('a list of objects of one type', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
    await registerAcme(harness);
    await loadAccounts(harness, [account('a1'), account('a2')]);
    await loadDeals(harness, [deal('d1', 'a1'), deal('d2', 'a2')]);
    const person = {
      modifiedDate: MODIFIED,
      firstName: 'Jane',
      lastName: 'Doe',
      emailAddress: 'jane@acme.com',
    };
    const contacts = [{ ...person, objectId: 'c1', accountId: 'a1' }];
    await settled(harness, (await harness.execute(UploadContactsDocument, { contacts })).uploadContacts);
    const leads = [{ ...person, objectId: 'l1' }];
    await settled(harness, (await harness.execute(UploadLeadsDocument, { leads })).uploadLeads);
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  const LISTS = [
    ['accounts', 'Account', ['a2', 'nobody', 'a1', 'a2']],
    ['contacts', 'Contact', ['nobody', 'c1', 'c1']],
    ['deals', 'Deal', ['d2', 'd1', 'nobody']],
    ['leads', 'Lead', ['l1', 'nobody']],
  ] as const;

  test.each(LISTS)(
    '%s: each %s by its id, in order, and null where Gong has none',
    async (field, type, ids) => {
      const before = harness.callsOf('getObjects').length;
      const { data, errors } = await harness.query(
        `query ($ids: [ID!]!) { ${field}(ids: $ids) { __typename id objectId objectType } }`,
        { ids },
      );
      expect(errors).toEqual([]);
      expect(data?.[field]).toEqual(
        ids.map((id) =>
          id === 'nobody' ? null : { __typename: type, id, objectId: id, objectType: type.toUpperCase() },
        ),
      );
      const calls = harness.callsOf('getObjects').slice(before);
      expect(calls.map(({ objectIds }) => objectIds)).toEqual([[...new Set(ids)]]);
    },
  );

  test('has its own fields without a fragment, and shares calls with the other ways to ask', async () => {
    const before = harness.callsOf('getObjects').length;
    const { data, errors } = await harness.query(`{
      deals(ids: ["d1"]) { id name account { id name } }
      one: deal(id: "d2") { id }
      many: crmObjects(objectType: DEAL, ids: ["d1", "d2"]) { id }
    }`);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      deals: [{ id: 'd1', name: 'Deal d1', account: { id: 'a1', name: 'Account a1' } }],
      one: { id: 'd2' },
      many: [{ id: 'd1' }, { id: 'd2' }],
    });
    // The deals, and then the account.
    expect(harness.callsOf('getObjects').slice(before)).toHaveLength(2);
  });

  test("is normalized by Apollo Client's cache without configuration", async () => {
    const cache = new InMemoryCache();
    const variables = { ids: ['d1', 'd2'] };
    const data = await harness.execute(DealsWithAccountsDocument, variables);
    cache.writeQuery({ query: parse(DealsWithAccountsDocument.toString()), data, variables });
    expect(Object.keys(cache.extract()).toSorted()).toEqual([
      'Account:a1',
      'Account:a2',
      'Deal:d1',
      'Deal:d2',
      'ROOT_QUERY',
    ]);
  });

  test.each(LISTS)('%s checks its ids and the integration as crmObjects does', async (field) => {
    const ask = async (args: string, variables?: Record<string, unknown>) => {
      const declared = variables === undefined ? '' : 'query ($ids: [ID!]!) ';
      const { data, errors } = await harness.query(`${declared}{ ${field}(${args}) { id } }`, variables);
      expect(data).toEqual({ [field]: null });
      return errors[0]?.extensions;
    };
    const calls = harness.calls.length;
    expect(await ask('ids: [""]')).toMatchObject({
      code: 'BAD_USER_INPUT',
      problems: [{ path: ['ids', 0], code: 'MISSING_FIELD' }],
    });
    expect(await ask('ids: $ids', { ids: range(1_001).map(() => 'x') })).toMatchObject({
      problems: [{ path: ['ids'], code: 'TOO_MANY' }],
    });
    expect(await ask('ids: ["x"], integrationId: "seven"')).toMatchObject({
      problems: [{ path: ['integrationId'], code: 'BAD_FORMAT' }],
    });
    expect(await harness.query(`{ ${field}(ids: []) { id } }`)).toMatchObject({ data: { [field]: [] } });
    expect(harness.calls).toHaveLength(calls);
    // Gong says so, and its error is in the place of each object.
    const { data, errors } = await harness.query(`{ ${field}(ids: ["x"], integrationId: "1") { id } }`);
    expect(data).toEqual({ [field]: [null] });
    expect(errors).toMatchObject([{ path: [field, 0], extensions: { code: 'NOT_FOUND' } }]);
  });
});

test('a field of the company that is called `id` is not the `id` of the object', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  const fields = [{ uniqueName: 'id', label: 'ID', type: 'STRING' as const }];
  await harness.execute(PushSchemaDocument, { input: { objectType: 'ACCOUNT', fields } });
  await loadAccounts(harness, [account('a1', { customFields: { id: 'another' } })]);
  const { data } = await harness.query('{ account(id: "a1") { id field(name: "id") } }');
  expect(data).toEqual({ account: { id: 'a1', field: 'another' } });
});

test('a failed call is an error on exactly the paths of its own ids', async () => {
  let emulatorUrl = '';
  await using proxy = await startProxy(
    () => emulatorUrl,
    ({ method, body }) =>
      method === 'GET' && body.includes('"a150"')
        ? { status: 500, body: '{"requestId":"gong-7","errors":["<b>database</b> is down"]}' }
        : undefined,
  );
  await using harness = await startHarness({ gong: { baseUrl: proxy.url } });
  emulatorUrl = harness.emulatorUrl;
  await registerAcme(harness);
  await loadAccounts(
    harness,
    range(250).map((n) => account(`a${n}`)),
  );

  const answer = await harness.query<{ crmObjects: ({ objectId: string } | null)[] }>(
    'query ($ids: [ID!]!) { crmObjects(objectType: ACCOUNT, ids: $ids) { objectId } }',
    { ids: range(250).map((n) => `a${n}`) },
  );

  const failed = answer.data?.crmObjects.flatMap((object, index) => (object === null ? [index] : []));
  expect(failed).toEqual(range(100).map((n) => n + 100));
  expect(answer.errors.map((error) => error.path)).toEqual(failed?.map((index) => ['crmObjects', index]));
  expect(answer.errors[0]?.extensions).toMatchObject({
    code: 'UPSTREAM_UNAVAILABLE',
    retryable: true,
    upstream: { status: 500, requestId: 'gong-7', errors: ['database is down'] },
  });
});

test('typed fields, fields by name, and custom values are read from one and the same object', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await harness.execute(PushSchemaDocument, {
    input: {
      objectType: 'DEAL',
      fields: [
        { uniqueName: 'probability', label: 'Probability', type: 'PERCENT' },
        { uniqueName: 'serial', label: 'Serial', type: 'STRING' },
      ],
    },
  });
  await loadAccounts(harness, [account('a1')]);
  await loadDeals(harness, [
    deal('d1', 'a1', { customFields: { probability: 67.3, serial: '5517027188234205937' } }),
  ]);

  const { deal: found } = await harness.execute(DealDocument, { id: 'd1' });
  expect(found).toMatchObject({
    objectId: 'd1',
    name: 'Deal d1',
    closeDate: '2024-12-31',
    createdDate: '2024-01-01T00:00:00Z',
    amount: 7000,
    status: 'OPEN',
    account: { objectId: 'a1', name: 'Account a1' },
    fields: { probability: 67.3, serial: '5517027188234205937', accountId: 'a1' },
  });
  const picked = await harness.query(
    '{ deal(id: "d1") { fields(names: ["probability", "none"]) field(name: "serial") absent: field(name: "toString") } }',
  );
  expect(picked.data?.deal).toEqual({
    fields: { probability: 67.3 },
    field: '5517027188234205937',
    absent: null,
  });
});

test('what is asked of the fields of each object in a list is checked for every one, and for each name apart', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await loadAccounts(harness, [account('a1'), account('a2')]);
  const { data, errors } = await harness.query(
    `query ($bad: String!) { crmObjects(objectType: ACCOUNT, ids: ["a1", "a2"]) {
      good: field(name: "name") bad: field(name: $bad)
    } }`,
    { bad: 'x'.repeat(256) },
  );
  expect(data?.crmObjects).toEqual(['a1', 'a2'].map((id) => ({ good: account(id).name, bad: null })));
  expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual(
    [0, 1].map((index) => [['crmObjects', index, 'bad'], 'BAD_USER_INPUT']),
  );
  const none = await harness.query(
    '{ crmObjects(objectType: ACCOUNT, ids: ["a1", "a2"]) { objectId fields(names: []) } }',
  );
  expect(none.errors.map(({ message }) => message)).toEqual(
    new Array(2).fill(expect.stringContaining('names: needed at least one name')),
  );
});

test('custom references are followed to the objects they name', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await harness.execute(PushSchemaDocument, {
    input: {
      objectType: 'ACCOUNT',
      fields: [
        { uniqueName: 'parent', label: 'Parent account', type: 'REFERENCE', referenceTo: 'ACCOUNT' },
        { uniqueName: 'manager', label: 'Manager', type: 'REFERENCE', referenceTo: 'USER' },
        { uniqueName: 'tier', label: 'Tier', type: 'STRING' },
      ],
    },
  });
  await loadAccounts(harness, [
    account('top', { customFields: { manager: 'owner-1', tier: 'gold' } }),
    account('daughter', { customFields: { parent: 'top' } }),
    account('orphan', { customFields: { parent: 'gone' } }),
  ]);

  const ids = ['daughter', 'orphan', 'top'];
  const { crmObjects } = await harness.execute(ReferenceDocument, {
    objectType: 'ACCOUNT',
    ids,
    field: 'parent',
  });
  expect(crmObjects).toMatchObject([
    { objectId: 'daughter', field: 'top', reference: { objectId: 'top', objectType: 'ACCOUNT' } },
    { objectId: 'orphan', field: 'gone', reference: null },
    { objectId: 'top', field: null, reference: null },
  ]);

  for (const [field, needed] of [
    ['tier', 'needed a REFERENCE field of ACCOUNT, got "tier"'],
    ['nothing', 'needed a REFERENCE field of ACCOUNT, got "nothing"'],
    ['manager', 'which refers to USER'],
  ] as const) {
    const { errors } = await harness.query(
      'query ($field: String!) { account(id: "top") { reference(field: $field) { objectId } } }',
      { field },
    );
    expect(errors).toMatchObject([
      { path: ['account', 'reference'], extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(errors[0]?.message).toContain(needed);
  }
});

test('a lead leads on to the deal, the contact and the account that it became', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await loadAccounts(harness, [account('a1')]);
  await loadDeals(harness, [deal('d1', 'a1')]);
  const person = {
    modifiedDate: MODIFIED,
    firstName: 'Bob',
    lastName: 'Smith',
    emailAddress: 'bob@acme.com',
  };
  const { uploadContacts } = await harness.execute(UploadContactsDocument, {
    contacts: [{ objectId: 'c1', accountId: 'a1', ...person }],
  });
  await settled(harness, uploadContacts);
  const { uploadLeads } = await harness.execute(UploadLeadsDocument, {
    leads: [
      {
        objectId: 'l1',
        ...person,
        convertedToDealId: 'd1',
        convertedToContactId: 'c1',
        convertedToAccountId: 'a1',
      },
    ],
  });
  await settled(harness, uploadLeads);

  const { lead } = await harness.execute(LeadDocument, { id: 'l1' });
  expect(lead).toMatchObject({
    convertedToDeal: { objectId: 'd1', name: 'Deal d1' },
    convertedToContact: { objectId: 'c1', emailAddress: 'bob@acme.com' },
    convertedToAccount: { objectId: 'a1', name: 'Account a1' },
  });
});

test('a query that names no integration means the active one, and learns it with one call for all its fields', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await loadAccounts(harness, [account('a1'), account('a2')]);
  const before = harness.callsOf('listIntegrations').length;

  const { data } = await harness.query('{ one: account(id: "a1") { name } two: account(id: "a2") { name } }');

  expect(data).toEqual({ one: { name: 'Account a1' }, two: { name: 'Account a2' } });
  expect(harness.callsOf('listIntegrations').length - before).toBeLessThanOrEqual(1);
  expect(harness.callsOf('getObjects').map((call) => call.objectIds)).toEqual([['a1', 'a2']]);
});

test('without an active integration a query that needs one is told to register', async () => {
  await using harness = await startHarness();
  const { errors } = await harness.query('{ account(id: "a1") { name } }');
  expect(errors).toMatchObject([{ path: ['account'], extensions: { code: 'NOT_FOUND' } }]);
  expect(errors[0]?.message).toContain('registerIntegration');
});
