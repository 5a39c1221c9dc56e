import { describe, expect, test } from 'vitest';
import { defaultSchema, GONG_FIELDS, isGongField } from '../../src/crm/gong-fields.js';
import { severityOf } from '../../src/crm/ldjson-problems.js';
import { compileObjectCheck, type ObjectProblem } from '../../src/crm/object-rules.js';
import {
  SCHEMA_OBJECT_TYPES,
  UPLOAD_OBJECT_TYPES,
  type UploadObjectType,
} from '../../src/crm/object-types.js';

/** The rules of the current paths (reference, section 7). */

const DATES = { objectId: 'x', modifiedDate: '2024-01-01T00:00:00Z' };

/** The minimum that Gong accepts without a warning. */
const LEAST: Record<UploadObjectType, Record<string, unknown>> = {
  BUSINESS_USER: { ...DATES, emailAddress: 'a@b.c' },
  STAGE: { objectId: 'won', name: 'Won' },
  ACCOUNT: DATES,
  CONTACT: DATES,
  LEAD: DATES,
  DEAL: { ...DATES, accountId: 'a', ownerId: 'o', closeDate: '2024-02-01' },
};

function problems(
  objectType: UploadObjectType,
  object: Record<string, unknown>,
  { requirePhone = false, reportWarnings = true } = {},
): ObjectProblem[] {
  const found: ObjectProblem[] = [];
  const options = { dialect: 'current', objectType, schema: [], requirePhone, reportWarnings } as const;
  compileObjectCheck(options)(object, (problem) => found.push(problem));
  return found;
}

const told = (...args: Parameters<typeof problems>) =>
  problems(...args).map(({ field, code }) => `${severityOf(code)} ${code} ${field}`);

describe.each(UPLOAD_OBJECT_TYPES)('%s', (type) => {
  test('needs no more than Gong requires today', () => {
    expect(told(type, LEAST[type])).toEqual([]);
  });

  test('is missing each mandatory field that is absent, null or empty', () => {
    const mandatory = Object.keys(LEAST[type]).filter(
      (name) => type !== 'DEAL' || Object.hasOwn(DATES, name),
    );
    expect(mandatory.length).toBeGreaterThan(1);
    for (const name of mandatory) {
      for (const value of [undefined, null, '']) {
        expect(told(type, { ...LEAST[type], [name]: value })).toEqual([`ERROR MISSING_FIELD ${name}`]);
      }
    }
  });

  test('needs only its ID if deleted, and its date unless it is a stage', () => {
    expect(told(type, { isDeleted: true })).toEqual(
      type === 'STAGE'
        ? ['ERROR MISSING_FIELD objectId']
        : ['ERROR MISSING_FIELD objectId', 'ERROR MISSING_FIELD modifiedDate'],
    );
    expect(told(type, { ...DATES, isDeleted: true })).toEqual([]);
  });

  test('may have an ID of 64 characters and no more', () => {
    expect(told(type, { ...LEAST[type], objectId: 'x'.repeat(64) })).toEqual([]);
    expect(told(type, { ...LEAST[type], objectId: 'x'.repeat(65) })).toEqual(['ERROR TOO_LONG objectId']);
  });

  test.each(['a_b', 'a b', 'ü', 'a/b', 'a@b@c'])('gets a warning about the ID %j', (objectId) => {
    expect(told(type, { ...LEAST[type], objectId })).toEqual(['WARNING UNUSUAL_ID objectId']);
    expect(problems(type, { ...LEAST[type], objectId }, { reportWarnings: false })).toEqual([]);
  });

  test('may have an e-mail address as its ID', () => {
    expect(told(type, { ...LEAST[type], objectId: 'jane.doe+crm@acme.com' })).toEqual([]);
  });
});

test.each<[string, UploadObjectType, Record<string, unknown>, string[]]>([
  [
    'a deal without an account is not shown',
    'DEAL',
    { accountId: undefined },
    ['WARNING NOT_SHOWN accountId'],
  ],
  [
    'a deal without owner and close date is not on the deal board',
    'DEAL',
    { ownerId: null, closeDate: '' },
    ['WARNING NOT_ON_DEAL_BOARD ownerId', 'WARNING NOT_ON_DEAL_BOARD closeDate'],
  ],
  ['a deleted deal is warned of nothing', 'DEAL', { accountId: null, isDeleted: true }, []],
  ['a deal is OPEN, WON or LOST', 'DEAL', { status: 'WON' }, []],
  ['a deal is nothing else', 'DEAL', { status: 'won' }, ['ERROR NOT_IN_PICKLIST status']],
  ['an amount is a number', 'DEAL', { amount: '5' }, ['ERROR WRONG_TYPE amount']],
  ['sortOrder is an integer from 1', 'STAGE', { sortOrder: 0 }, ['ERROR OUT_OF_RANGE sortOrder']],
  ['an unknown field is a warning', 'LEAD', { shoe: 1 }, ['WARNING UNKNOWN_FIELD shoe']],
  ['accountId is no field of a lead', 'LEAD', { accountId: 'a' }, ['WARNING UNKNOWN_FIELD accountId']],
])('%s', (_name, type, extra, expected) => {
  expect(told(type, { ...LEAST[type], ...extra })).toEqual(expected);
});

test('former fields are warnings that name the field Gong reads instead, whatever their value', () => {
  const former: [UploadObjectType, string, string][] = [
    ['DEAL', 'isOpen', 'status'],
    ['DEAL', 'isWon', 'status'],
    ['DEAL', 'estimatedCloseDate', 'closeDate'],
    ['DEAL', 'actualCloseDate', 'closeDate'],
    ['DEAL', 'estimatedAmount', 'amount'],
    ['DEAL', 'actualAmount', 'amount'],
    ['STAGE', 'internalName', 'objectId'],
    ...UPLOAD_OBJECT_TYPES.map(
      (type) => [type, 'lastModified', 'modifiedDate'] as [UploadObjectType, string, string],
    ),
  ];
  for (const [type, field, instead] of former) {
    expect(problems(type, { ...LEAST[type], [field]: 'whatever' })).toEqual([
      { field, code: 'FORMER_FIELD', message: `${field}: Gong's current API reads \`${instead}\`` },
    ]);
    expect(problems(type, { ...LEAST[type], [field]: 'whatever' }, { reportWarnings: false })).toEqual([]);
  }
  const count = UPLOAD_OBJECT_TYPES.flatMap((type) => GONG_FIELDS.current[type]).filter(
    (field) => field.isFormer,
  );
  expect(count).toHaveLength(former.length);
});

test('lastModified no longer substitutes for modifiedDate', () => {
  const { modifiedDate, ...rest } = DATES;
  expect(told('LEAD', { ...rest, lastModified: modifiedDate })).toEqual([
    'ERROR MISSING_FIELD modifiedDate',
    'WARNING FORMER_FIELD lastModified',
  ]);
});

test('a phone number is mandatory nowhere', () => {
  expect(told('CONTACT', LEAST.CONTACT, { requirePhone: true })).toEqual([]);
});

test("Gong's own sample lines have no errors", () => {
  const samples: [UploadObjectType, string][] = [
    ['STAGE', '{"objectId":"discovery","name":"Discovery","isActive":true,"sortOrder":1}'],
    [
      'STAGE',
      '{"objectId":"won","modifiedDate":"2019-01-03T23:45:57+01:00","name":"Closed Won","isActive":true,"sortOrder":5}',
    ],
    [
      'BUSINESS_USER',
      '{"objectId": "user1_Id_In_The_CRM", "emailAddress": "john.doe@acme.com", "modifiedDate": "2019-01-03T23:45:57+01:00"}',
    ],
    [
      'CONTACT',
      '{"objectId": "5zbwd7n5n65", "modifiedDate": "2019-01-03T23:45:57+01:00", "accountId": "5ybyh6n6n65", "emailAddress": "john.smith@acme.com", "firstName": "john"}',
    ],
    [
      'DEAL',
      '{"objectId": "8608553", "modifiedDate": "2022-02-04T18:24:59Z", "url": "http://crm.com/deals/8608553", "accountId": "5ybyh6n6n65", "ownerId": "5486951", "name": "Deal name", "createdDate": "2022-02-04T17:57:23Z", "closeDate": "2022-09-04", "status": "OPEN", "stage": "discovery", "amount": 7000}',
    ],
  ];
  for (const [type, line] of samples)
    expect(problems(type, JSON.parse(line), { reportWarnings: false })).toEqual([]);
});

test('each dialect lists its own fields, and no former ones', () => {
  const names = (dialect: 'current' | 'legacy') =>
    Object.fromEntries(
      SCHEMA_OBJECT_TYPES.map((type) => [
        type,
        defaultSchema(dialect, type).map((field) => field.uniqueName),
      ]),
    );
  expect(names('current').DEAL).toEqual(
    expect.arrayContaining(['objectId', 'modifiedDate', 'status', 'stage', 'amount']),
  );
  for (const name of ['isOpen', 'isWon', 'lastModified', 'actualAmount']) {
    expect(names('current').DEAL).not.toContain(name);
    expect(names('legacy').DEAL).toContain(name);
  }
  expect(names('legacy').DEAL).not.toContain('status');
  expect(names('legacy').ACCOUNT).toEqual([
    ...(names('current').ACCOUNT ?? []).slice(0, 2),
    'lastModified',
    ...(names('current').ACCOUNT ?? []).slice(2),
  ]);
});

test('a name that Gong defines or once defined is never a custom field', () => {
  for (const name of ['status', 'isOpen', 'objectId']) expect(isGongField('DEAL', name)).toBe(true);
  expect(isGongField('DEAL', 'tier')).toBe(false);
  expect(isGongField('ACCOUNT', 'status')).toBe(false);
});
