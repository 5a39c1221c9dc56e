import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { account, deal, MODIFIED, registerAcme } from '../../support/acme.js';
import type { GraphqlAnswer, GraphqlError, Harness } from '../../support/harness.js';
import { until } from '../../support/redis.js';
import { settledTicket, startQueueing } from './support.js';

/* Changes are checked as uploads are, each mistake at its place among all changes, and nothing is stored if there is one. */

const QUEUE = `mutation ($changes: [CrmChange!]!, $integrationId: ID, $notify: URL) {
  queueChanges(changes: $changes, integrationId: $integrationId, notify: $notify) {
    ticket { id changes { objectId } }
    warnings { line objectId field code }
    warningCount
  }
}`;

interface Queued {
  readonly queueChanges: {
    readonly ticket: { readonly id: string; readonly changes: readonly object[] };
    readonly warnings: readonly object[];
    readonly warningCount: number;
  } | null;
}

const queue = (harness: Harness, changes: unknown, more: object = {}): Promise<GraphqlAnswer<Queued>> =>
  harness.query<Queued>(QUEUE, { changes, ...more });

interface Problem {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
}

/** `path CODE` of each problem, and nothing is stored. */
function problemsIn({ data, errors }: GraphqlAnswer<unknown>): string[] {
  expect(Object.values(data ?? {}).every((value) => value === null)).toBe(true);
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(errors.map(() => 'BAD_USER_INPUT'));
  return errors.flatMap(({ extensions }: GraphqlError) =>
    (extensions.problems as readonly Problem[]).map(({ path, code }) => `${path.join('.')} ${code}`),
  );
}

const lead = (objectId: string) => ({ objectId, modifiedDate: MODIFIED, emailAddress: 'ann@acme.com' });

function withoutAccount(objectId: string): object {
  const { accountId: _, ...rest } = deal(objectId, '');
  return rest;
}

let harness: Harness;
beforeAll(async () => {
  harness = await startQueueing();
  await registerAcme(harness);
});
afterAll(() => harness[Symbol.asyncDispose]());

describe('each change has exactly one object', () => {
  test('introspection says so', async () => {
    const { data } = await harness.query('{ __type(name: "CrmChange") { kind isOneOf } }');
    expect(data).toEqual({ __type: { kind: 'INPUT_OBJECT', isOneOf: true } });
  });

  const stated = 'objectId: "x1", modifiedDate: "2024-03-01T12:00:00Z"';
  const good = `{account: {${stated}}}`;
  const value = { objectId: 'x1', modifiedDate: MODIFIED };
  test.each([
    ['none', '{}', {}, 'MISSING_FIELD'],
    ['two', `{account: {${stated}}, lead: {${stated}}}`, { account: value, lead: value }, 'INVALID_VALUE'],
    ['null', '{account: null}', { account: null }, 'INVALID_VALUE'],
    ['one and null', `{account: {${stated}}, lead: null}`, { account: value, lead: null }, 'INVALID_VALUE'],
  ])('%s is refused in the text and in variables', async (_what, literal, given, code) => {
    const inText = await harness.query(
      `mutation { queueChanges(changes: [${good}, ${literal}, ${literal}]) { ticket { id } } }`,
    );
    const inVariables = await queue(harness, [{ account: value }, given, given]);
    for (const answer of [inText, inVariables]) {
      expect(problemsIn(answer)).toEqual([`changes.1 ${code}`, `changes.2 ${code}`]);
      expect(answer.errors[0]?.message).toContain('needed exactly one of account, contact, lead');
    }
  });

  test('a variable for the object must not be nullable', async () => {
    const text = (type: string) =>
      `mutation ($lead: ${type}) { queueChanges(changes: [{lead: $lead}]) { ticket { id } } }`;
    expect((await harness.query(text('LeadInput!'), { lead: lead('v1') })).errors).toEqual([]);
    for (const one of [null, lead('v1')]) {
      const { errors } = await harness.query(text('LeadInput'), { lead: one });
      expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
      expect(errors[0]?.message).toContain('$lead: needed a variable that is never null');
    }
    const whole = 'mutation ($change: CrmChange!) { queueChanges(changes: [$change]) { ticket { id } } }';
    expect(problemsIn(await harness.query(whole, { change: {} }))).toEqual(['changes.0 MISSING_FIELD']);
  });
});

test('the mistakes of all types are named at once, each at its place', async () => {
  const answer = await queue(
    harness,
    [
      { deal: { ...deal('d1', 'a1'), modifiedDate: 'yesterday' } },
      { account: account('a1') },
      { lead: lead('l1') },
      { account: { ...account('a2'), modifiedDate: 'tomorrow' } },
      { account: account('a1') },
      { lead: { ...lead('l2'), emailAddress: 'not an address' } },
      { stage: { objectId: '', name: 'S', isActive: true, sortOrder: 1 } },
      { deal: { ...deal('d2', 'a1'), customFields: { unknown: 1, amount: 2 } } },
      { account: account('x'.repeat(10_000)) },
    ],
    { integrationId: 'mine', notify: 'https://elsewhere.example.com/' },
  );
  expect(problemsIn(answer)).toEqual([
    'integrationId BAD_FORMAT',
    'notify INVALID_VALUE',
    'changes.0.deal.modifiedDate BAD_FORMAT',
    'changes.3.account.modifiedDate BAD_FORMAT',
    'changes.4.account.objectId DUPLICATE_OBJECT',
    'changes.5.lead.emailAddress BAD_FORMAT',
    'changes.6.stage.objectId MISSING_FIELD',
    'changes.7.deal.customFields.amount INVALID_VALUE',
    'changes.8.account.objectId TOO_LONG',
  ]);
});

test('an account and a lead may have the same ID', async () => {
  const { data, errors } = await queue(harness, [{ account: account('same') }, { lead: lead('same') }]);
  expect(errors).toEqual([]);
  expect(data?.queueChanges?.ticket.changes).toHaveLength(2);
});

test('there is at least one change', async () => {
  expect(problemsIn(await queue(harness, []))).toEqual(['changes MISSING_FIELD']);
});

test('a warning has the position of its change', async () => {
  const { data, errors } = await queue(harness, [
    { account: account('w1') },
    { deal: withoutAccount('w2') },
    { lead: lead('w3') },
    { deal: withoutAccount('w4') },
  ]);
  expect(errors).toEqual([]);
  expect(data?.queueChanges).toMatchObject({
    warnings: [
      { line: 2, objectId: 'w2', field: 'accountId', code: 'NOT_SHOWN' },
      { line: 4, objectId: 'w4', field: 'accountId', code: 'NOT_SHOWN' },
    ],
    warningCount: 2,
  });
});

test('halves of surrogate pairs, which the store could not tell apart, are refused', async () => {
  const answer = await queue(harness, [{ account: account('\ud800') }, { deal: deal('\udfff', 'a1') }]);
  expect(problemsIn(answer)).toEqual([
    'changes.0.account.objectId BAD_FORMAT',
    'changes.1.deal.objectId BAD_FORMAT',
  ]);
});

describe('custom fields', () => {
  let withFields: Harness;
  beforeAll(async () => {
    withFields = await startQueueing({
      gateway: { customFields: { mode: 'on', refreshMs: 900_000 } },
    });
    await registerAcme(withFields);
    const { errors } = await withFields.query(
      `mutation { pushSchema(input: {objectType: DEAL, fields: [
        {uniqueName: "score", label: "Score", type: NUMBER}
        {uniqueName: "renewal", label: "Renewal", type: DATE}
      ]}) { pushed } }`,
    );
    expect(errors).toEqual([]);
    const typed = '{ __type(name: "DealCustomFieldsInput") { name } }';
    await until('typed fields', async () => (await withFields.query(typed)).data?.__type != null);
  });
  afterAll(() => withFields[Symbol.asyncDispose]());

  test('arrive from `custom` and from `customFields`', async () => {
    const { data, errors } = await queue(withFields, [
      { account: account('a1') },
      { deal: { ...deal('d1', 'a1'), custom: { score: '12345678901234567890', renewal: '2027-01-31' } } },
      { deal: { ...deal('d2', 'a1'), customFields: { score: 7 } } },
    ]);
    expect(errors).toEqual([]);
    await settledTicket(withFields, { id: data?.queueChanges?.ticket.id ?? '' });
    const stored = await withFields.query('{ deals(ids: ["d1", "d2"]) { custom { score renewal } } }');
    expect(stored.data).toEqual({
      deals: [
        { custom: { score: '12345678901234567890', renewal: '2027-01-31' } },
        { custom: { score: 7, renewal: null } },
      ],
    });
  });

  test('are checked at their places', async () => {
    const wrong = [
      { deal: { ...deal('d3', 'a1'), custom: { score: 'many' } } },
      { account: account('a2') },
      { deal: { ...deal('d4', 'a1'), custom: { renewal: 'soon' } } },
    ];
    expect(problemsIn(await queue(withFields, wrong))).toEqual([
      'changes.0.deal.custom.score WRONG_TYPE',
      'changes.2.deal.custom.renewal BAD_FORMAT',
    ]);
    const unknown = { deal: { ...deal('d5', 'a1'), custom: { other: 1 } } };
    expect(problemsIn(await queue(withFields, [{ account: account('a2') }, unknown]))).toEqual([
      'changes.1.deal.custom.other UNKNOWN_FIELD',
    ]);
    const twice = { deal: { ...deal('d5', 'a1'), custom: { score: 1 }, customFields: { score: 2 } } };
    expect(problemsIn(await queue(withFields, [{ account: account('a2') }, twice]))).toEqual([
      'changes.1.deal.customFields.score INVALID_VALUE',
    ]);
    const untyped = { deal: { ...deal('d6', 'a1'), customFields: { renewal: 'soon' } } };
    expect(problemsIn(await queue(withFields, [{ account: account('a2') }, untyped]))).toEqual([
      'changes.1.deal.customFields.renewal BAD_FORMAT',
    ]);
  });

  test('leave a change with exactly one object', async () => {
    const { data } = await withFields.query('{ __type(name: "CrmChange") { isOneOf } }');
    expect(data).toEqual({ __type: { isOneOf: true } });
    expect(problemsIn(await queue(withFields, [{}]))).toEqual(['changes.0 MISSING_FIELD']);
  });
});
