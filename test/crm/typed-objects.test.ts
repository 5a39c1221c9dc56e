import { describe, expect, test } from 'vitest';
import { dealState, statusOf } from '../../src/crm/deal-status.js';
import type { ApiDialect } from '../../src/crm/dialects.js';
import { compileObjectCheck } from '../../src/crm/object-rules.js';
import type { UploadObjectType } from '../../src/crm/object-types.js';
import { translateObject } from '../../src/crm/typed-objects.js';

const LEAST = { objectId: 'x', modifiedDate: '2024-01-01T00:00:00Z' };

function translated(dialect: ApiDialect, type: UploadObjectType, fields: Record<string, unknown>) {
  const problems: string[] = [];
  const report = ({ field, code }: { field: string; code: string }) => problems.push(`${code} ${field}`);
  return { fields: translateObject(dialect, type, { ...LEAST, ...fields }, report), problems };
}

function errors(
  dialect: ApiDialect,
  type: UploadObjectType,
  fields: Readonly<Record<string, unknown>>,
): string[] {
  const found: string[] = [];
  const options = { dialect, objectType: type, schema: [], requirePhone: false, reportWarnings: false };
  compileObjectCheck(options)(fields, ({ code, field }) => found.push(`${code} ${field}`));
  return found;
}

describe('a deal, of which only this is known', () => {
  const OPEN = { isOpen: true, isWon: false };
  const WON = { isOpen: false, isWon: true };
  const LOST = { isOpen: false, isWon: false };
  test.each<[given: object, current: object, legacy: object]>([
    [{ status: 'OPEN' }, { status: 'OPEN' }, OPEN],
    [{ status: 'WON' }, { status: 'WON' }, WON],
    [{ status: 'LOST' }, { status: 'LOST' }, LOST],
    [OPEN, { status: 'OPEN' }, OPEN],
    [WON, { status: 'WON' }, WON],
    [LOST, { status: 'LOST' }, LOST],
    [{ isOpen: true }, { status: 'OPEN' }, OPEN],
    [{ isWon: true }, { status: 'WON' }, WON],
    [{ status: 'LOST', isOpen: false }, { status: 'LOST' }, LOST],
    [{ status: 'WON', ...WON }, { status: 'WON' }, WON],
    [{}, {}, OPEN],
    [{ isDeleted: true }, { isDeleted: true }, { isDeleted: true }],
    [
      { isDeleted: true, status: 'WON' },
      { isDeleted: true, status: 'WON' },
      { isDeleted: true, ...WON },
    ],
    [{ isDeleted: true, isOpen: false }, { isDeleted: true }, { isDeleted: true, isOpen: false }],
  ])('%j', (given, current, legacy) => {
    expect(translated('current', 'DEAL', { ...given })).toEqual({
      fields: { ...LEAST, ...current },
      problems: [],
    });
    const { fields, problems } = translated('legacy', 'DEAL', { ...given });
    const { name: _, amount: __, ...rest } = fields;
    expect(rest).toEqual({ ...LEAST, ...legacy });
    expect(problems).toEqual([]);
  });

  test.each<[object, string[]]>([
    [{ status: 'OPEN', isOpen: false }, ['INVALID_VALUE isOpen']],
    [{ status: 'OPEN', isWon: true }, ['INVALID_VALUE isWon']],
    [{ status: 'LOST', isOpen: true, isWon: true }, ['INVALID_VALUE isOpen', 'INVALID_VALUE isWon']],
    [{ isOpen: true, isWon: true }, ['INVALID_VALUE isWon']],
  ])('%j contradicts itself in either dialect', (given, expected) => {
    for (const dialect of ['current', 'legacy'] as const) {
      expect(translated(dialect, 'DEAL', { ...given }).problems).toEqual(expected);
    }
  });

  test.each<[object, string]>([
    [{ isOpen: false }, 'MISSING_FIELD isWon'],
    [{ isWon: false }, 'MISSING_FIELD isOpen'],
  ])('%j leaves open what it is: on either dialect the other flag is missing', (given, missing) => {
    expect(translated('current', 'DEAL', { ...given }).problems).toEqual([missing]);
    const legacy = translated('legacy', 'DEAL', { ...given });
    expect(legacy.problems).toEqual([]);
    expect(errors('legacy', 'DEAL', legacy.fields)).toContain(missing);
  });
});

test.each<[UploadObjectType, defaults: object, missing: string[]]>([
  ['ACCOUNT', { name: 'Account_#x', domains: [] }, []],
  ['STAGE', { internalName: 'x', isActive: true, sortOrder: 1 }, ['MISSING_FIELD name']],
  [
    'DEAL',
    { name: 'Deal_#x', amount: 0, isOpen: true, isWon: false },
    ['accountId', 'ownerId', 'createdDate', 'closeDate', 'stage'].map((field) => `MISSING_FIELD ${field}`),
  ],
  [
    'CONTACT',
    {},
    ['accountId', 'emailAddress', 'firstName', 'lastName'].map((field) => `MISSING_FIELD ${field}`),
  ],
  ['LEAD', {}, ['emailAddress', 'firstName', 'lastName'].map((field) => `MISSING_FIELD ${field}`)],
  ['BUSINESS_USER', {}, ['MISSING_FIELD emailAddress']],
])(
  "the least %s gets today's defaults on the legacy paths, and lacks what has none",
  (type, defaults, missing) => {
    const { fields } = translated('legacy', type, {});
    expect(fields).toEqual({ ...LEAST, ...defaults });
    expect(errors('legacy', type, fields)).toEqual(missing);
    expect(translated('legacy', type, { isDeleted: true }).fields).toEqual({ ...LEAST, isDeleted: true });
    expect(translated('current', type, {}).fields).toEqual(LEAST);
  },
);

test('what is given goes before every default', () => {
  const stage = { internalName: 'i', isActive: false, sortOrder: 7 };
  expect(translated('legacy', 'STAGE', stage).fields).toEqual({ ...LEAST, ...stage });
  const deal = { name: 'D', amount: 5 };
  expect(translated('legacy', 'DEAL', deal).fields).toMatchObject(deal);
});

test("a stage's internal name stays on the current paths only where it is another than its ID", () => {
  expect(translated('current', 'STAGE', { internalName: 'x' }).fields).toEqual(LEAST);
  expect(translated('current', 'STAGE', { internalName: 'y' }).fields).toEqual({
    ...LEAST,
    internalName: 'y',
  });
});

describe('the state of a deal that is read', () => {
  const none = { status: null, isOpen: null, isWon: null };
  const won = { status: 'WON', isOpen: false, isWon: true };
  const open = { status: 'OPEN', isOpen: true, isWon: false };
  test.each<[record: object, current: object, legacy: object]>([
    [{ status: 'WON' }, won, won],
    [{ isOpen: false, isWon: true }, won, won],
    [
      { isOpen: false, isWon: false },
      { status: 'LOST', isOpen: false, isWon: false },
      { status: 'LOST', isOpen: false, isWon: false },
    ],
    [{ isOpen: true }, open, open],
    // Each dialect prefers its own fields.
    [{ status: 'WON', isOpen: true, isWon: false }, won, open],
    [{ status: 'WON', isOpen: false }, won, { ...none, isOpen: false }],
    [
      { isOpen: true, isWon: true },
      { ...none, isOpen: true, isWon: true },
      { ...none, isOpen: true, isWon: true },
    ],
    [{ isOpen: 'yes' }, { ...none, isOpen: 'yes' }, { ...none, isOpen: 'yes' }],
    [{ status: null }, none, none],
    [{}, none, none],
  ])('%j', (record, current, legacy) => {
    const unexpected = (status: unknown) => expect.unreachable(String(status));
    expect(dealState('current', { ...record }, unexpected)).toEqual(current);
    expect(dealState('legacy', { ...record }, unexpected)).toEqual(legacy);
  });

  test('a status that nobody knows is told, but on the legacy paths, where it may be a custom field', () => {
    for (const status of ['PENDING', 'won', '', 5, {}]) {
      const told: unknown[] = [];
      expect(dealState('current', { status }, (given) => told.push(given))).toEqual(none);
      expect(told).toEqual([status]);
      expect(dealState('legacy', { status, isOpen: true, isWon: false }, () => expect.unreachable())).toEqual(
        open,
      );
    }
  });
});

test('flags tell a status only where both are there or one suffices', () => {
  expect([statusOf(true, undefined), statusOf(undefined, true)]).toEqual(['OPEN', 'WON']);
  for (const [isOpen, isWon] of [
    [undefined, undefined],
    [false, undefined],
    [undefined, false],
    [true, true],
    ['no', 'no'],
  ]) {
    expect(statusOf(isOpen, isWon)).toBeUndefined();
  }
});
