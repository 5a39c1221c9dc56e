import { describe, expect, it, test } from 'vitest';
import { GatewayError } from '../../src/errors.js';
import { type GraphqlError, type Harness, startHarness } from '../support/harness.js';
import { INTEGRATION, json, startClient, startUpstream } from './upstream.js';

/*
 * Answers of Gong that are malformed in one place: that part becomes an error, and everything else arrives.
 */

const deep = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
const answering = (body: string) => startUpstream((_call, response) => response.writeHead(200).end(body));

/** A gateway in front of a Gong that answers everything with this. */
async function startBefore(body: string): Promise<Harness> {
  const upstream = await answering(body);
  const harness = await startHarness({ gong: { baseUrl: upstream.url } });
  return {
    ...harness,
    async [Symbol.asyncDispose]() {
      await harness[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

const placesOf = (errors: readonly GraphqlError[]) =>
  errors.map(({ path, extensions }) => [path?.join('.'), extensions.code]);

describe('objects', () => {
  it.each([
    ['that Gong leaves out', '"x":{}', 'says nothing of an id'],
    ['that is a number', '"bad":7', 'needed an object or null'],
    ['that is a list', '"bad":[]', 'needed an object or null'],
    ['that is nested without end', `"bad":{"objectId":"bad","f":${deep(100_000)}}`, 'nested deeper'],
    ['that is another', '"bad":{"objectId":"good"}', 'is not the id it stands under'],
    ['whose own id is a list', '"bad":{"objectId":["bad"]}', 'is not the id it stands under'],
  ])('one %s is an error in its place', async (_what, entry, problem) => {
    await using harness = await startBefore(
      `{"requestId":"ref-1","crmObjectsMap":{"good":{"objectId":"good","f":1},"none":null,${entry}}}`,
    );
    const { data, errors } = await harness.query(
      `{ crmObjects(objectType: DEAL, integrationId: "1", ids: ["good", "bad", "none"]) { objectId fields } }`,
    );
    expect(data?.crmObjects).toEqual([{ objectId: 'good', fields: { objectId: 'good', f: 1 } }, null, null]);
    expect(placesOf(errors)).toEqual([['crmObjects.1', 'UPSTREAM_INVALID_RESPONSE']]);
    expect(errors[0]?.message).toContain(problem);
    expect(errors[0]?.extensions.upstream).toMatchObject({ status: 200, requestId: 'ref-1' });
  });

  it('may have a number as their objectId, omit it, or be nested a little', async () => {
    const objects = {
      12: { objectId: 12 },
      a: { f: 1 },
      b: { objectId: null },
      c: { f: JSON.parse(deep(20)) },
    };
    await using upstream = await answering(JSON.stringify({ crmObjectsMap: objects }));
    await using gong = startClient(upstream.url);
    const found = await gong.client.getObjects(INTEGRATION, 'DEAL', Object.keys(objects));
    expect(found).toEqual(Object.values(objects));
    const [line] = gong.log;
    expect(line).not.toContain('cannot be used');
  });

  it('that are malformed are logged, up to a few of them, with Gong’s requestId', async () => {
    await using upstream = await answering('{"requestId":"ref-1","crmObjectsMap":{"a":1}}');
    await using gong = startClient(upstream.url);
    const ids = Array.from({ length: 40 }, (_, index) => `d${index}`);
    await gong.client.getObjects(INTEGRATION, 'DEAL', ['a', ...ids]);
    const [line = ''] = gong.log;
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', gongRequestId: 'ref-1', more: 36 });
    expect(JSON.parse(line).flaws).toHaveLength(5);
    // It was an answer all the same.
    expect(gong.attempts).toMatchObject([{ status: 200 }]);
    expect(gong.attempts[0]?.code).toBeUndefined();
  });
});

describe('integrations', () => {
  const GOOD = '{"integrationId":5517027188234206123,"name":"n","ownerEmail":"a@b.c"}';
  const wrong: [string, string][] = [
    ['without a name', '{"integrationId":1,"ownerEmail":"a@b.c"}'],
    ['with an id that is none', '{"integrationId":"x","name":"n","ownerEmail":"a@b.c"}'],
    ['with an id with decimals', '{"integrationId":1.5,"name":"n","ownerEmail":"a@b.c"}'],
    ['with an id beyond 64 bits', '{"integrationId":9223372036854775808,"name":"n","ownerEmail":"a"}'],
    ['that is none', '"x"'],
    ['that is nested without end', deep(100_000)],
  ];

  it.each(wrong)('one %s is an error in its place, and the other is meant', async (_what, entry) => {
    await using harness = await startBefore(
      `{"requestId":"ref-1","integrations":[${entry},${GOOD}],"crmObjectsMap":{"a":{"objectId":"a"}}}`,
    );
    const { data, errors } = await harness.query(
      '{ integrations { id } integration { id } account(id: "a") { objectId } }',
    );
    expect(data).toEqual({
      integrations: [null, { id: INTEGRATION }],
      integration: { id: INTEGRATION },
      account: { objectId: 'a' },
    });
    expect(placesOf(errors)).toEqual([['integrations.0', 'UPSTREAM_INVALID_RESPONSE']]);
  });

  it('that cannot be read are not mistaken for an empty list', async () => {
    await using harness = await startBefore('{"integrations":[{"integrationId":1}]}');
    const { errors } = await harness.query('{ integration { id } account(id: "a") { objectId } }');
    expect(placesOf(errors).toSorted()).toEqual([
      ['account', 'UPSTREAM_INVALID_RESPONSE'],
      ['integration', 'UPSTREAM_INVALID_RESPONSE'],
    ]);
  });
});

describe('schema fields', () => {
  const field = (name: string, more = '') => `{"uniqueName":"${name}","label":"L","type":"STRING"${more}}`;
  const LISTING = `{"requestId":"ref-1","crmObjectsMap":{"a":{"objectId":"a","own":"b"},"b":{"objectId":"b"}},
    "objectTypeToSelectedFields":{
      "ACCOUNT":[7,${field('size')},${field('listed', ',"orderedValueList":[[]]')},
        {"uniqueName":"own","label":"L","type":"REFERENCE","referenceTo":"ACCOUNT"},{"label":"nameless"}],
      "CONTACT":"none","DEAL":[${field('stage')}]}}`;

  test('a malformed field is an error in its place, and so is a type whose fields are not a list', async () => {
    await using harness = await startBefore(LISTING);
    const { data, errors } = await harness.query<{
      schemaFields: { objectType: string; fields: ({ uniqueName: string } | null)[] }[];
    }>('{ schemaFields(integrationId: "1") { objectType fields { uniqueName } } }');
    const names = data?.schemaFields.map(({ objectType, fields }) => [
      objectType,
      ...fields.map((one) => one?.uniqueName ?? null),
    ]);
    expect(names).toEqual([
      ['ACCOUNT', null, 'size', null, 'own', null],
      ['CONTACT', null],
      ['DEAL', 'stage'],
    ]);
    expect(placesOf(errors)).toEqual(
      [
        [0, 0],
        [0, 2],
        [0, 4],
        [1, 0],
      ].map(([type, index]) => [`schemaFields.${type}.fields.${index}`, 'UPSTREAM_INVALID_RESPONSE']),
    );
  });

  test('references are checked against the readable fields, and an unreadable one is not blamed on the caller', async () => {
    await using harness = await startBefore(LISTING);
    const reference = async (name: string) =>
      harness.query(`{ account(id: "a", integrationId: "1") { reference(field: "${name}") { objectId } } }`);
    expect((await reference('own')).data).toEqual({ account: { reference: { objectId: 'b' } } });
    expect(placesOf((await reference('listed')).errors)).toEqual([
      ['account.reference', 'UPSTREAM_INVALID_RESPONSE'],
    ]);
    expect(placesOf((await reference('size')).errors)).toEqual([['account.reference', 'BAD_USER_INPUT']]);
  });

  test('no push is planned from an incomplete list', async () => {
    await using harness = await startBefore(LISTING);
    const { errors } = await harness.query(
      `mutation { pushSchema(input: {objectType: ACCOUNT, integrationId: "1", dryRun: true, fields: [
        {uniqueName: "size", label: "S", type: STRING}]}) { pushed } }`,
    );
    expect(placesOf(errors)).toEqual([['pushSchema', 'UPSTREAM_INVALID_RESPONSE']]);
  });

  test('a listing with an error in it is not cached', async () => {
    let listing = LISTING;
    await using upstream = await startUpstream((_call, response) => response.writeHead(200).end(listing));
    await using harness = await startHarness({ gong: { baseUrl: upstream.url } });
    const ask = () => harness.query('{ schemaFields(integrationId: "1") { fields { uniqueName } } }');
    expect((await ask()).errors).toHaveLength(4);
    listing = `{"objectTypeToSelectedFields":{"DEAL":[${field('stage')}]}}`;
    expect((await ask()).errors).toEqual([]);
    await ask();
    expect(upstream.calls).toHaveLength(2);
  });
});

test('an answer that is nested too deeply is an error, and the gateway keeps running', async () => {
  await using harness = await startBefore(deep(1_000_000));
  const { errors } = await harness.query('{ integrations { id } }');
  expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } }]);
  expect((await fetch(`${harness.url}/health`)).status).toBe(200);
});

test('errors inside an answer are errors of the catalogue', async () => {
  await using upstream = await startUpstream((_call, response) => json(response, 200, { crmObjectsMap: {} }));
  await using gong = startClient(upstream.url);
  const found = await gong.client.getObjects(INTEGRATION, 'DEAL', ['a']);
  expect(found[0]).toBeInstanceOf(GatewayError);
});
