import { readFileSync } from 'node:fs';
import { lexicographicSortSchema, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeApiKey } from '../../src/auth/api-keys.js';
import { createSchema } from '../../src/graphql/schema.js';
import { subgraphSdl } from '../../src/graphql/subgraph.js';
import { loadMixed, MIXED, range, references } from '../federation/mixed.js';
import { REVIEWS_SDL } from '../federation/reviews.js';
import { compose } from '../federation/router.js';
import { type Harness, type HarnessOptions, startHarness } from '../support/harness.js';
import { startProxy } from '../support/proxy.js';

const FEDERATION = { gateway: { federation: true } };
const ENTITIES = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
  __typename
  ... on Account { objectId name }
  ... on Contact { objectId lastName }
  ... on Deal { objectId name }
  ... on Lead { objectId lastName }
} }`;

type Entity = { readonly __typename: string; readonly objectId: string } | null;

const ask = (harness: Harness, representations: unknown) =>
  harness.query<{ _entities: readonly Entity[] }>(ENTITIES, { representations });

/** JSON.stringify cannot write everything that a caller can send. */
async function asText(
  { url }: Harness,
  representations: string,
): Promise<Partial<Awaited<ReturnType<typeof ask>>>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"query": ${JSON.stringify(ENTITIES)}, "variables": {"representations": ${representations}}}`,
  });
  return JSON.parse(await response.text());
}

let harness: Harness;
let integrationId: string;
beforeAll(async () => {
  harness = await startHarness(FEDERATION);
  integrationId = await loadMixed(harness);
});
afterAll(() => harness[Symbol.asyncDispose]());

/** Another gateway before the same Gong. */
const startBeside = (options: HarnessOptions = {}) =>
  startHarness({
    ...options,
    gateway: { federation: true, ...options.gateway },
    gong: { baseUrl: harness.emulatorUrl, ...options.gong },
  });

/** How many IDs each call for objects that this work makes asks for, by type. */
async function batchesOf(work: () => Promise<unknown>): Promise<string[]> {
  const before = harness.callsOf('getObjects').length;
  await work();
  const made = harness.callsOf('getObjects').slice(before);
  return made.map(({ query, objectIds }) => `${query.get('objectType')} ${objectIds?.length}`).sort();
}

describe('entities', () => {
  test('of one type share calls of 100, and come in the order asked for', async () => {
    const wanted = references('Deal', 250).reverse();
    const batches = await batchesOf(async () => {
      const { data, errors } = await ask(harness, wanted);
      expect(errors).toEqual([]);
      expect(data?._entities).toMatchObject(wanted);
    });
    expect(batches).toEqual(['DEAL 100', 'DEAL 100', 'DEAL 50']);
  });

  test('of several types share the calls of their type, each once, and one that Gong does not have is null', async () => {
    const missing = { __typename: 'Account', objectId: 'nobody' };
    const wanted = [...MIXED, missing, ...MIXED.slice(0, 20)];
    const batches = await batchesOf(async () => {
      const { data, errors } = await ask(harness, wanted);
      expect(errors).toEqual([]);
      expect(data?._entities).toMatchObject(
        wanted.map((reference) => (reference === missing ? null : reference)),
      );
    });
    expect(batches).toEqual(['ACCOUNT 61', 'CONTACT 30', 'DEAL 100', 'DEAL 40', 'LEAD 20']);
  });

  test('of a failed call are errors in their places, and the others arrive', async () => {
    await using proxy = await startProxy(
      () => harness.emulatorUrl,
      ({ body }) => (body.includes('"d150"') ? { status: 500, body: '{"errors":["down"]}' } : undefined),
    );
    await using beside = await startBeside({ gong: { baseUrl: proxy.url } });
    const { data, errors } = await ask(beside, [...references('Deal', 250), ...references('Lead', 3)]);
    const failed = data?._entities.flatMap((entity, index) => (entity === null ? [index] : []));
    expect(failed).toEqual(range(100).map((n) => n + 100));
    expect(errors.map(({ path }) => path)).toEqual(failed?.map((index) => ['_entities', index]));
    expect(errors[0]?.extensions).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
  });

  test('may be named with the integration, and with whole numbers', async () => {
    const { data, errors } = await ask(harness, [
      { __typename: 'Deal', objectId: 'd1', integrationId },
      { __typename: 'Deal', objectId: 7, stage: 'whatever a router adds' },
    ]);
    expect(errors).toEqual([]);
    expect(data?._entities).toMatchObject([{ objectId: 'd1' }, null]);
  });

  test('of a foreign integration are errors of their own', async () => {
    const { data, errors } = await ask(harness, [
      { __typename: 'Deal', objectId: 'd1' },
      { __typename: 'Deal', objectId: 'd1', integrationId: '42' },
    ]);
    expect(data?._entities).toMatchObject([{ objectId: 'd1' }, null]);
    expect(errors).toMatchObject([{ path: ['_entities', 1], extensions: { code: 'NOT_FOUND' } }]);
  });

  const good = { __typename: 'Deal', objectId: 'd1' };
  test.each<[string, unknown, string, string]>([
    ['without a key', { __typename: 'Deal' }, 'objectId', 'MISSING_FIELD'],
    ['with a null key', { __typename: 'Deal', objectId: null }, 'objectId', 'MISSING_FIELD'],
    ['with an empty key', { __typename: 'Deal', objectId: '' }, 'objectId', 'MISSING_FIELD'],
    ['with a key of 10 kB', { __typename: 'Deal', objectId: 'x'.repeat(10_000) }, 'objectId', 'TOO_LONG'],
    ['with an object as key', { __typename: 'Deal', objectId: { d: 1 } }, 'objectId', 'WRONG_TYPE'],
    ['with a rounded number', { __typename: 'Deal', objectId: 2 ** 53 }, 'objectId', 'WRONG_TYPE'],
    ['with a fraction', { __typename: 'Deal', objectId: 1.5 }, 'objectId', 'WRONG_TYPE'],
    ['without a type', { objectId: 'd1' }, '__typename', 'MISSING_FIELD'],
    ['of an unknown type', { __typename: 'Invoice', objectId: 'd1' }, '__typename', 'NOT_IN_PICKLIST'],
    ['of an inherited name', { __typename: 'constructor', objectId: 'd1' }, '__typename', 'NOT_IN_PICKLIST'],
    ['of __proto__', { __typename: '__proto__', objectId: 'd1' }, '__typename', 'NOT_IN_PICKLIST'],
    ['of an interface', { __typename: 'CrmObject', objectId: 'd1' }, '__typename', 'NOT_IN_PICKLIST'],
    ['of a type that is a list', { __typename: ['Deal'], objectId: 'd1' }, '__typename', 'NOT_IN_PICKLIST'],
    ['with a malformed integration', { ...good, integrationId: '../1' }, 'integrationId', 'BAD_FORMAT'],
    ['that is a text', 'Deal:d1', '', 'WRONG_TYPE'],
    ['that is a number', 7, '', 'WRONG_TYPE'],
    ['that is an empty list', [], '', 'MISSING_FIELD'],
    ['that is nested', [[good]], '', 'WRONG_TYPE'],
  ])('%s have an error in their place, and their neighbours arrive', async (_what, bad, field, code) => {
    const batches = await batchesOf(async () => {
      const { data, errors } = await ask(harness, [good, bad, good]);
      expect(data?._entities).toMatchObject([{ objectId: 'd1' }, null, { objectId: 'd1' }]);
      const path = ['representations', 1, ...(field === '' ? [] : [field])];
      expect(errors).toMatchObject([
        { path: ['_entities', 1], extensions: { code: 'BAD_USER_INPUT', problems: [{ path, code }] } },
      ]);
      expect(errors[0]?.message).toMatch(/: needed (?!Invalid).{5,100}, got .{1,70}$/);
    });
    expect(batches).toEqual(['DEAL 1']);
  });

  test('that are 100,000 levels deep are an error in their place, too', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const { data, errors } = await asText(harness, `[${JSON.stringify(good)}, ${deep}]`);
    expect(data?._entities).toMatchObject([{ objectId: 'd1' }, null]);
    expect(errors).toMatchObject([
      { path: ['_entities', 1], message: expect.stringMatching(/, got (a deeply nested value|\[{50,}…)$/) },
    ]);
  });

  test('that cannot be read by the hundreds are refused at once, since each error takes its time', async () => {
    const bad = { __typename: 'Deal', objectId: '' };
    const most = [good, ...range(100).map(() => bad)];
    expect((await ask(harness, most)).errors).toHaveLength(100);
    const { data, errors } = await ask(harness, [...most, bad]);
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['_entities'], extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(errors[0]?.extensions.problems).toHaveLength(100);
  });

  test('are read from literals, too, where __proto__ is only a name', async () => {
    const { data, errors } = await harness.query<{ _entities: readonly Entity[] }>(
      `{ _entities(representations: [
        {__typename: "Deal", objectId: "d1", __proto__: {objectId: "d2"}},
        {__typename: "Deal", __proto__: {objectId: "d2"}}
      ]) { ... on Deal { objectId } } }`,
    );
    expect(data).toEqual({ _entities: [{ objectId: 'd1' }, null] });
    expect(errors).toMatchObject([{ path: ['_entities', 1], extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('without any representation are an empty list, and cost nothing', async () => {
    expect(
      await batchesOf(async () => expect((await ask(harness, [])).data).toEqual({ _entities: [] })),
    ).toEqual([]);
  });
});

describe('what entities may cost', () => {
  test('is up to 1,000 of them, and one more is refused before any call', async () => {
    const batches = await batchesOf(async () => {
      expect((await ask(harness, references('Deal', 1_000))).errors).toEqual([]);
    });
    expect(batches).toHaveLength(10);
    const refused = await batchesOf(async () => {
      const { data, errors } = await ask(harness, references('Deal', 1_001));
      expect(data).toBeNull();
      expect(errors).toMatchObject([
        {
          extensions: { code: 'BAD_USER_INPUT', problems: [{ path: ['representations'], code: 'TOO_MANY' }] },
        },
      ]);
    });
    expect(refused).toEqual([]);
  });

  test('is counted by type before the operation runs, each object once', async () => {
    const tooMany = [...references('Deal', 600), ...references('Account', 401)];
    const { data, errors, httpStatus } = await ask(harness, tooMany.slice(0, 1_000));
    expect({ data, errors, httpStatus }).toMatchObject({ httpStatus: 200, errors: [] });
    await using strict = await startBeside({ limits: { maxPlannedCalls: 2 } });
    const three = [...references('Deal', 101), ...references('Lead', 1)];
    expect(await ask(strict, three)).toMatchObject({
      data: null,
      errors: [
        { extensions: { code: 'OPERATION_TOO_COMPLEX', plannedCalls: 3, limit: 2, split: '_entities' } },
      ],
    });
    expect(strict.callsOf('getObjects')).toEqual([]);
    // Those that are repeated or cannot be read make no call.
    const two = [...three.slice(1), ...three.slice(50), ...range(100).map(() => ({ __typename: 'Deal' }))];
    expect((await ask(strict, two)).data?._entities).toHaveLength(two.length);
  });

  test('is shared by fields that name objects of one type, as routers batch them', async () => {
    await using strict = await startBeside({ limits: { maxPlannedCalls: 1 } });
    const query = `query ($a: [_Any!]!, $b: [_Any!]!) {
      a: _entities(representations: $a) { ... on Deal { name } }
      b: _entities(representations: $b) { ... on Deal { amount } }
      deal(id: "d7") { name }
    }`;
    const [a, b] = [references('Deal', 50), references('Deal', 100).slice(50)];
    expect(await strict.query(query, { a, b })).toMatchObject({
      errors: [],
      data: { deal: { name: 'Deal d7' } },
    });
  });

  test('includes what they refer to', async () => {
    await using strict = await startBeside({ limits: { maxPlannedCalls: 4 } });
    const query = `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on Deal { account { name } } }
    }`;
    const { data, errors } = await strict.query<{ _entities: { account: object | null }[] }>(query, {
      representations: references('Deal', 250),
    });
    // 250 deals have 120 accounts, and one call is left for 100 of them.
    expect(data?._entities.filter(({ account }) => account !== null).length).toBeGreaterThanOrEqual(200);
    expect(errors.length).toBeGreaterThan(0);
    expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(
      new Set(['OPERATION_TOO_COMPLEX']),
    );
  });
});

describe('a caller', () => {
  const reader = makeApiKey('reader', ['api:crm:get-objects']);
  const other = makeApiKey('other', ['api:crm:schema']);
  const auth = { mode: 'api-key' as const, keys: [reader.kept, other.kept] };

  test('needs the scope of the objects for entities, and credentials for all', async () => {
    await using guarded = await startBeside({ gateway: { auth } });
    const wanted = [{ __typename: 'Deal', objectId: 'd1' }];
    const as = (key: string) => guarded.as({ authorization: `Bearer ${key}` });
    expect((await ask(as(reader.key), wanted)).data).toMatchObject({ _entities: [{ objectId: 'd1' }] });
    const before = harness.calls.length;
    const refused = await ask(as(other.key), wanted);
    expect(refused).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'FORBIDDEN', scope: 'api:crm:get-objects' } }],
    });
    expect(await ask(guarded, wanted)).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(harness.calls.length).toBe(before);
  });

  test('gets the schema where introspection is allowed, and nowhere else', async () => {
    const query = '{ _service { sdl } }';
    expect(await harness.query(query)).toEqual({
      httpStatus: 200,
      data: { _service: { sdl: subgraphSdl(await createSchema()) } },
      errors: [],
    });
    await using production = await startBeside({ gateway: { production: true } });
    expect(await production.query(query)).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    expect((await ask(production, [{ __typename: 'Deal', objectId: 'd1' }])).data).toMatchObject({
      _entities: [{ objectId: 'd1' }],
    });
  });

  test('finds neither field unless the gateway is a subgraph', async () => {
    await using plain = await startBeside({ gateway: { federation: false } });
    for (const query of ['{ _service { sdl } }', '{ _entities(representations: []) { __typename } }'])
      expect((await plain.query(query)).errors).toMatchObject([
        { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
      ]);
  });
});

describe('the schema of the subgraph', () => {
  const emitted = readFileSync(new URL('../../schema/subgraph.graphql', import.meta.url), 'utf8');

  test('is the emitted one, without the fields that only routers use', async () => {
    expect(`${subgraphSdl(lexicographicSortSchema(await createSchema()))}\n`).toBe(emitted);
    expect(emitted).not.toMatch(/_entities|_service|_Any|_Entity/);
  });

  test('composes by itself and with another subgraph', () => {
    const crm = { name: 'crm', url: 'http://crm/graphql', sdl: emitted };
    expect(compose([crm])).toContain('join__Graph');
    const supergraph = compose([crm, { name: 'reviews', url: 'http://reviews/graphql', sdl: REVIEWS_SDL }]);
    const types = parse(supergraph).definitions.flatMap((definition) =>
      definition.kind === 'ObjectTypeDefinition' ? [definition] : [],
    );
    for (const name of ['Account', 'Contact', 'Deal', 'Lead']) {
      const type = types.find((candidate) => candidate.name.value === name);
      expect(
        type?.directives?.filter(({ name: directive }) => directive.value === 'join__type'),
      ).toHaveLength(2);
    }
  });
});
