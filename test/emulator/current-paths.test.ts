import { describe, expect, it } from 'vitest';
import {
  account,
  bothDialects,
  contact,
  deal,
  lead,
  legacyDeal,
  legacyStage,
  loader,
  MODIFIED,
  start,
  user,
} from './helper.js';

/** A complete object of each type, and the fields that each dialect requires. */
const MANDATORY: Readonly<Record<string, { object: object; legacy: string[]; current: string[] }>> = {
  BUSINESS_USER: {
    object: user('u2', 'u2@acme.com'),
    legacy: ['objectId', 'modifiedDate', 'emailAddress'],
    current: ['objectId', 'modifiedDate', 'emailAddress'],
  },
  STAGE: {
    object: legacyStage('won'),
    legacy: ['objectId', 'modifiedDate', 'internalName', 'name', 'isActive', 'sortOrder'],
    current: ['objectId', 'name'],
  },
  ACCOUNT: {
    object: account('a2'),
    legacy: ['objectId', 'modifiedDate', 'name', 'domains'],
    current: ['objectId', 'modifiedDate'],
  },
  CONTACT: {
    object: contact('c1'),
    legacy: ['objectId', 'modifiedDate', 'accountId', 'emailAddress', 'firstName', 'lastName'],
    current: ['objectId', 'modifiedDate'],
  },
  LEAD: {
    object: lead('l1'),
    legacy: ['objectId', 'modifiedDate', 'emailAddress', 'firstName', 'lastName'],
    current: ['objectId', 'modifiedDate'],
  },
  DEAL: {
    object: legacyDeal('d1'),
    legacy: Object.keys(legacyDeal('d1')),
    current: ['objectId', 'modifiedDate'],
  },
};

it.each(Object.entries(MANDATORY))(
  'requires of a %s what each dialect requires',
  async (objectType, { object, ...demanded }) => {
    await using test = await bothDialects();
    for (const dialect of ['legacy', 'current'] as const) {
      const missing: string[] = [];
      for (const name of Object.keys(object)) {
        const { body } = await test[dialect].load(objectType, [{ ...object, [name]: null }]);
        if (body.status === 'DONE') continue;
        expect(body.errors).toEqual([
          { line: 1, description: `Mandatory field [${name}] is missing or empty` },
        ]);
        missing.push(name);
      }
      expect(missing).toEqual(Object.keys(object).filter((name) => demanded[dialect].includes(name)));
      expect(missing).toHaveLength(demanded[dialect].length);
    }
  },
);

describe('on the current paths', () => {
  it('Gong’s own samples are DONE if what they refer to exists', async () => {
    await using emulator = await start();
    const crm = await loader(emulator);
    for (const [objectType, lines] of SAMPLES) {
      const { body } = await crm.load(objectType, lines.join('\n'));
      expect([objectType, body]).toEqual([
        objectType,
        {
          requestId: expect.any(String),
          status: 'DONE',
          errors: [],
          totalErrorCount: 0,
          totalSuccessCount: lines.length,
        },
      ]);
    }
    expect(await crm.object('DEAL', '8608553')).toEqual({
      objectId: '8608553',
      modifiedDate: '2022-02-04T18:24:59Z',
      url: 'http://crm.com/deals/8608553',
      accountId: '5ybyh6n6n65',
      ownerId: 'user1_Id_In_The_CRM',
      name: 'Deal name',
      createdDate: '2022-02-04T17:57:23Z',
      closeDate: '2022-09-04',
      status: 'OPEN',
      stage: 'discovery',
      amount: 7000,
    });
  });

  it('a field without a value is shown with its default', async () => {
    await using test = await bothDialects();
    const least = (objectId: string) => ({ objectId, modifiedDate: MODIFIED });
    await test.current.load('ACCOUNT', [least('a2'), { ...least('a"3'), name: null }]);
    await test.current.load('CONTACT', [least('c1')]);
    await test.current.load('LEAD', [least('l1')]);
    await test.current.load('DEAL', [{ ...least('d1'), accountId: 'a2', status: null }]);
    const { current } = test;
    expect(await current.object('ACCOUNT', 'a2')).toEqual({ ...least('a2'), name: 'Account_#a2' });
    expect(await current.object('ACCOUNT', 'a"3')).toEqual({ ...least('a"3'), name: 'Account_#a"3' });
    expect(await current.object('CONTACT', 'c1')).toEqual(least('c1'));
    expect(await current.object('LEAD', 'l1')).toEqual(least('l1'));
    expect(await current.object('DEAL', 'd1')).toEqual({
      ...least('d1'),
      accountId: 'a2',
      name: 'Deal_#d1',
      status: 'OPEN',
      amount: 0,
    });
    // A stage cannot be read back, so this only shows that its defaults are accepted.
    expect((await current.load('STAGE', [{ objectId: 'new', name: 'New' }])).body.status).toBe('DONE');
  });

  it('a deal is shown if it has its account, also without owner, close date and stage', async () => {
    await using test = await bothDialects();
    const bare = { objectId: 'd1', modifiedDate: MODIFIED, name: 'Bare', status: 'WON', amount: 1 };
    const seen = async (more: object) => {
      expect((await test.current.load('DEAL', [{ ...bare, ...more }])).body.status).toBe('DONE');
      const object = await test.current.object('DEAL', 'd1');
      await test.current.load('DEAL', [{ ...bare, isDeleted: true }]);
      return object !== null;
    };
    expect([
      await seen({ accountId: 'a1' }),
      await seen({ accountId: 'a1', ownerId: 'u1', closeDate: null }),
      await seen({ accountId: 'a1', ownerId: '', stage: '' }),
      await seen({}),
      await seen({ accountId: '', ownerId: 'u1' }),
      await seen({ accountId: 'unknown' }),
      await seen({ accountId: 'a1', ownerId: 'unmapped' }),
    ]).toEqual([true, true, true, false, false, false, false]);
  });

  it('a deal that loses its account is no longer shown, even when the owner it waited for is mapped', async () => {
    await using test = await bothDialects();
    const { current } = test;
    await current.load('DEAL', [deal('d1'), deal('d2', { ownerId: 'u2' })]);
    await current.load('DEAL', [
      deal('d1', { accountId: null }),
      deal('d2', { accountId: null, ownerId: 'u2' }),
    ]);
    await current.load('BUSINESS_USER', [user('u2', 'u2@acme.com')]);
    expect([await current.object('DEAL', 'd1'), await current.object('DEAL', 'd2')]).toEqual([null, null]);
    await current.load('DEAL', [deal('d1')]);
    expect(await current.object('DEAL', 'd1')).toEqual(deal('d1'));
  });

  it('a contact is shown without an account, and with one only if it exists', async () => {
    await using test = await bothDialects();
    const { current } = test;
    await current.load('CONTACT', [
      contact('c1', { accountId: null }),
      contact('c2', { accountId: '' }),
      contact('c3', { accountId: 'unknown' }),
      contact('c4', { lastName: undefined }),
    ]);
    const { body } = await current.get('CONTACT', ['c1', 'c2', 'c3', 'c4']);
    expect(Object.entries(body.crmObjectsMap).map(([id, object]) => [id, object !== null])).toEqual([
      ['c1', true],
      ['c2', true],
      ['c3', false],
      ['c4', true],
    ]);
  });

  it('former fields are stored and never shown, whatever their value', async () => {
    await using test = await bothDialects();
    const former = {
      lastModified: 'yesterday',
      isOpen: 'no',
      isWon: 5,
      estimatedAmount: {},
      actualAmount: 8,
    };
    const { status: _, ...rest } = deal('d1');
    const loaded = await test.current.load('DEAL', [
      { ...rest, ...former, isOpen: false, isWon: true },
      { ...deal('d2', { status: 'LOST' }), ...former, actualCloseDate: '2020-01-01' },
    ]);
    expect(loaded.body.status).toBe('DONE');
    expect(await test.current.object('DEAL', 'd1')).toEqual(deal('d1'));
    expect(await test.current.object('DEAL', 'd2')).toEqual(deal('d2', { status: 'LOST' }));
    expect(await test.legacy.object('DEAL', 'd1')).toEqual(legacyDeal('d1'));
    expect(await test.legacy.object('DEAL', 'd2')).toEqual(legacyDeal('d2', { isOpen: false }));
  });

  it.each([
    ['an objectId of 65 characters', { objectId: 'x'.repeat(65) }, /^Field \[objectId\] .* 64 characters/],
    ['another status', { status: 'open' }, /^Field \[status\] must be one of OPEN, WON, LOST, got "open"$/],
    ['a stage that was not uploaded', { stage: 'won' }, /^Field \[stage\] must be the objectId of an/],
    ['text for an amount', { amount: '5' }, /^Field \[amount\] must be a number/],
  ])('%s is a line error', async (_what, more, description) => {
    await using test = await bothDialects();
    const { body } = await test.current.load('DEAL', [deal('d1', more)]);
    expect(body.errors).toEqual([{ line: 1, description: expect.stringMatching(description) }]);
  });

  it('an objectId may have any 64 characters, and more on the legacy paths', async () => {
    await using test = await bothDialects();
    const ids = ['x'.repeat(64), 'jane.doe@acme.com', 'under_score', '漢 字'];
    const { body } = await test.current.load(
      'ACCOUNT',
      ids.map((id) => account(id)),
    );
    expect(body).toMatchObject({ status: 'DONE', totalSuccessCount: 4 });
    const long = 'y'.repeat(65);
    expect((await test.legacy.load('ACCOUNT', [account(long)])).body.status).toBe('DONE');
    expect(await test.current.object('ACCOUNT', long)).toEqual(account(long));
  });
});

/**
 * The examples of Gong's description of `POST /v2/crm/entities` as far as they are JSON, in the order of a load, and what
 * the reference adds in section 7. The deal's owner is made the user of the samples, and its status is quoted.
 */
const SAMPLES: readonly (readonly [objectType: string, lines: readonly string[]])[] = [
  [
    'STAGE',
    [
      '{"objectId": "discovery", "name": "Discovery", "isActive": true, "sortOrder": 1}',
      '{"objectId": "won", "modifiedDate": "2019-01-03T23:45:57+01:00", "name": "Closed Won", "isActive": true, "sortOrder": 5}',
    ],
  ],
  [
    'BUSINESS_USER',
    [
      '{"objectId": "user1_Id_In_The_CRM", "emailAddress": "john.doe@acme.com", "modifiedDate": "2019-01-03T23:45:57+01:00"}',
      '{"objectId": "user2_Id_In_The_CRM", "isDeleted": true, "emailAddress": "john.taylor@acme.com", "modifiedDate": "2019-01-03T23:45:57+01:00"}',
    ],
  ],
  [
    'ACCOUNT',
    [
      '{"objectId": "5ybyh6n6n65", "modifiedDate": "2019-01-03T23:45:57+01:00", "url": "https://crm.com/accounts/5ybyh6n6n65", "name": "PBR", "domains": ["pbr.com", "pbr.gov"], "type": "Investor"}',
      '{"objectId": "gfjhty756th", "modifiedDate": "2019-01-03T22:45:57Z", "name": "PBR", "domains": ["pbr.com", "pbr.gov"], "isDeleted": true}',
      '{"objectId":"6ybyh6n6n65","modifiedDate":"2019-01-02T23:45:57+01:00"}',
    ],
  ],
  [
    'CONTACT',
    [
      '{"objectId": "5zbwd7n5n65", "modifiedDate": "2019-01-03T23:45:57+01:00", "url": "https://crm.com/contacts/5zbwd7n5n65", "accountId": "5ybyh6n6n65", "emailAddress": "john.smith@acme.com", "firstName": "john", "lastName": "smith", "phoneNumber": "(912) 507-4395"}',
      '{"objectId": "6zbwd7n5n65", "modifiedDate": "2019-01-03T23:45:57+01:00", "accountId": "5ybyh6n6n65", "firstName": "john"}',
    ],
  ],
  [
    'LEAD',
    [
      '{"objectId": "4v5bt54t553", "modifiedDate": "2019-01-03T23:45:57+01:00", "url": "https://crm.com/leads/45k4j5j5k44", "emailAddress": "jane.doe@acme.com", "firstName": "Jane", "lastName": "Doe", "title": "VP Special Effects", "phoneNumber": "(912) 507-4395"}',
      '{"objectId": "gf4543gf6th", "modifiedDate": "2019-01-03T22:45:57Z", "emailAddress": "john.smith@acme.com", "firstName": "John", "lastName": "Smith", "isDeleted": true}',
      '{"objectId": "63473hjg53h", "modifiedDate": "2019-01-03T23:45:57+01:00", "emailAddress": "bob.smith@acme.com", "firstName": "Bob", "lastName": "Smith", "convertedToDealId": "dkfj8dfgf87", "convertedToContactId": "87grhn74hg6", "convertedToAccountId": "6sjk47jf78d"}',
    ],
  ],
  [
    'DEAL',
    [
      '{"objectId": "8608553", "modifiedDate": "2022-02-04T18:24:59Z", "url": "http://crm.com/deals/8608553", "accountId": "5ybyh6n6n65", "ownerId": "user1_Id_In_The_CRM", "name": "Deal name", "createdDate": "2022-02-04T17:57:23Z", "closeDate": "2022-09-04", "status": "OPEN", "stage": "discovery", "amount": 7000, "custom_field_1": "2022-02-04T17:57:23.000Z", "custom_field_2": null}',
    ],
  ],
];
