import { describe, expect, test } from 'vitest';
import {
  compileObjectCheck,
  type ObjectProblem,
  type ObjectRulesOptions,
} from '../../src/crm/object-rules.js';
import { FIELD_TYPES, UPLOAD_OBJECT_TYPES, type UploadObjectType } from '../../src/crm/object-types.js';
import { checkFieldPush, type SchemaField, type SchemaFieldPush } from '../../src/crm/schema-field.js';
import { type PushMode, planSchemaPush, type SchemaChange } from '../../src/crm/schema-plan.js';

const field = (uniqueName: string, extra: Partial<SchemaField> = {}): SchemaField => ({
  uniqueName,
  label: uniqueName,
  type: 'STRING',
  lastModified: null,
  referenceTo: null,
  orderedValueList: null,
  ...extra,
});

const DATES = { objectId: 'x', modifiedDate: '2024-01-01T00:00:00Z' };
const PERSON = { emailAddress: 'a@b.c', firstName: 'A', lastName: 'B' };
const GOOD: Record<UploadObjectType, Record<string, unknown>> = {
  BUSINESS_USER: { ...DATES, emailAddress: 'a@b.c' },
  STAGE: { ...DATES, internalName: 'won', name: 'Won', isActive: true, sortOrder: 1 },
  ACCOUNT: { ...DATES, name: 'Acme', domains: ['acme.com'] },
  CONTACT: { ...DATES, ...PERSON, accountId: 'a' },
  LEAD: { ...DATES, ...PERSON },
  DEAL: {
    ...DATES,
    accountId: 'a',
    ownerId: 'o',
    name: 'Deal',
    createdDate: '2024-01-01T00:00:00Z',
    closeDate: '2024-02-01',
    isOpen: true,
    isWon: false,
    stage: 'won',
    amount: 5,
  },
};

function problems(
  objectType: UploadObjectType,
  object: Record<string, unknown>,
  {
    dialect = 'legacy',
    schema = [],
    requirePhone = false,
    reportWarnings = true,
  }: Partial<ObjectRulesOptions> = {},
): ObjectProblem[] {
  const found: ObjectProblem[] = [];
  const check = compileObjectCheck({ dialect, objectType, schema, requirePhone, reportWarnings });
  check(object, (problem) => found.push(problem));
  return found;
}
const codes = (...args: Parameters<typeof problems>) =>
  problems(...args).map(({ field, code }) => `${code} ${field}`);

describe.each(UPLOAD_OBJECT_TYPES)('%s', (type) => {
  test('with only its mandatory fields has no problems', () => {
    expect(problems(type, GOOD[type])).toEqual([]);
  });

  test('without any one of them has one problem, whether absent, null or empty', () => {
    const names = Object.keys(GOOD[type]);
    expect(names.length).toBeGreaterThan(2);
    for (const name of names) {
      for (const value of [undefined, null, '']) {
        expect(codes(type, { ...GOOD[type], [name]: value })).toEqual([`MISSING_FIELD ${name}`]);
      }
    }
  });

  test('deleted needs only its id and date', () => {
    expect(problems(type, { ...DATES, isDeleted: true })).toEqual([]);
    expect(codes(type, { isDeleted: true })).toEqual([
      'MISSING_FIELD objectId',
      'MISSING_FIELD modifiedDate',
    ]);
  });
});

test.each<[string, UploadObjectType, Record<string, unknown>, string[]]>([
  [
    'lastModified stands in for modifiedDate',
    'LEAD',
    { modifiedDate: null, lastModified: '2024-01-01T00:00:00Z' },
    [],
  ],
  [
    'a date with milliseconds is refused',
    'LEAD',
    { modifiedDate: '2024-01-01T00:00:00.000Z' },
    ['BAD_FORMAT modifiedDate'],
  ],
  ['a numeric id is refused', 'LEAD', { objectId: 5 }, ['WRONG_TYPE objectId']],
  ['isDeleted must be a boolean', 'LEAD', { isDeleted: 'true' }, ['WRONG_TYPE isDeleted']],
  [
    'estimatedCloseDate stands in for closeDate',
    'DEAL',
    { closeDate: undefined, estimatedCloseDate: '2024-01-01' },
    [],
  ],
  ['so does actualCloseDate', 'DEAL', { closeDate: undefined, actualCloseDate: '2024-01-01' }, []],
  [
    'so do both',
    'DEAL',
    { closeDate: null, estimatedCloseDate: '2024-01-01', actualCloseDate: '2024-01-01' },
    [],
  ],
  ['estimatedAmount stands in for amount', 'DEAL', { amount: undefined, estimatedAmount: 1 }, []],
  ['actualAmount 0 is an amount', 'DEAL', { amount: undefined, actualAmount: 0 }, []],
  [
    'an amount does not stand in for a date',
    'DEAL',
    { closeDate: undefined, actualAmount: 1 },
    ['MISSING_FIELD closeDate'],
  ],
  [
    'a wrong stand-in is told as such',
    'DEAL',
    { amount: undefined, actualAmount: '1' },
    ['WRONG_TYPE actualAmount'],
  ],
  ['sortOrder counts from 1', 'STAGE', { sortOrder: 0 }, ['OUT_OF_RANGE sortOrder']],
  ['sortOrder is an integer', 'STAGE', { sortOrder: 1.5 }, ['OUT_OF_RANGE sortOrder']],
  ['sortOrder is a number', 'STAGE', { sortOrder: '1' }, ['WRONG_TYPE sortOrder']],
  ['isOpen false is a value', 'DEAL', { isOpen: false }, []],
  ['a field of another type is unknown', 'LEAD', { domains: [] }, ['UNKNOWN_FIELD domains']],
  ['constructor is unknown', 'LEAD', { constructor: 1 }, ['UNKNOWN_FIELD constructor']],
  ['an unknown field is told even if null', 'LEAD', { shoe: null }, ['UNKNOWN_FIELD shoe']],
  [
    'missing comes before wrong',
    'ACCOUNT',
    { domains: 1, name: '' },
    ['MISSING_FIELD name', 'WRONG_TYPE domains'],
  ],
])('%s', (_name, type, extra, expected) => {
  expect(codes(type, { ...GOOD[type], ...extra })).toEqual(expected);
});

test('__proto__ as a field of JSON is an unknown field and fills nothing in', () => {
  const text = JSON.stringify({ ...DATES, isDeleted: false }).replace(
    '}',
    ',"__proto__":{"emailAddress":"a@b.c"}}',
  );
  expect(codes('BUSINESS_USER', JSON.parse(text))).toEqual([
    'MISSING_FIELD emailAddress',
    'UNKNOWN_FIELD __proto__',
  ]);
});

test('a phone number is mandatory if calls are imported', () => {
  expect(codes('CONTACT', GOOD.CONTACT, { requirePhone: true })).toEqual(['MISSING_FIELD phoneNumber']);
  expect(codes('LEAD', { ...GOOD.LEAD, phoneNumber: '+14055766687' }, { requirePhone: true })).toEqual([]);
  expect(codes('ACCOUNT', GOOD.ACCOUNT, { requirePhone: true })).toEqual([]);
});

test('custom fields are checked against the schema, and messages say what was needed and got', () => {
  const schema = [
    field('tier', { type: 'PICKLIST', orderedValueList: ['a', 'b'] }),
    field('share', { type: 'PERCENT' }),
  ];
  expect(problems('LEAD', { ...GOOD.LEAD, tier: 'c', share: 101 }, { schema })).toEqual([
    { field: 'tier', code: 'NOT_IN_PICKLIST', message: 'Field [tier] must be one of a, b, got "c"' },
    {
      field: 'share',
      code: 'OUT_OF_RANGE',
      message: 'Field [share] must be a number from 0 to 100, got 101',
    },
  ]);
  expect(problems('LEAD', { ...GOOD.LEAD, tier: null, share: null }, { schema })).toEqual([]);
});

test('an empty string is invalid in a field with a format, and valid in a STRING', () => {
  const formed = FIELD_TYPES.filter((type) => !['STRING', 'ID', 'REFERENCE'].includes(type));
  expect(formed).toHaveLength(11);
  for (const type of formed) {
    const schema = [field('custom', { type, orderedValueList: type === 'PICKLIST' ? ['a'] : null })];
    expect(problems('LEAD', { ...GOOD.LEAD, custom: '' }, { schema })).toEqual([
      expect.objectContaining({ field: 'custom', message: expect.stringMatching(/got ""$/) }),
    ]);
  }
  for (const type of ['STRING', 'ID', 'REFERENCE'] as const) {
    expect(problems('LEAD', { ...GOOD.LEAD, custom: '' }, { schema: [field('custom', { type })] })).toEqual(
      [],
    );
  }
  expect(codes('LEAD', { ...GOOD.LEAD, title: '', url: '', isDeleted: '' })).toEqual([
    'BAD_FORMAT url',
    'WRONG_TYPE isDeleted',
  ]);
});

test('an empty string beside an alternative counts as missing', () => {
  const extra = { closeDate: '', estimatedCloseDate: '2024-01-01' };
  expect(problems('DEAL', { ...GOOD.DEAL, ...extra })).toEqual([]);
});

test('a schema cannot loosen a Gong-defined field', () => {
  const schema = [field('emailAddress', { type: 'NUMBER' })];
  expect(codes('LEAD', { ...GOOD.LEAD, emailAddress: 5 }, { schema })).toEqual(['WRONG_TYPE emailAddress']);
});

test('a field name as long as a line gives a short message', () => {
  const [problem] = problems('LEAD', { ...GOOD.LEAD, ['x'.repeat(1e6)]: 1 });
  expect(problem?.message.length).toBeLessThan(200);
});

test.each<[string, SchemaFieldPush, string[]]>([
  ['a plain field', { uniqueName: 'a', label: 'A', type: 'STRING' }, []],
  ['no name', { uniqueName: '', label: 'A', type: 'STRING' }, ['uniqueName']],
  ['no label and no type', { uniqueName: 'a' }, ['label', 'type']],
  ['a deletion needs neither', { uniqueName: 'a', isDeleted: true }, []],
  ['STRINGARRAY is not for custom fields', { uniqueName: 'a', label: 'A', type: 'STRINGARRAY' }, ['type']],
  ['REFERENCE needs a target', { uniqueName: 'a', label: 'A', type: 'REFERENCE' }, ['referenceTo']],
  [
    'PICKLIST needs values',
    { uniqueName: 'a', label: 'A', type: 'PICKLIST', orderedValueList: [] },
    ['orderedValueList'],
  ],
  [
    'dates have no milliseconds',
    { uniqueName: 'a', label: 'A', type: 'ID', lastModified: '2020-01-01T00:00:00.0Z' },
    ['lastModified'],
  ],
])('a pushed field: %s', (_name, pushed, properties) => {
  expect(checkFieldPush(pushed).map((problem) => problem.property)).toEqual(properties);
});

describe('a schema plan', () => {
  const pushed = (uniqueName: string, extra: Partial<SchemaFieldPush> = {}): SchemaFieldPush => ({
    uniqueName,
    label: uniqueName,
    type: 'STRING',
    ...extra,
  });
  const current = [field('a'), field('b'), field('name')];

  test.each<[string, PushMode, SchemaFieldPush[], SchemaChange[], string[], boolean, boolean]>([
    [
      'adds',
      'MERGE',
      [pushed('c')],
      [
        { kind: 'ADDED', name: 'c' },
        { kind: 'LEFT_OUT', name: 'a' },
        { kind: 'LEFT_OUT', name: 'b' },
      ],
      ['c', 'a', 'b'],
      false,
      true,
    ],
    [
      'repeats nothing in FULL',
      'FULL',
      [pushed('a')],
      [
        { kind: 'UNCHANGED', name: 'a' },
        { kind: 'LEFT_OUT', name: 'b' },
      ],
      ['a'],
      false,
      false,
    ],
    [
      'relabels',
      'FULL',
      [pushed('a', { label: 'A' }), pushed('b')],
      [
        { kind: 'CHANGED', name: 'a', properties: ['LABEL'] },
        { kind: 'UNCHANGED', name: 'b' },
      ],
      ['a', 'b'],
      false,
      true,
    ],
    [
      'retypes, which loses data',
      'FULL',
      [pushed('a', { type: 'NUMBER' }), pushed('b')],
      [
        { kind: 'RETYPED', name: 'a', from: 'STRING', to: 'NUMBER' },
        { kind: 'UNCHANGED', name: 'b' },
      ],
      ['a', 'b'],
      true,
      true,
    ],
    [
      'deletes, which loses data',
      'MERGE',
      [{ uniqueName: 'a', isDeleted: true }],
      [
        { kind: 'DELETED', name: 'a' },
        { kind: 'LEFT_OUT', name: 'b' },
      ],
      ['a', 'b'],
      true,
      true,
    ],
    [
      'never deletes what is not there',
      'MERGE',
      [{ uniqueName: 'z', isDeleted: true }],
      [
        { kind: 'UNCHANGED', name: 'z' },
        { kind: 'LEFT_OUT', name: 'a' },
        { kind: 'LEFT_OUT', name: 'b' },
      ],
      ['a', 'b'],
      false,
      false,
    ],
  ])('%s (%s)', (_name, mode, given, changes, push, losesData, changesAnything) => {
    const plan = planSchemaPush('ACCOUNT', current, given, mode);
    expect(plan.changes).toEqual(changes);
    expect(plan.push.map((entry) => entry.uniqueName)).toEqual(push);
    expect(plan).toMatchObject({ losesData, changesAnything });
  });
});
