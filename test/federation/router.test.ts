import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeApiKey } from '../../src/auth/api-keys.js';
import { type Harness, startHarness } from '../support/harness.js';
import { startProxy } from '../support/proxy.js';
import { loadMixed, MIXED, range } from './mixed.js';
import { REVIEWS_SDL, type Reviews, startReviews } from './reviews.js';
import { type Router, startRouter } from './router.js';

/* Hive Gateway, in a process of its own, before two subgraphs: the gateway, and one that only has the objects' keys. */

const reader = makeApiKey('reader', ['api:crm:get-objects', 'api:crm:integrations:read']);
const writer = makeApiKey('writer', [
  'api:crm:integrations:read',
  'api:crm:integration:register',
  'api:crm:upload',
]);
const as = ({ key }: { readonly key: string }) => ({ authorization: `Bearer ${key}` });

let proxy: Awaited<ReturnType<typeof startProxy>>;
let harness: Harness;
let reviews: Reviews;
let router: Router;
/** Calls to Gong that have this text in their body fail. */
let failing = '';

beforeAll(async () => {
  let emulatorUrl = '';
  proxy = await startProxy(
    () => emulatorUrl,
    ({ body }) => (failing !== '' && body.includes(failing) ? { status: 500, body: '{}' } : undefined),
  );
  const auth = { mode: 'api-key' as const, keys: [reader.kept, writer.kept] };
  harness = await startHarness({ gateway: { federation: true, auth }, gong: { baseUrl: proxy.url } });
  emulatorUrl = harness.emulatorUrl;
  await loadMixed(harness.as(as(writer)));
  reviews = await startReviews(MIXED);
  const { data } = await harness.as(as(reader)).query<{ _service: { sdl: string } }>('{ _service { sdl } }');
  router = await startRouter([
    { name: 'crm', url: `${harness.url}/graphql`, sdl: data?._service.sdl ?? '' },
    { name: 'reviews', url: reviews.url, sdl: REVIEWS_SDL },
  ]);
}, 60_000);
afterAll(async () => {
  await router[Symbol.asyncDispose]();
  await reviews[Symbol.asyncDispose]();
  await harness[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

/** How many IDs each call for objects asks for, by type. */
async function batchesOf(work: () => Promise<unknown>): Promise<string[]> {
  const before = harness.callsOf('getObjects').length;
  await work();
  const made = harness.callsOf('getObjects').slice(before);
  return made.map(({ query, objectIds }) => `${query.get('objectType')} ${objectIds?.length}`).sort();
}

test('250 deals that another subgraph names cost three calls, and one for each hundred accounts', async () => {
  const batches = await batchesOf(async () => {
    const { data, errors } = await router.query(
      '{ dealsToReview(count: 250) { note name account { name } } }',
      as(reader),
    );
    expect(errors).toEqual([]);
    const expected = range(250).map((n) => {
      return { note: `note on d${n}`, name: `Deal d${n}`, account: { name: `Account a${n % 120}` } };
    });
    expect(data).toEqual({ dealsToReview: expected });
  });
  expect(batches).toEqual(['ACCOUNT 100', 'ACCOUNT 20', 'DEAL 100', 'DEAL 100', 'DEAL 50']);
});

test('250 objects of all types share the calls of their type', async () => {
  const batches = await batchesOf(async () => {
    const { data, errors } = await router.query<{ agenda: readonly { __typename: string }[] }>(
      `{ agenda {
        __typename
        ... on Account { objectId name }
        ... on Contact { objectId lastName }
        ... on Deal { objectId amount }
        ... on Lead { objectId emailAddress }
      } }`,
      as(reader),
    );
    expect(errors).toEqual([]);
    expect(data?.agenda).toMatchObject(MIXED);
    expect(data?.agenda.filter((item) => Object.values(item).some((value) => value === null))).toEqual([]);
  });
  expect(batches).toEqual(['ACCOUNT 60', 'CONTACT 30', 'DEAL 100', 'DEAL 40', 'LEAD 20']);
});

test('an object that Gong does not have leaves the fields of the other subgraph', async () => {
  const { data, errors } = await router.query<{ dealsToReview: readonly object[] }>(
    '{ dealsToReview(count: 251) { note name } }',
    as(reader),
  );
  expect(errors).toEqual([]);
  expect(data?.dealsToReview.at(-1)).toEqual({ note: 'note on d250', name: null });
});

test('a failed call is an error at the deals of that call, and the others arrive; the next query has them all', async () => {
  const query = '{ dealsToReview(count: 250) { objectId name } }';
  failing = '"d150"';
  const broken = await router.query<{ dealsToReview: readonly { name: string | null }[] }>(query, as(reader));
  failing = '';
  const failed = broken.data?.dealsToReview.flatMap(({ name }, index) => (name === null ? [index] : []));
  expect(failed).toEqual(range(100).map((n) => n + 100));
  // Hive Gateway drops the index from the paths.
  expect(broken.errors.length).toBeGreaterThan(0);
  for (const { extensions } of broken.errors) expect(extensions.code).toBe('UPSTREAM_UNAVAILABLE');
  const repaired = await router.query<{ dealsToReview: readonly { name: string | null }[] }>(
    query,
    as(reader),
  );
  expect(repaired.errors).toEqual([]);
  expect(repaired.data?.dealsToReview.filter(({ name }) => name === null)).toEqual([]);
});

test('the scopes of the caller hold behind the router', async () => {
  const before = harness.calls.length;
  const query = '{ dealsToReview(count: 2) { note name } }';
  const forbidden = await router.query(query, as(writer));
  expect(forbidden.data).toEqual({
    dealsToReview: range(2).map((n) => ({ note: `note on d${n}`, name: null })),
  });
  expect(forbidden.errors[0]).toMatchObject({
    extensions: { code: 'FORBIDDEN', scope: 'api:crm:get-objects' },
  });
  const unknown = await router.query(query);
  expect(unknown.errors[0]).toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
  expect(harness.calls).toHaveLength(before);
});

test('queries and mutations of the gateway itself pass through the router', async () => {
  const { data, errors } = await router.query(
    '{ deal(id: "d1") { note fields(names: ["amount"]) } integrations { name } }',
    as(reader),
  );
  expect(errors).toEqual([]);
  expect(data).toEqual({
    deal: { note: 'note on d1', fields: { amount: 7000 } },
    integrations: [{ name: 'Acme CRM' }],
  });
  const again = await router.query(
    'mutation { registerIntegration(input: {name: "Acme", ownerEmail: "a@acme.com"}) { id } }',
    as(writer),
  );
  expect(again.errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
});
