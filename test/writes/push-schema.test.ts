import { expect, test } from 'vitest';
import {
  AccountDocument,
  PushSchemaDocument,
  type PushSchemaInput,
  type SchemaFieldInput,
  SchemaFieldsDocument,
} from '../../client/src/generated/graphql.js';
import { account, loadAccounts, registerAcme } from '../support/acme.js';
import { type Harness, startHarness } from '../support/harness.js';

const text = (uniqueName: string): SchemaFieldInput => ({
  uniqueName,
  label: `Label of ${uniqueName}`,
  type: 'STRING',
});
const gone = (uniqueName: string): SchemaFieldInput => ({ uniqueName, isDeleted: true });

async function push(harness: Harness, fields: SchemaFieldInput[], more: Partial<PushSchemaInput> = {}) {
  const input = { objectType: 'ACCOUNT' as const, fields, ...more };
  const { pushSchema } = await harness.execute(PushSchemaDocument, { input });
  return { ...pushSchema, plan: pushSchema.plan.map(({ name, kind }) => `${name} ${kind}`) };
}

async function customFields(harness: Harness): Promise<string[]> {
  const { schemaFields } = await harness.execute(SchemaFieldsDocument, { objectType: 'ACCOUNT' });
  return schemaFields.flatMap((schema) =>
    schema.fields.flatMap((field) => (field?.isCustom ? [field.uniqueName] : [])),
  );
}

test("Gong's documented sequence of pushes has the documented results", async () => {
  await using harness = await startHarness();
  await registerAcme(harness);

  expect(await push(harness, [text('A')], { mode: 'FULL' })).toMatchObject({
    pushed: true,
    plan: ['A ADDED'],
  });
  expect(await customFields(harness)).toEqual(['A']);
  expect(await push(harness, [text('A'), text('B')], { mode: 'FULL' })).toMatchObject({
    pushed: true,
    plan: ['A UNCHANGED', 'B ADDED'],
  });
  expect(await customFields(harness)).toEqual(['A', 'B']);
  await loadAccounts(harness, [account('a1', { customFields: { A: 'old', B: 'kept' } })]);

  const refused = await harness.query(PushSchemaDocument.toString(), {
    input: { objectType: 'ACCOUNT', mode: 'FULL', fields: [text('C')] },
  });
  expect(refused.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(refused.errors[0]?.message).toContain('A, B');
  expect(await customFields(harness)).toEqual(['A', 'B']);

  const fields = [text('B'), text('C'), gone('A')];
  expect(await push(harness, fields, { mode: 'FULL', allowDataLoss: true })).toMatchObject({
    pushed: true,
    losesData: true,
    plan: ['B UNCHANGED', 'C ADDED', 'A DELETED'],
  });
  expect(await customFields(harness)).toEqual(['B', 'C']);
  const { account: found } = await harness.execute(AccountDocument, { id: 'a1' });
  expect(found?.fields).toMatchObject({ B: 'kept' });
  expect(found?.fields).not.toHaveProperty('A');
});

test('MERGE keeps the fields it does not name, and the plan says so', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await push(harness, [text('A'), text('B')]);
  expect(await push(harness, [{ ...text('B'), label: 'Better' }, text('C')])).toMatchObject({
    pushed: true,
    losesData: false,
    plan: ['B CHANGED', 'C ADDED', 'A LEFT_OUT'],
  });
  expect((await customFields(harness)).sort()).toEqual(['A', 'B', 'C']);
});

test.each([
  ['deleting a field', [gone('A')], 'DELETED'],
  ['retyping a field', [{ ...text('A'), type: 'NUMBER' as const }], 'RETYPED'],
] as const)('%s is refused with the plan until data loss is allowed by name', async (_what, fields, kind) => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await push(harness, [text('A')]);
  await loadAccounts(harness, [account('a1', { customFields: { A: 'precious' } })]);

  const refused = await harness.query(PushSchemaDocument.toString(), {
    input: { objectType: 'ACCOUNT', fields },
  });
  expect(refused.errors).toMatchObject([
    { extensions: { code: 'SCHEMA_DATA_LOSS', retryable: false, plan: [{ name: 'A', kind }] } },
  ]);
  const { account: untouched } = await harness.execute(AccountDocument, { id: 'a1' });
  expect(untouched?.fields).toMatchObject({ A: 'precious' });

  expect(await push(harness, [...fields], { allowDataLoss: true })).toMatchObject({
    pushed: true,
    losesData: true,
  });
  const { account: bare } = await harness.execute(AccountDocument, { id: 'a1' });
  expect(bare?.fields).not.toHaveProperty('A');
});

test('a dry run shows the plan, losses included, and sends nothing', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await push(harness, [text('A')]);
  const before = harness.callsOf('pushSchema').length;
  expect(await push(harness, [gone('A'), text('B')], { dryRun: true, mode: 'FULL' })).toMatchObject({
    pushed: false,
    losesData: true,
    plan: ['A DELETED', 'B ADDED'],
  });
  expect(harness.callsOf('pushSchema')).toHaveLength(before);
  expect(await customFields(harness)).toEqual(['A']);
});

test('a push that would change nothing is not sent', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await push(harness, [text('A')]);
  const before = harness.callsOf('pushSchema').length;
  expect(await push(harness, [text('A'), gone('never-there')])).toMatchObject({
    pushed: false,
    plan: ['A UNCHANGED', 'never-there UNCHANGED'],
  });
  expect(harness.callsOf('pushSchema')).toHaveLength(before);
});

test('all four schemas are listed at once if no type is named', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  const { schemaFields } = await harness.execute(SchemaFieldsDocument, {});
  expect(schemaFields.map((schema) => schema.objectType).sort()).toEqual([
    'ACCOUNT',
    'CONTACT',
    'DEAL',
    'LEAD',
  ]);
  const deal = schemaFields.find((schema) => schema.objectType === 'DEAL');
  expect(deal?.fields.find((field) => field?.uniqueName === 'ownerId')).toMatchObject({
    type: 'REFERENCE',
    referenceTo: 'USER',
    isCustom: false,
  });
});

test('three concurrent pushes to one type each add their field', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  const pushes = await Promise.all(['A', 'B', 'C'].map((name) => push(harness, [text(name)])));
  expect(pushes.map(({ pushed }) => pushed)).toEqual([true, true, true]);
  expect((await customFields(harness)).sort()).toEqual(['A', 'B', 'C']);
});

test('changing the type a reference points to causes a warning, in a dry run too', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  const reference = (referenceTo: 'ACCOUNT' | 'DEAL'): SchemaFieldInput => ({
    ...{ uniqueName: 'partner', label: 'Partner', type: 'REFERENCE', referenceTo },
  });
  expect(await push(harness, [reference('ACCOUNT')])).toMatchObject({ warnings: [] });
  const warnings = [
    { name: 'partner', code: 'REFERENCE_RETARGETED', message: expect.stringContaining('ACCOUNT') },
  ];
  for (const dryRun of [true, false]) {
    expect(await push(harness, [reference('DEAL')], { dryRun })).toMatchObject({
      plan: ['partner CHANGED'],
      losesData: false,
      warnings,
    });
  }
  expect(await push(harness, [reference('DEAL')])).toMatchObject({
    plan: ['partner UNCHANGED'],
    warnings: [],
  });
});

test('names that are certain to fail are refused before any call; existing fields with such names can be deleted', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  const before = harness.calls.length;
  const bad = ['', ' ', 'ti\ner', 'ti\u0000er', 'ti\u2028er', '\ud800', 'x'.repeat(256), '__proto__', 'name'];
  for (const uniqueName of bad) {
    const { errors } = await harness.query(PushSchemaDocument.toString(), {
      input: { objectType: 'ACCOUNT', fields: [text(uniqueName)] },
    });
    expect(errors, JSON.stringify(uniqueName)).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(errors[0]?.message).toContain('fields[0].uniqueName');
  }
  expect(harness.calls).toHaveLength(before);
  expect(await push(harness, [gone('ti\ner')], { dryRun: true })).toMatchObject({
    plan: ['ti\ner UNCHANGED'],
  });
  const good = ['Annual revenue', 'tier__c', 'größe', 'x'.repeat(255)];
  expect(await push(harness, good.map(text))).toMatchObject({ pushed: true });
  expect(await customFields(harness)).toEqual(good);
});
