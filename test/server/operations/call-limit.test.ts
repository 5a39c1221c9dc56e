import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PushSchemaDocument, UploadContactsDocument } from '../../../client/src/generated/graphql.js';
import type { OperationLimits } from '../../../src/server/operations/limits.js';
import {
  account,
  deal,
  loadAccounts,
  loadDeals,
  MODIFIED,
  registerAcme,
  settled,
} from '../../support/acme.js';
import { type Harness, startHarness } from '../../support/harness.js';

const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const IDS = range(250).map((n) => `d${n}`);

/*
 * 250 deals (d…) in fifty accounts, of which each has one of ten parents (p…) and one of five contacts; and 250 deals
 * (s…) that have an account each.
 */
async function startLoaded(): Promise<Harness> {
  const harness = await startHarness({ limits: { maxBodyBytes: 1_000_000 } });
  await registerAcme(harness);
  await harness.execute(PushSchemaDocument, {
    input: {
      objectType: 'DEAL',
      fields: [
        { uniqueName: 'parent', label: 'Parent', type: 'REFERENCE', referenceTo: 'DEAL' },
        { uniqueName: 'contact', label: 'Contact', type: 'REFERENCE', referenceTo: 'CONTACT' },
      ],
    },
  });
  await loadAccounts(
    harness,
    range(260).map((n) => account(`a${n}`)),
  );
  const contacts = range(10).map((n) => ({
    objectId: `c${n}`,
    accountId: `a${n}`,
    modifiedDate: MODIFIED,
    firstName: 'Jane',
    lastName: 'Doe',
    emailAddress: `jane${n}@acme.com`,
  }));
  await settled(harness, (await harness.execute(UploadContactsDocument, { contacts })).uploadContacts);
  const parents = range(10).map((n) =>
    deal(`p${n}`, `a${250 + n}`, { customFields: { parent: 'p0', contact: `c${n}` } }),
  );
  await loadDeals(harness, [
    ...parents,
    ...range(250).map((n) =>
      deal(`d${n}`, `a${n % 50}`, { customFields: { parent: `p${n % 10}`, contact: `c${n % 5}` } }),
    ),
  ]);
  await loadDeals(
    harness,
    range(250).map((n) => deal(`s${n}`, `a${n}`)),
  );
  return harness;
}

interface Answered {
  readonly crmObjects: readonly ({ readonly objectId: string; readonly account: object | null } | null)[];
}

let harness: Harness;
beforeAll(async () => {
  harness = await startLoaded();
});
afterAll(() => harness[Symbol.asyncDispose]());

/** Another gateway before the same Gong. */
const startLimited = (limits: Partial<OperationLimits>) =>
  startHarness({ gong: { baseUrl: harness.emulatorUrl }, limits });

/** Calls that read objects or schemas, and what they asked for. */
async function callsOf(work: () => Promise<unknown>) {
  const before = harness.calls.length;
  await work();
  const made = harness.calls.slice(before).filter(({ operation }) => /getObjects|listSchema/.test(operation));
  const objects = made.filter(({ operation }) => operation === 'getObjects').length;
  return { count: made.length, objects, ids: made.flatMap(({ objectIds }) => objectIds ?? []) };
}

test('250 deals with account, parent, grandparent and contact cost what they cost, and not what they might', async () => {
  const query = `query ($ids: [ID!]!) {
    crmObjects(objectType: DEAL, ids: $ids) {
      ...D
      parent: reference(field: "parent") { ...D grandparent: reference(field: "parent") { ...D } }
      contact: reference(field: "contact") { objectId ... on Contact { account { name } } }
    }
  }
  fragment D on CrmObject { objectId ... on Deal { account { objectId } } }`;
  let answer: Awaited<ReturnType<typeof harness.query<Answered>>> | undefined;
  const { objects } = await callsOf(async () => {
    answer = await harness.query<Answered>(query, { ids: IDS });
  });
  expect(answer?.errors).toEqual([]);
  expect(answer?.data?.crmObjects[249]).toEqual({
    objectId: 'd249',
    account: { objectId: 'a49' },
    parent: {
      objectId: 'p9',
      account: { objectId: 'a259' },
      grandparent: { objectId: 'p0', account: { objectId: 'a250' } },
    },
    contact: { objectId: 'c4', account: { name: 'Account a4' } },
  });
  // Three for the deals; one each for their accounts, parents, contacts, and the parents' accounts.
  expect(objects).toBe(7);
});

test('what objects refer to is looked up together, whether these were there already or had to be fetched', async () => {
  const query = `query ($ids: [ID!]!) {
    crmObjects(objectType: DEAL, ids: $ids) {
      parent: reference(field: "parent") { contact: reference(field: "contact") { objectId } }
    }
  }`;
  // Half of the parents are among them.
  const ids = [...range(90).map((n) => `d${n}`), ...range(5).map((n) => `p${n}`)];
  const { objects } = await callsOf(async () => {
    const { data, errors } = await harness.query<{ crmObjects: unknown[] }>(query, { ids });
    expect(errors).toEqual([]);
    expect(data?.crmObjects[9]).toEqual({ parent: { contact: { objectId: 'c9' } } });
  });
  expect(objects).toBe(3);
});

describe('an operation that would make more calls than one may', () => {
  const query = `query ($ids: [ID!]!) {
    crmObjects(objectType: DEAL, ids: $ids) { objectId ... on Deal { account { objectId } } }
  }`;
  const ids = range(250).map((n) => `s${n}`);

  test('is stopped before them: errors in the places of what was not asked for, and the rest arrives', async () => {
    await using small = await startLimited({ maxPlannedCalls: 5 });
    let answer: Awaited<ReturnType<typeof small.query<Answered>>> | undefined;
    const made = await callsOf(async () => {
      answer = await small.query<Answered>(query, { ids });
    });
    expect(made.count).toBe(5);
    const objects = answer?.data?.crmObjects ?? [];
    expect(objects.map((object) => object?.objectId)).toEqual(ids);
    const refused = range(250).filter((n) => objects[n]?.account === null);
    expect(refused).toHaveLength(50);
    expect(answer?.errors.map(({ path }) => path)).toEqual(refused.map((n) => ['crmObjects', n, 'account']));
    expect(made.ids.filter((id) => refused.some((n) => id === `a${n}`))).toEqual([]);
    for (const { message, extensions } of answer?.errors ?? []) {
      expect(extensions).toEqual({
        code: 'OPERATION_TOO_COMPLEX',
        retryable: false,
        limit: 5,
        split: 'crmObjects',
        largestIds: 200,
      });
      expect(message).toContain('up to 200 ids');
    }
    // It says what passes, and that does.
    expect((await small.query(query, { ids: ids.slice(0, 200) })).errors).toEqual([]);
  });

  test('is refused before it runs where its own ids are too many', async () => {
    const many = range(1_000).map((n) => `x${n}`);
    const both = query.replace('{\n', '{ integrations { id } ');
    const { count } = await callsOf(async () => {
      const { httpStatus, data, errors } = await harness.query(both, { ids: many });
      expect({ httpStatus, data }).toEqual({ httpStatus: 400, data: null });
      expect(errors).toMatchObject([
        {
          message: expect.stringContaining('at least 11 calls'),
          extensions: { code: 'OPERATION_TOO_COMPLEX', plannedCalls: 11, limit: 10, largestIds: 400 },
        },
      ]);
      expect((await harness.query(both, { ids: many.slice(0, 400) })).errors).toEqual([]);
    });
    expect(count).toBe(4);
  });

  test('is refused whichever fields take the ids: those of one type share calls', async () => {
    await using small = await startLimited({ maxPlannedCalls: 4 });
    const many = (from: number, count: number) => range(count).map((n) => `x${from + n}`);
    const lists = `query ($a: [ID!]!, $b: [ID!]!) {
      deals(ids: $a) { id account { id } }
      accounts(ids: $b) { id }
    }`;
    const { errors } = await small.query(lists, { a: many(0, 300), b: many(0, 101) });
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('up to 100 ids in each field'),
        extensions: { plannedCalls: 5, limit: 4, split: 'deals', largestIds: 100 },
      },
    ]);
    expect((await small.query(lists, { a: many(0, 100), b: many(0, 100) })).errors).toEqual([]);

    const shared =
      'query ($a: [ID!]!, $b: [ID!]!) { deals(ids: $a) { id } crmObjects(objectType: DEAL, ids: $b) { id } }';
    const { count } = await callsOf(async () => {
      expect((await small.query(shared, { a: many(0, 250), b: many(150, 250) })).errors).toEqual([]);
    });
    expect(count).toBe(4);
  });

  test('is refused however close its ids are to each other', async () => {
    await using small = await startLimited({ maxPlannedCalls: 1 });
    // As doubles these are one number.
    const close = range(101).map((n) => `9223372036854770${String(n).padStart(3, '0')}`);
    const { errors } = await small.query(
      `{ crmObjects(objectType: DEAL, ids: [${close.join(' ')}]) { objectId } }`,
    );
    expect(errors).toMatchObject([{ extensions: { plannedCalls: 2, limit: 1, largestIds: 100 } }]);
  });

  test('makes no more of them, however many places look up one object each', async () => {
    const tree = (depth: number): string =>
      depth === 0
        ? 'objectId'
        : `objectId ... on Deal { account { objectId } }
           a: reference(field: "parent") { ${tree(depth - 1)} } b: reference(field: "contact") { ${tree(depth - 1)} }`;
    await using small = await startLimited({ maxPlannedCalls: 3, maxAliases: 100, maxDepth: 20 });
    const made = await callsOf(async () => {
      const { errors } = await small.query(`{ deal(id: "d1") { ${tree(3)} } }`);
      expect(errors.length, JSON.stringify(errors)).toBeGreaterThan(0);
      for (const { path, extensions } of errors) {
        expect(path?.length, JSON.stringify(errors)).toBeGreaterThan(1);
        expect(extensions).toMatchObject({ code: 'OPERATION_TOO_COMPLEX', limit: 3, split: 'deal' });
        // There is no list to shorten.
        expect(extensions.largestIds).toBeUndefined();
      }
    });
    expect(made.count).toBe(3);
  });
});

describe('what is asked twice costs once:', () => {
  test.each([
    [
      'a root field under two aliases',
      '{ a: crmObjects(objectType: DEAL, ids: $ids) { objectId } b: crmObjects(objectType: DEAL, ids: $ids) { url } }',
      1,
    ],
    [
      'a single object among many',
      '{ crmObjects(objectType: DEAL, ids: $ids) { objectId } deal(id: "d1") { objectId } }',
      1,
    ],
    [
      'a nested field under two aliases',
      '{ crmObjects(objectType: DEAL, ids: $ids) { ... on Deal { a: account { name } b: account { url } } } }',
      2,
    ],
    [
      'a field that is skipped',
      '{ crmObjects(objectType: DEAL, ids: $ids) { objectId } schemaFields @skip(if: true) { objectType } }',
      1,
    ],
  ])('%s', async (_what, selections, calls) => {
    await using small = await startLimited({ maxPlannedCalls: calls });
    const { count } = await callsOf(async () => {
      const { errors } = await small.query(`query ($ids: [ID!]!) ${selections}`, { ids: IDS.slice(0, 100) });
      expect(errors).toEqual([]);
    });
    expect(count).toBe(calls);
  });
});
