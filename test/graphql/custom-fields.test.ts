import { randomUUID } from 'node:crypto';
import {
  buildClientSchema,
  buildSchema,
  type GraphQLSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
} from 'graphql';
import { createClient as createWebSocketClient } from 'graphql-ws';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { RegisterIntegrationDocument, UploadAccountsDocument } from '../../client/src/generated/graphql.js';
import { createRedisInvalidations } from '../../src/requests/invalidations.js';
import { account, loadAccounts, MODIFIED, registerAcme, settled } from '../support/acme.js';
import { gate } from '../support/gate.js';
import { type Harness, type HarnessOptions, startHarness } from '../support/harness.js';
import { startProxy } from '../support/proxy.js';

const CUSTOM_FIELDS_ON = { gateway: { customFields: { mode: 'on', refreshMs: 900_000 } } } as const;

const start = (options: HarnessOptions = {}) =>
  startHarness({ ...options, gateway: { ...CUSTOM_FIELDS_ON.gateway, ...options.gateway } });

type Field = { uniqueName: string; label?: string; type: string } & Record<string, unknown>;

async function push(
  harness: Harness,
  objectType: string,
  fields: readonly Field[],
  allowDataLoss = false,
): Promise<void> {
  const input = {
    objectType,
    allowDataLoss,
    fields: fields.map((field) => ({ label: field.uniqueName, ...field })),
  };
  const { errors } = await harness.query(
    'mutation ($input: PushSchemaInput!) { pushSchema(input: $input) { pushed } }',
    { input },
  );
  expect(errors).toEqual([]);
}

async function schemaOf(harness: Harness) {
  const { data } = await harness.query<IntrospectionQuery>(getIntrospectionQuery());
  return buildClientSchema(data ?? expect.fail('no schema'));
}

/** Resolves as soon as the schema has, or no longer has, a type. */
const untilSchemaHas = (harness: Harness, type: string, has = true) =>
  expect
    .poll(async () => (await schemaOf(harness)).getType(type) !== undefined, { timeout: 10_000 })
    .toBe(has);

const FIELDS: readonly Field[] = [
  { uniqueName: 'Region__c', label: 'Region', type: 'PICKLIST', orderedValueList: ['EMEA', 'APAC'] },
  { uniqueName: 'channel', type: 'PICKLIST', orderedValueList: ['direct sales', 'partner'] },
  { uniqueName: 'score', type: 'NUMBER' },
  { uniqueName: 'isStrategic', type: 'BOOLEAN' },
  { uniqueName: 'renewal', type: 'DATE' },
  { uniqueName: 'parent__c', label: 'Parent', type: 'REFERENCE', referenceTo: 'ACCOUNT' },
  { uniqueName: 'sponsor', type: 'REFERENCE', referenceTo: 'USER' },
  { uniqueName: 'Région (Europe)', type: 'STRING' },
];

async function upload(harness: Harness, accounts: readonly object[]) {
  const answer = await harness.query<{ uploadAccounts: { __typename: string; clientRequestId: string } }>(
    `mutation ($accounts: [AccountInput!]!) {
      uploadAccounts(accounts: $accounts) { __typename ... on UploadAccepted { clientRequestId } }
    }`,
    { accounts },
  );
  if (answer.data?.uploadAccounts != null) await settled(harness, answer.data.uploadAccounts);
  return answer;
}

const withFields = async (options?: HarnessOptions) => {
  const harness = await start(options);
  await registerAcme(harness);
  await push(harness, 'ACCOUNT', FIELDS);
  await untilSchemaHas(harness, 'AccountCustomFields');
  return harness;
};

test('custom fields are typed fields, with their label and type in the description', async () => {
  await using harness = await withFields();
  const schema = await schemaOf(harness);

  const fields = fieldsOf(schema);

  expect(fields.map(({ name, type }) => `${name}: ${type}`)).toEqual([
    expect.stringMatching(/^Region_Europe_[0-9a-f]{8}: String$/),
    'Region__c: AccountCustom_Region__c',
    'channel: String',
    'isStrategic: Boolean',
    'parent__c: Account',
    'renewal: Date',
    'score: ExactNumber',
    'sponsor: ID',
  ]);
  const descriptions = Object.fromEntries(fields.map(({ name, description }) => [name, description]));
  expect(descriptions.Region__c).toBe('Region (PICKLIST).');
  expect(descriptions.channel).toBe('channel (PICKLIST). One of "direct sales", "partner".');
  expect(fields[0]?.description).toContain('Its `uniqueName` is "Région (Europe)".');
  expect(schema.getType('DealCustomFields')).toBeUndefined();
});

const fieldsOf = (schema: GraphQLSchema, type = 'AccountCustomFields') =>
  Object.values((schema.getType(type) as never as WithFields).getFields());

interface WithFields {
  getFields(): Record<string, { name: string; type: unknown; description?: string | null }>;
}

test('what is written as typed fields is read as typed fields, and as untyped ones', async () => {
  await using harness = await withFields();
  await loadAccounts(harness, [account('top')]);
  const custom = {
    Region__c: 'EMEA',
    channel: 'direct sales',
    score: '12345678901234567890',
    isStrategic: true,
    renewal: '2027-01-31',
    parent__c: 'top',
  };

  const { errors } = await upload(harness, [
    { objectId: 'a1', modifiedDate: MODIFIED, custom, customFields: { sponsor: 'u1' } },
  ]);
  const { data } = await harness.query(
    `{ account(id: "a1") {
      fields(names: ["Region__c", "parent__c", "sponsor"])
      custom { Region__c channel score isStrategic renewal sponsor parent__c { objectId name } }
    } }`,
  );

  expect(errors).toEqual([]);
  expect(data).toEqual({
    account: {
      fields: { Region__c: 'EMEA', parent__c: 'top', sponsor: 'u1' },
      custom: { ...custom, sponsor: 'u1', parent__c: { objectId: 'top', name: expect.any(String) } },
    },
  });
});

test('references of many objects are looked up together', async () => {
  await using harness = await withFields();
  const range = Array.from({ length: 150 }, (_, index) => index);
  await loadAccounts(
    harness,
    range.map((n) => account(`p${n}`)),
  );
  await upload(
    harness,
    range.map((n) => ({ objectId: `c${n}`, modifiedDate: MODIFIED, custom: { parent__c: `p${n}` } })),
  );
  const before = harness.callsOf('getObjects').length;

  const { data, errors } = await harness.query<{
    crmObjects: { custom: { parent__c: { objectId: string } } }[];
  }>(
    `query ($ids: [ID!]!) {
      crmObjects(objectType: ACCOUNT, ids: $ids) { ... on Account { custom { parent__c { objectId } } } }
    }`,
    { ids: range.map((n) => `c${n}`) },
  );

  expect(errors).toEqual([]);
  expect(data?.crmObjects.map(({ custom }) => custom.parent__c.objectId)).toEqual(range.map((n) => `p${n}`));
  expect(harness.callsOf('getObjects').length - before).toBe(4);
});

test('problems of typed fields are told where they were given', async () => {
  await using harness = await withFields();

  const { errors } = await upload(harness, [
    { objectId: 'a1', modifiedDate: MODIFIED, custom: { score: 'many', renewal: 'soon' } },
    { objectId: 'a2', modifiedDate: MODIFIED, customFields: { renewal: 'later' } },
  ]);
  const twice = await upload(harness, [
    { objectId: 'a1', modifiedDate: MODIFIED, custom: { score: 1 }, customFields: { score: 2 } },
  ]);

  expect(pathsOf(errors)).toEqual([
    ['accounts', 0, 'custom', 'renewal'],
    ['accounts', 0, 'custom', 'score'],
    ['accounts', 1, 'customFields', 'renewal'],
  ]);
  expect(pathsOf(twice.errors)).toEqual([['accounts', 0, 'customFields', 'score']]);
});

const pathsOf = (errors: readonly { extensions: Readonly<Record<string, unknown>> }[]) =>
  (errors[0]?.extensions.problems as { path: unknown[] }[] | undefined)
    ?.map(({ path }) => path)
    .toSorted((left, right) => (String(left) < String(right) ? -1 : 1));

test('a value outside the list of a picklist is null, and can be read with field', async () => {
  await using harness = await withFields();
  await upload(harness, [{ objectId: 'a1', modifiedDate: MODIFIED, custom: { Region__c: 'EMEA' } }]);
  await push(harness, 'ACCOUNT', [
    { uniqueName: 'Region__c', type: 'PICKLIST', orderedValueList: ['AMER', 'APAC'] },
  ]);
  await expect
    .poll(async () => (await harness.query('{ account(id: "a1") { custom { Region__c } } }')).data)
    .toEqual({ account: { custom: { Region__c: null } } });

  const { data } = await harness.query('{ account(id: "a1") { field(name: "Region__c") } }');

  expect(data).toEqual({ account: { field: 'EMEA' } });
});

test('hostile names and labels from Gong cannot break the schema', async () => {
  await using harness = await start();
  await registerAcme(harness);
  const hostile = [
    '__typename',
    'constructor',
    'a"b',
    '"""',
    'x y',
    'x-y',
    '日本',
    '\u202egnorw',
    '1st',
    'custom',
  ];
  await push(
    harness,
    'DEAL',
    hostile.map((uniqueName) => ({
      uniqueName,
      label: `${'l'.repeat(900)} """ \\u0000 <script>`,
      type: 'STRING',
    })),
  );
  await untilSchemaHas(harness, 'DealCustomFields');

  const fields = Object.keys(
    ((await schemaOf(harness)).getType('DealCustomFields') as never as WithFields).getFields(),
  );

  expect(fields).toHaveLength(hostile.length);
  expect(new Set(fields).size).toBe(hostile.length);
  for (const name of fields) expect(name).toMatch(/^(?!__)[A-Za-z_]\w*$/);
});

describe('the schema follows Gong', () => {
  test('after a push through another replica', async () => {
    const prefix = `test-${randomUUID()}:`;
    const redis = () => {
      const client = new Redis('redis://127.0.0.1:6379', { keyPrefix: prefix });
      onTestFinished(() => client.disconnect());
      return client;
    };
    await using one = await start({ gateway: { invalidations: createRedisInvalidations(redis() as never) } });
    await registerAcme(one);
    const gong = { baseUrl: one.emulatorUrl };
    await using other = await start({
      gong,
      gateway: { invalidations: createRedisInvalidations(redis() as never) },
    });

    await push(one, 'ACCOUNT', FIELDS);

    await untilSchemaHas(one, 'AccountCustomFields');
    await untilSchemaHas(other, 'AccountCustomFields');
  });

  test('on a timer, where the schema was changed by others', async () => {
    await using harness = await start({
      gateway: { customFields: { mode: 'on', refreshMs: 1_000 }, cacheTtlMs: 0 },
    });
    await registerAcme(harness);
    await using others = await startHarness({ gong: { baseUrl: harness.emulatorUrl } });

    await push(others, 'ACCOUNT', FIELDS);

    await untilSchemaHas(harness, 'AccountCustomFields');
  });

  test('when Gong answers, where it could not be asked at the start', async () => {
    await using emulated = await startHarness();
    await registerAcme(emulated);
    await push(emulated, 'ACCOUNT', FIELDS);
    let isDown = true;
    await using proxy = await startProxy(
      () => emulated.emulatorUrl,
      () => (isDown ? { status: 503 } : undefined),
    );
    await using harness = await start({
      gong: { baseUrl: proxy.url, breakerOpenMs: 1_000 },
      gateway: { customFields: { mode: 'on', refreshMs: 1_000 } },
    });
    const ready = async () => {
      const answer = await fetch(`${harness.url}/ready`);
      return ((await answer.json()) as { checks: { customFields: unknown } }).checks.customFields;
    };

    expect(await ready()).toEqual({
      status: 'degraded',
      reason: expect.stringContaining('could not be read'),
    });
    expect((await harness.query('{ __typename }')).data).toEqual({ __typename: 'Query' });
    isDown = false;

    await untilSchemaHas(harness, 'AccountCustomFields');
    expect(await ready()).toMatchObject({ status: 'ok' });
  });

  test('without failing an operation under way, which runs to its end against the schema it was validated by', async () => {
    await using emulated = await withFields();
    await upload(emulated, [{ objectId: 'a1', modifiedDate: MODIFIED, custom: { score: 7 } }]);
    const [asked, released] = [gate(), gate()];
    await using proxy = await startProxy(
      () => emulated.emulatorUrl,
      async ({ method, url }) => {
        if (method !== 'GET' || !url.includes('/entities?')) return undefined;
        asked.open();
        await released.opened;
        return undefined;
      },
    );
    await using harness = await start({ gong: { baseUrl: proxy.url } });
    const underWay = harness.query('{ account(id: "a1") { custom { score } } }');
    await asked.opened;

    const { errors } = await harness.query(
      `mutation { pushSchema(input: { objectType: ACCOUNT, allowDataLoss: true, fields: [{ uniqueName: "renewal", isDeleted: true }] }) { pushed } }`,
    );
    expect(errors).toEqual([]);
    await expect
      .poll(async () => fieldsOf(await schemaOf(harness)).map(({ name }) => name))
      .not.toContain('renewal');
    released.open();

    expect(await underWay).toMatchObject({ errors: [], data: { account: { custom: { score: 7 } } } });
  });

  test('without ending a subscription, which tells the end of its request while a field is added and changes its type', async () => {
    await using harness = await start({ emulator: { processingMs: 1_500 } });
    await harness.execute(RegisterIntegrationDocument, {
      input: { name: 'Acme CRM', ownerEmail: 'o@acme.com' },
    });
    const client = createWebSocketClient({
      url: `${harness.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    onTestFinished(async () => client.dispose());
    const { uploadAccounts } = await harness.execute(UploadAccountsDocument, { accounts: [account('a1')] });
    if (uploadAccounts.__typename !== 'UploadAccepted') return expect.fail('the upload was refused');
    const events = client.iterate<{ requestStatusChanged: { status: string } }>({
      query: 'subscription ($id: ID!) { requestStatusChanged(clientRequestId: $id) { status } }',
      variables: { id: uploadAccounts.clientRequestId },
    });
    const first = await events.next();
    expect(first.value?.data?.requestStatusChanged.status).not.toBe('DONE');

    await push(harness, 'ACCOUNT', FIELDS);
    await untilSchemaHas(harness, 'AccountCustomFields');
    await push(harness, 'ACCOUNT', [{ uniqueName: 'score', type: 'STRING' }], true);
    await expect
      .poll(async () => fieldsOf(await schemaOf(harness)).map(({ name, type }) => `${name}: ${type}`))
      .toContain('score: String');

    const statuses: (string | undefined)[] = [];
    for await (const { data, errors } of events) {
      expect(errors).toBeUndefined();
      statuses.push(data?.requestStatusChanged.status);
    }
    expect(statuses.at(-1)).toBe('DONE');
  });
});

describe('with callers’ own credentials', () => {
  test('each has the custom fields of its own integration, and made-up ones have none', async () => {
    await using harness = await start({ passthrough: {} });
    const basic = (key: string) => ({
      authorization: `Basic ${Buffer.from(`${key}:${key}`).toString('base64')}`,
    });
    const known = harness.as(basic('emulator'));
    await registerAcme(known);
    await push(known, 'ACCOUNT', FIELDS);
    await untilSchemaHas(known, 'AccountCustomFields');

    const stranger = harness.as(basic('stranger'));

    expect((await stranger.query('{ account(id: "a") { custom { score } } }')).errors[0]?.message).toContain(
      'Cannot query field "custom"',
    );
  });
});

test('CUSTOM_FIELDS=off leaves the schema as it is', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);

  await push(harness, 'ACCOUNT', FIELDS);

  const { errors } = await harness.query('{ account(id: "a") { custom { score } } }');
  expect(errors[0]?.message).toContain('Cannot query field "custom"');
});

describe('GET /schema.graphql', () => {
  test('is the schema as text, custom fields included, with an ETag that changes with it', async () => {
    await using harness = await withFields();
    const get = (etag?: string) =>
      fetch(`${harness.url}/schema.graphql`, {
        headers: etag === undefined ? {} : { 'if-none-match': etag },
      });

    const answer = await get();
    const text = await answer.text();
    const etag = answer.headers.get('etag') ?? expect.fail('no ETag');

    expect(answer.headers.get('content-type')).toBe('application/graphql; charset=utf-8');
    expect(buildSchema(text).getType('AccountCustomFields')).toBeDefined();
    expect((await get(etag)).status).toBe(304);
    await push(harness, 'DEAL', [{ uniqueName: 'score', type: 'NUMBER' }]);
    await untilSchemaHas(harness, 'DealCustomFields');
    expect((await get(etag)).status).toBe(200);
  });

  test('is not shown in production', async () => {
    await using harness = await startHarness({ gateway: { production: true } });

    const answer = await fetch(`${harness.url}/schema.graphql`);

    expect(answer.status).toBe(403);
  });
});
