import { describe, expect, test } from 'vitest';
import {
  CrmObjectsDocument,
  PushSchemaDocument,
  UploadAccountsDocument,
  UploadDealsDocument,
  UploadStagesDocument,
} from '../../../client/src/generated/graphql.js';
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
import { startProxy } from '../../support/proxy.js';
import { startRecorded } from '../files/recorder.js';

/*
 * Lists of typed objects speak today's language, whichever generation of Gong's paths is behind the gateway.
 */

const DEALS = 'mutation ($deals: [DealInput!]!) { uploadDeals(deals: $deals) { __typename } }';
const STATES =
  '{ crmObjects(objectType: DEAL, ids: ["o", "w", "l"]) { ... on Deal { status isOpen isWon } } }';
const OPEN = { status: 'OPEN', isOpen: true, isWon: false };
const WON = { status: 'WON', isOpen: false, isWon: true };
const LOST = { status: 'LOST', isOpen: false, isWon: false };

interface Problem {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
}

/** `place code` of everything that is wrong with an upload, of which nothing was sent. */
async function refused(
  harness: Harness,
  query: string,
  variables: Record<string, unknown>,
): Promise<string[]> {
  const before = harness.callsOf('uploadObjects').length;
  const { errors } = await harness.query(query, variables);
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(harness.callsOf('uploadObjects')).toHaveLength(before);
  const problems = (errors[0]?.extensions.problems ?? []) as readonly Problem[];
  return problems.map(({ path, code }) => `${path.join('.')} ${code}`);
}

describe.each(['current', 'legacy'] as const)('over the %s paths', (dialect) => {
  const gong = { dialect };

  test('deal status is written and read, in current and in legacy fields', async () => {
    await using harness = await startHarness({ gong });
    await registerAcme(harness);
    await loadAccounts(harness, [account('a1')]);
    await loadDeals(harness, [
      deal('o', 'a1', { status: null }),
      deal('w', 'a1', { status: 'WON' }),
      deal('l', 'a1', { status: 'LOST' }),
    ]);
    expect((await harness.query(STATES)).data?.crmObjects).toEqual([OPEN, WON, LOST]);

    const later = { status: null, modifiedDate: '2024-03-02T12:00:00Z' };
    await loadDeals(harness, [
      deal('o', 'a1', { ...later, isOpen: false, isWon: false }),
      deal('w', 'a1', { ...later, isOpen: true }),
      deal('l', 'a1', { ...later, isWon: true }),
    ]);
    expect((await harness.query(STATES)).data?.crmObjects).toEqual([LOST, OPEN, WON]);

    const { crmObjects } = await harness.execute(CrmObjectsDocument, { objectType: 'DEAL', ids: ['o'] });
    const { status, isOpen, isWon } = crmObjects[0]?.fields ?? {};
    expect([status, isOpen, isWon]).toEqual(
      dialect === 'current' ? ['LOST', undefined, undefined] : [undefined, false, false],
    );
  });

  test('a status that contradicts the legacy fields is an error, and so are legacy fields that leave it open', async () => {
    await using harness = await startHarness({ gong });
    await registerAcme(harness);
    const deals = [
      deal('d0', 'a1', { status: 'WON', isOpen: true }),
      deal('d1', 'a1', { status: null, isOpen: true, isWon: true }),
      deal('d2', 'a1', { status: null, isOpen: false }),
      deal('d3', 'a1', { status: 'LOST', isOpen: false, isWon: false }),
    ];
    expect(await refused(harness, DEALS, { deals })).toEqual([
      'deals.0.isOpen INVALID_VALUE',
      'deals.1.isWon INVALID_VALUE',
      'deals.2.isWon MISSING_FIELD',
    ]);
  });

  test('a stage is identified by its ID, and a deal is sent without redundant fields', async () => {
    await using harness = await startHarness({ gong });
    await registerAcme(harness);
    const stage = { objectId: 'closing', name: 'Closing', modifiedDate: MODIFIED };
    const { uploadStages } = await harness.execute(UploadStagesDocument, { stages: [stage] });
    expect(uploadStages).toMatchObject({ warnings: [], warningCount: 0 });
    await settled(harness, uploadStages);
    await loadAccounts(harness, [{ objectId: 'a1', modifiedDate: MODIFIED }]);
    const { name, status, amount, ...least } = deal('d1', 'a1', { stage: 'closing' });
    await loadDeals(harness, [least]);
    const { data } = await harness.query(
      '{ account(id: "a1") { name } deal(id: "d1") { name status stage amount } }',
    );
    expect(data).toEqual({
      account: { name: 'Account_#a1' },
      deal: { name: 'Deal_#d1', status: 'OPEN', stage: 'closing', amount: 0 },
    });
  });

  test('JavaScript’s ISO dates are accepted and sent without a fraction, in custom fields too', async () => {
    await using harness = await startHarness({ gong });
    await registerAcme(harness);
    await harness.execute(PushSchemaDocument, {
      input: {
        objectType: 'ACCOUNT',
        fields: [
          { uniqueName: 'met', label: 'Met', type: 'DATETIME', lastModified: '2024-01-01T00:00:00.5Z' },
          { uniqueName: 'note', label: 'Note', type: 'STRING' },
        ],
      },
    });
    const text = new Date('2024-03-01T12:00:00.123Z').toISOString();
    const customFields = { met: '2024-02-01T00:00:00.1+01:00', note: text };
    await loadAccounts(harness, [account('a1', { modifiedDate: text, customFields })]);
    const { data } = await harness.query(
      '{ account(id: "a1") { modifiedDate fields(names: ["met", "note"]) } }',
    );
    expect(data?.account).toEqual({
      modifiedDate: '2024-03-01T12:00:00Z',
      fields: { met: '2024-02-01T00:00:00+01:00', note: text },
    });
    const literal = await harness.query(
      'mutation { uploadAccounts(accounts: [{objectId: "a2", name: "A", domains: [], modifiedDate: "2024-03-01T12:00:00.999999Z"}]) { __typename } }',
    );
    expect(literal.errors).toEqual([]);
  });

  test('numbers beyond 2^53 are written as they are read, digit for digit', async () => {
    await using recorded = await startRecorded({ gong });
    const { harness, uploads } = recorded;
    await harness.execute(PushSchemaDocument, {
      input: {
        objectType: 'ACCOUNT',
        fields: [
          { uniqueName: 'serial', label: 'Serial', type: 'NUMBER' },
          { uniqueName: 'worth', label: 'Worth', type: 'CURRENCY' },
          { uniqueName: 'code', label: 'Code', type: 'STRING' },
        ],
      },
    });
    const digits = '5517027188234206123';
    const customFields = { serial: digits, worth: `-${'9'.repeat(40)}`, code: digits };
    const first = account('a1', { customFields });
    await loadAccounts(harness, [first]);
    expect(uploads.at(-1)?.content).toContain(
      `"serial":${digits},"worth":-${'9'.repeat(40)},"code":"${digits}"}`,
    );
    const { crmObjects } = await harness.execute(CrmObjectsDocument, { objectType: 'ACCOUNT', ids: ['a1'] });
    expect(crmObjects[0]?.fields).toMatchObject(customFields);

    // What was read is what was sent: the same upload again.
    const { serial, worth, code } = crmObjects[0]?.fields ?? {};
    const { uploadAccounts } = await harness.execute(UploadAccountsDocument, {
      accounts: [account('a1', { customFields: { serial, worth, code } })],
    });
    expect(uploadAccounts).toMatchObject({ alreadySubmitted: true });
    const other = await harness.execute(UploadAccountsDocument, {
      accounts: [account('a1', { customFields: { ...customFields, serial: '5517027188234206124' } })],
    });
    expect(other.uploadAccounts).toMatchObject({ alreadySubmitted: false });
  });

  test('all problems of a list are reported at once, by object', async () => {
    await using harness = await startHarness({ gong });
    await registerAcme(harness);
    await harness.execute(PushSchemaDocument, {
      input: {
        objectType: 'CONTACT',
        fields: [
          { uniqueName: 'score', label: 'Score', type: 'PERCENT' },
          { uniqueName: 'since', label: 'Since', type: 'DATETIME' },
          { uniqueName: 'serial', label: 'Serial', type: 'NUMBER' },
        ],
      },
    });
    const person = {
      accountId: 'a1',
      modifiedDate: MODIFIED,
      firstName: 'J',
      lastName: 'D',
      emailAddress: 'j@a.com',
    };
    const contacts = [
      {
        ...person,
        objectId: 'c0',
        modifiedDate: 'yesterday',
        url: 'crm',
        customFields: { score: '9'.repeat(20) },
      },
      {
        ...person,
        objectId: '',
        accountId: '',
        emailAddress: 'nobody',
        customFields: { since: '2024-03-01' },
      },
      { ...person, objectId: 'c0', phoneNumber: '?', customFields: { title: 'Gong has it', serial: '12' } },
      { objectId: 'c3', modifiedDate: MODIFIED, customFields: { unheardOf: 1 } },
    ];
    const query =
      'mutation ($contacts: [ContactInput!]!) { uploadContacts(contacts: $contacts, clientRequestId: "a b", integrationId: null) { __typename } }';
    const missing = ['accountId', 'emailAddress', 'firstName', 'lastName'];
    const found = await refused(harness, query, { contacts });
    expect(
      found.map((text) => text.replace(/ (INVALID_VALUE|BAD_FORMAT|OUT_OF_RANGE|MISSING_FIELD)$/, '')),
    ).toEqual([
      'clientRequestId',
      'contacts.0.url',
      'contacts.0.modifiedDate',
      'contacts.0.customFields.score',
      'contacts.1.objectId',
      'contacts.1.accountId',
      'contacts.1.emailAddress',
      'contacts.1.customFields.since',
      'contacts.2.objectId DUPLICATE_OBJECT',
      'contacts.2.customFields.title',
      'contacts.2.phoneNumber',
      'contacts.2.customFields.serial WRONG_TYPE',
      ...(dialect === 'legacy' ? missing.map((field) => `contacts.3.${field}`) : []),
    ]);
    expect(found).toContain('contacts.0.customFields.score OUT_OF_RANGE');
    expect(found).toContain('contacts.1.customFields.since BAD_FORMAT');
  });

  test('without custom fields no schema is read, and for an invalid list not even the integration', async () => {
    await using harness = await startHarness({ gong });
    const { length } = harness.calls;
    expect(
      await refused(harness, DEALS, { deals: [{ objectId: 'd', modifiedDate: 'x', customFields: {} }] }),
    ).toContain('deals.0.modifiedDate BAD_FORMAT');
    const elsewhere =
      'mutation ($deals: [DealInput!]!) { uploadDeals(deals: $deals, integrationId: "../x") { __typename } }';
    const deals = [deal('d', 'a1', { closeDate: 'soon', customFields: { x: 1 } })];
    expect(await refused(harness, elsewhere, { deals })).toEqual([
      'integrationId BAD_FORMAT',
      'deals.0.closeDate BAD_FORMAT',
    ]);
    expect(harness.calls).toHaveLength(length);
  });

  test('if the schema cannot be read, other problems are still reported', async () => {
    await using harness = await startHarness({ gong });
    const bad = deal('d', 'a1', { closeDate: 'soon', customFields: { x: 1 } });
    expect(await refused(harness, DEALS, { deals: [bad] })).toEqual(['deals.0.closeDate BAD_FORMAT']);
    const { errors } = await harness.query(DEALS, { deals: [{ ...bad, closeDate: '2024-03-01' }] });
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });

  test('users and stages in the deprecated form have all their problems reported at once too', async () => {
    await using harness = await startHarness({ gong });
    await registerAcme(harness);
    const users = [
      { crmUserId: 'x'.repeat(65), emailAddress: 'a@acme.com' },
      { crmUserId: 'u1' },
      { crmUserId: 'u1', emailAddress: 'a.acme.com' },
    ];
    const found = await refused(
      harness,
      'mutation ($users: [MappedUserInput!]!) { mapUsers(users: $users, clientRequestId: "a/b") { __typename } }',
      { users },
    );
    expect(found.map((text) => text.split(' ')[0])).toEqual([
      'clientRequestId',
      ...(dialect === 'current' ? ['users.0.crmUserId'] : []),
      'users.1.emailAddress',
      'users.2.emailAddress',
      'users.2.crmUserId',
    ]);
    const stages = [
      { internalName: 'x'.repeat(65), name: 'X', isActive: true, sortOrder: 0 },
      { internalName: 's', name: ' ', isActive: true, sortOrder: 1 },
    ];
    const stageProblems = await refused(
      harness,
      'mutation ($stages: [DealStageInput!]!) { uploadDealStages(stages: $stages) { stageCount } }',
      { stages },
    );
    expect(stageProblems.map((text) => text.split(' ')[0])).toEqual([
      'stages.0.sortOrder',
      ...(dialect === 'current' ? ['stages.0.internalName'] : []),
      'stages.1.name',
    ]);
  });
});

describe('in the current dialect', () => {
  test('a deal that Gong accepts but does not show everywhere causes a warning with its ID', async () => {
    await using harness = await startHarness();
    await registerAcme(harness);
    await loadAccounts(harness, [account('a1')]);
    const { uploadDeals } = await harness.execute(UploadDealsDocument, {
      deals: [
        deal('shown', 'a1'),
        { objectId: 'bare', modifiedDate: MODIFIED },
        deal('ownerless', 'a1', { ownerId: null }),
        deal('odd_1', 'a1'),
      ],
    });
    expect(uploadDeals).toMatchObject({
      warningCount: 5,
      warnings: [
        { line: 2, objectId: 'bare', field: 'accountId', code: 'NOT_SHOWN' },
        { line: 2, objectId: 'bare', field: 'ownerId', code: 'NOT_ON_DEAL_BOARD' },
        { line: 2, objectId: 'bare', field: 'closeDate', code: 'NOT_ON_DEAL_BOARD' },
        { line: 3, objectId: 'ownerless', field: 'ownerId', code: 'NOT_ON_DEAL_BOARD' },
        { line: 4, objectId: 'odd_1', field: 'objectId', code: 'UNUSUAL_ID' },
      ],
    });
    await settled(harness, uploadDeals);
    const { crmObjects } = await harness.execute(CrmObjectsDocument, {
      objectType: 'DEAL',
      ids: ['shown', 'bare', 'ownerless', 'odd_1'],
    });
    expect(crmObjects.map((object) => object?.objectId ?? null)).toEqual([
      'shown',
      null,
      'ownerless',
      'odd_1',
    ]);
  });

  test('an ID of more than 64 characters is an error', async () => {
    await using harness = await startHarness();
    await registerAcme(harness);
    const deals = [deal('x'.repeat(64), 'a1'), deal('x'.repeat(65), 'a1')];
    expect(await refused(harness, DEALS, { deals })).toEqual(['deals.1.objectId TOO_LONG']);
  });

  test('a stage needs no date; a distinct internal name is sent, with a warning that deals cannot use it', async () => {
    await using harness = await startHarness();
    await registerAcme(harness);
    const { uploadStages } = await harness.execute(UploadStagesDocument, {
      stages: [
        { objectId: 's1', name: 'One' },
        { objectId: 's2', name: 'Two', internalName: 'second', modifiedDate: MODIFIED },
        { objectId: 's3', isDeleted: true },
      ],
    });
    expect(uploadStages).toMatchObject({
      warnings: [{ objectId: 's2', field: 'internalName', code: 'FORMER_FIELD' }],
    });
    await settled(harness, uploadStages);
  });

  test('of ten thousand warnings a thousand are listed and all are counted', async () => {
    await using harness = await startHarness({ limits: { maxBodyBytes: 1_000_000 } });
    await registerAcme(harness);
    const accounts = Array.from({ length: 10_000 }, (_, index) => ({
      objectId: `a_${index}`,
      modifiedDate: MODIFIED,
    }));
    const { uploadAccounts } = await harness.execute(UploadAccountsDocument, { accounts });
    if (uploadAccounts.__typename !== 'UploadAccepted') throw new Error('needed an accepted upload');
    expect(uploadAccounts.warnings).toHaveLength(1_000);
    expect(uploadAccounts.warningCount).toBe(10_000);
  });

  test('an unknown status hides no deal: it is null, logged once, and readable by name', async () => {
    let emulatorUrl = '';
    const deals = Object.fromEntries(['d1', 'd2'].map((id) => [id, { name: id, status: 'PAUSED' }]));
    await using proxy = await startProxy(
      () => emulatorUrl,
      ({ method, url }) =>
        method === 'GET' && url.includes('/entities?')
          ? { status: 200, body: JSON.stringify({ requestId: 'r', crmObjectsMap: deals }) }
          : undefined,
    );
    const lines: string[] = [];
    const log = { write: (line: string) => void lines.push(line) };
    await using harness = await startHarness({ gong: { baseUrl: proxy.url }, log });
    emulatorUrl = harness.emulatorUrl;
    await registerAcme(harness);
    const query =
      '{ crmObjects(objectType: DEAL, ids: ["d1", "d2"]) { ... on Deal { name status isOpen raw: field(name: "status") } } }';
    for (let times = 0; times < 2; times += 1) {
      const { data, errors } = await harness.query(query);
      expect(errors).toEqual([]);
      expect(data?.crmObjects).toEqual(
        ['d1', 'd2'].map((name) => ({ name, status: null, isOpen: null, raw: 'PAUSED' })),
      );
    }
    expect(lines.filter((line) => line.includes('PAUSED'))).toHaveLength(1);
  });
});

test('objects written in one dialect are read in the other', async () => {
  await using current = await startHarness();
  await using legacy = await startHarness({ gong: { dialect: 'legacy', baseUrl: current.emulatorUrl } });
  await registerAcme(current);
  await loadAccounts(current, [account('a1')]);
  await loadDeals(current, [deal('w', 'a1', { status: 'WON' }), deal('l', 'a1', { status: 'LOST' })]);
  const stage = { objectId: 'late', name: 'Late', modifiedDate: MODIFIED };
  await settled(legacy, (await legacy.execute(UploadStagesDocument, { stages: [stage] })).uploadStages);
  await loadDeals(legacy, [deal('o', 'a1', { status: 'OPEN', stage: 'late' })]);
  for (const harness of [current, legacy]) {
    expect((await harness.query(STATES)).data?.crmObjects).toEqual([OPEN, WON, LOST]);
  }
});
