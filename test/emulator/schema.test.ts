import { describe, expect, it } from 'vitest';
import { account, contact, field, type Loader, lead, loader, start } from './helper.js';

const DIALECTS = [
  { dialect: 'current', list: '/v2/crm/entity-schema', push: '/v2/crm/entity-schema' },
  { dialect: 'legacy', list: '/v2/crm/object/schema/list', push: '/v2/crm/object/schema' },
] as const;
const COMMON = {
  current: ['objectId', 'modifiedDate', 'isDeleted', 'url'],
  legacy: ['objectId', 'modifiedDate', 'lastModified', 'isDeleted', 'url'],
};

describe.each(DIALECTS)('the schema in the $dialect dialect', (paths) => {
  it('is pushed and listed, after the fields that Gong defines', async () => {
    await using emulator = await start();
    const { integrationId } = await loader(emulator);
    const query = { integrationId, objectType: 'ACCOUNT' };
    const pushed = await emulator.call('POST', paths.push, {
      query,
      json: [
        field('tier', {
          type: 'PICKLIST',
          orderedValueList: ['A', 'B'],
          lastModified: '2020-11-11T08:11:34+01:00',
        }),
        { name: 'parent', label: 'Parent', type: 'REFERENCE', referenceTo: 'ACCOUNT' },
      ],
    });
    expect([pushed.status, Object.keys(pushed.body)]).toEqual([200, ['requestId']]);

    const { body } = await emulator.call('GET', paths.list, { query });
    const fields = body.objectTypeToSelectedFields.ACCOUNT;
    expect(fields.map((each: { name: string }) => each.name)).toEqual([
      ...COMMON[paths.dialect],
      'name',
      'domains',
      'tier',
      'parent',
    ]);
    expect(fields.at(-2)).toEqual({
      uniqueName: 'tier',
      name: 'tier',
      label: 'tier',
      type: 'PICKLIST',
      lastModified: '2020-11-11T08:11:34+01:00',
      isDeleted: false,
      referenceTo: null,
      orderedValueList: ['A', 'B'],
    });
    expect(fields.at(-1)).toMatchObject({ uniqueName: 'parent', referenceTo: 'ACCOUNT', lastModified: null });
    if (paths.dialect === 'legacy') expect(body.selectedFields).toEqual(body.objectTypeToSelectedFields);
    else expect(body).not.toHaveProperty('selectedFields');
  });

  it('is listed for all types if none is given', async () => {
    await using emulator = await start();
    const { integrationId } = await loader(emulator);
    const { body } = await emulator.call('GET', paths.list, { query: { integrationId } });
    expect(Object.keys(body.objectTypeToSelectedFields)).toEqual(['ACCOUNT', 'CONTACT', 'DEAL', 'LEAD']);
  });
});

it('lists the fields of a deal in each dialect, and refuses custom fields with their names', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  const DATES_AND_REFERENCES = ['accountId', 'ownerId', 'name', 'createdDate', 'closeDate'];
  expect(await crm.fieldNames('DEAL')).toEqual([
    ...COMMON.current,
    ...DATES_AND_REFERENCES,
    ...['status', 'stage', 'amount'],
  ]);
  expect(await crm.as('legacy').fieldNames('DEAL')).toEqual([
    ...COMMON.legacy,
    ...DATES_AND_REFERENCES,
    ...['isOpen', 'isWon', 'stage', 'amount'],
    ...['estimatedCloseDate', 'actualCloseDate', 'estimatedAmount', 'actualAmount'],
  ]);
  const refused = await crm.push('DEAL', [field('isOpen', { type: 'BOOLEAN' })]);
  expect([refused.status, refused.body.errors]).toEqual([
    400,
    ["[0] isOpen: Gong's legacy paths define this field; a custom field needs another name"],
  ]);
  const status = field('status', { type: 'PICKLIST', orderedValueList: ['OPEN'] });
  expect((await crm.as('legacy').push('DEAL', [status])).body.errors).toEqual([
    "[0] status: Gong's current paths define this field; a custom field needs another name",
  ]);
  expect((await crm.push('DEAL', [field('status'), field('fA')])).status).toBe(200);
  expect(await crm.as('legacy').fieldNames('DEAL')).toEqual(expect.arrayContaining(['fA']));
});

const custom = async (crm: Loader, type = 'ACCOUNT') =>
  (await crm.fieldNames(type)).filter((name) => name.startsWith('f'));
const without = (names: string, object: Record<string, unknown> | null) =>
  Object.keys(object ?? {}).filter((name) => names.includes(name));

it('follows the worked sequence: push A; A and B; C is refused; B, C and A deleted', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  expect((await crm.push('ACCOUNT', [field('fA')])).status).toBe(200);
  expect(await custom(crm)).toEqual(['fA']);
  expect((await crm.push('ACCOUNT', [field('fA'), field('fB')])).status).toBe(200);
  expect(await custom(crm)).toEqual(['fA', 'fB']);
  await crm.load('ACCOUNT', [account('a1', { fA: 'one', fB: 'two', fC: 'three' })]);
  expect(await crm.object('ACCOUNT', 'a1')).toEqual(account('a1', { fA: 'one', fB: 'two' }));

  const refused = await crm.push('ACCOUNT', [field('fC')]);
  expect(refused.status).toBe(400);
  expect(refused.body.errors).toEqual([expect.stringMatching(/all fields.*fA, fB/)]);
  expect(await custom(crm)).toEqual(['fA', 'fB']);

  const last = [field('fB'), field('fC'), { uniqueName: 'fA', isDeleted: true }];
  expect((await crm.push('ACCOUNT', last)).status).toBe(200);
  expect(await custom(crm)).toEqual(['fB', 'fC']);
  expect(await crm.object('ACCOUNT', 'a1')).toEqual(account('a1', { fB: 'two' }));
});

it('erases the values of a deleted field, even if a field of that name is created again', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  await crm.push('ACCOUNT', [field('fA')]);
  await crm.load('ACCOUNT', [account('a1', { fA: 'old' })]);
  await crm.push('ACCOUNT', [{ uniqueName: 'fA', isDeleted: true }]);
  await crm.push('ACCOUNT', [field('fA')]);
  expect(await crm.object('ACCOUNT', 'a1')).toEqual(account('a1'));
  await crm.load('ACCOUNT', [account('a1', { fA: 'new' })]);
  expect(await crm.object('ACCOUNT', 'a1')).toEqual(account('a1', { fA: 'new' }));
});

it('erases the values of a field whose type changes, and keeps those of one whose label changes', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  await crm.push('LEAD', [field('fA'), field('fB')]);
  await crm.load('LEAD', [lead('l1', { fA: '5', fB: 'kept' })]);
  await crm.push('LEAD', [field('fA', { type: 'NUMBER' }), field('fB', { label: 'Other' })]);
  expect(await crm.object('LEAD', 'l1')).toEqual(lead('l1', { fB: 'kept' }));
  await crm.push('LEAD', [field('fA', { type: 'STRING' }), field('fB')]);
  expect(await crm.object('LEAD', 'l1')).toEqual(lead('l1', { fB: 'kept' }));
});

it('shows a field only in objects that were processed after it was defined', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  await crm.load('ACCOUNT', [account('a1', { fA: 'early' })]);
  await crm.push('ACCOUNT', [field('fA')]);
  await crm.load('ACCOUNT', [account('a2', { fA: 'late' })]);
  expect(without('fA', await crm.object('ACCOUNT', 'a1'))).toEqual([]);
  expect(without('fA', await crm.object('ACCOUNT', 'a2'))).toEqual(['fA']);
});

it('checks the values of custom fields by type', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  await crm.push('ACCOUNT', [
    field('fNumber', { type: 'NUMBER' }),
    field('fPick', { type: 'PICKLIST', orderedValueList: ['A'] }),
  ]);
  const { body } = await crm.load('ACCOUNT', [
    account('a1', { fNumber: '5' }),
    account('a2', { fPick: 'B' }),
    account('a3', { fNumber: null, fPick: 'A', fUnknown: {} }),
  ]);
  expect(body).toMatchObject({ status: 'FAILED', totalErrorCount: 2, totalSuccessCount: 1 });
  expect(body.errors.map((error: { line: number }) => error.line)).toEqual([1, 2]);
  expect(await crm.object('ACCOUNT', 'a3')).toEqual(account('a3', { fNumber: null, fPick: 'A' }));
});

it('lets Gong-defined fields be repeated, but not retyped or deleted', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  const domains = { uniqueName: 'domains', label: 'Domains', type: 'STRINGARRAY' };
  expect((await crm.push('ACCOUNT', [domains, field('fA')])).status).toBe(200);
  expect((await crm.push('ACCOUNT', [{ ...domains, type: 'STRING' }, field('fA')])).status).toBe(400);
  expect((await crm.push('ACCOUNT', [{ uniqueName: 'name', isDeleted: true }, field('fA')])).status).toBe(
    400,
  );
  expect(await custom(crm)).toEqual(['fA']);
});

it('accepts a deletion without effect, and an empty push only if there are no custom fields', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  expect((await crm.push('DEAL', [])).status).toBe(200);
  const deletion = { uniqueName: 'fA', isDeleted: true };
  expect((await crm.push('DEAL', [deletion])).status).toBe(200);
  await crm.push('DEAL', [field('fA')]);
  expect((await crm.push('DEAL', [])).status).toBe(400);
  expect((await crm.push('DEAL', [deletion])).status).toBe(200);
  expect((await crm.push('DEAL', [deletion])).status).toBe(200);
  expect(await custom(crm, 'DEAL')).toEqual([]);
});

it('keeps the schemas of types apart, and accepts fields named like built-in properties', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  await crm.push('ACCOUNT', [field('__proto__'), field('constructor'), field('toString')]);
  await crm.load(
    'ACCOUNT',
    [
      `{"objectId":"a1","modifiedDate":"2024-03-01T08:00:00Z","name":"n","domains":[],"__proto__":"x","constructor":"y"}`,
    ].join('\n'),
  );
  const { text } = await crm.get('ACCOUNT', ['a1']);
  expect(text).toContain('"__proto__":"x","constructor":"y"}');
  expect(await crm.fieldNames('CONTACT')).not.toContain('constructor');
  await crm.load('CONTACT', [contact('c1', { constructor: 'z' })]);
  expect((await crm.get('CONTACT', ['c1'])).text).not.toContain('constructor');
});

const BAD_PUSHES: readonly [string, unknown, RegExp][] = [
  ['an object', {}, /array of fields/],
  ['null', null, /array of fields/],
  ['a string as a field', ['x'], /^\[0\] must be a JSON object/],
  ['no name', [{ label: 'x', type: 'STRING' }], /^\[0\] uniqueName is mandatory/],
  ['a number as a name', [{ uniqueName: 5 }], /^\[0\] uniqueName must be a string/],
  ['an empty name', [field('', { label: 'x' })], /uniqueName must be a field name that is not empty, got ""/],
  ['an unknown type', [field('ok'), field('x', { type: 'TEXT' })], /^\[1\] type must be one of BOOLEAN/],
  ['a type in lower case', [field('x', { type: 'string' })], /type must be one of/],
  ['no type', [{ uniqueName: 'x', label: 'x' }], /type must be a type: it is mandatory, got nothing/],
  ['no label', [{ uniqueName: 'x', type: 'STRING' }], /label must be .* mandatory, got nothing/],
  ['a STRINGARRAY', [field('x', { type: 'STRINGARRAY' })], /Gong-defined/],
  [
    'a REFERENCE to nothing',
    [field('x', { type: 'REFERENCE' })],
    /referenceTo must be one of .*: it is mandatory for a REFERENCE/,
  ],
  [
    'a REFERENCE to a stage',
    [field('x', { type: 'REFERENCE', referenceTo: 'STAGE' })],
    /referenceTo must be/,
  ],
  [
    'a PICKLIST without values',
    [field('x', { type: 'PICKLIST' })],
    /orderedValueList must be at least one value: it is mandatory for a PICKLIST/,
  ],
  [
    'a PICKLIST of numbers',
    [field('x', { type: 'PICKLIST', orderedValueList: [1] })],
    /orderedValueList 0 must/,
  ],
  ['"true" as isDeleted', [field('x', { isDeleted: 'true' })], /isDeleted must be true or false/],
  ['milliseconds', [field('x', { lastModified: '2020-11-11T08:11:34.000Z' })], /without milliseconds/],
  ['too many fields', Array.from({ length: 5_001 }, () => 1), /not have more than 5000 fields, got 5001/],
  ['a field twice', [field('x'), field('x')], /^\[1\] x: the field is listed twice/],
];

it.each(BAD_PUSHES)('answers 400 to a push of %s', async (_what, fields, message) => {
  await using emulator = await start();
  const crm = await loader(emulator);
  const { status, body } = await crm.push('ACCOUNT', fields);
  expect(status).toBe(400);
  expect(body.errors).toEqual([expect.stringMatching(message)]);
  expect((await crm.fieldNames('ACCOUNT')).length).toBe(6);
});

it('answers 400 to a missing, unknown or lower-case objectType, 404 to an unknown integration', async () => {
  await using emulator = await start();
  const { integrationId } = await loader(emulator);
  const get = (query: Record<string, string>) => emulator.call('GET', '/v2/crm/entity-schema', { query });
  for (const objectType of ['account', 'STAGE', 'BUSINESS_USER', '', '__proto__']) {
    expect((await get({ integrationId, objectType })).status).toBe(400);
    const pushed = await emulator.call('POST', '/v2/crm/entity-schema', {
      query: { integrationId, objectType },
      json: [],
    });
    expect(pushed.status).toBe(400);
  }
  expect(
    (await emulator.call('POST', '/v2/crm/entity-schema', { query: { integrationId }, json: [] })).status,
  ).toBe(400);
  expect((await get({ integrationId: '1', objectType: 'DEAL' })).status).toBe(404);
});

it('answers 413 to a schema of more than 4 MiB and stays usable', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  const huge = [field('x', { label: 'y'.repeat(5 * 1024 * 1024) })];
  expect((await crm.push('ACCOUNT', huge)).status).toBe(413);
  expect((await crm.push('ACCOUNT', [])).status).toBe(200);
});
