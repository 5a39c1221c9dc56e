import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PushSchemaDocument } from '../../client/src/generated/graphql.js';
import { registerAcme } from '../support/acme.js';
import { type Harness, startHarness } from '../support/harness.js';

/*
 * Every row: a query with one bad value, and the place, the code and the need that the error must name. Nothing may
 * reach Gong but reads of the schema, which some checks need.
 */

interface BadInput {
  readonly what: string;
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  /** The path of the problem, as the message writes it. */
  readonly argument: string;
  readonly code: string;
  readonly needed: string;
}

const DEALS = 'mutation ($deals: [DealInput!]!) { uploadDeals(deals: $deals) { __typename } }';
const CONTACTS =
  'mutation ($contacts: [ContactInput!]!) { uploadContacts(contacts: $contacts) { __typename } }';
const PUSH = 'mutation ($input: PushSchemaInput!) { pushSchema(input: $input) { pushed } }';

const deal = {
  objectId: 'd1',
  accountId: 'a1',
  ownerId: 'o1',
  modifiedDate: '2024-03-01T12:00:00Z',
  name: 'Deal',
  createdDate: '2024-01-01T00:00:00Z',
  closeDate: '2024-12-31',
  status: 'OPEN',
  stage: 'discovery',
  amount: 1,
};
const contact = {
  objectId: 'c1',
  accountId: 'a1',
  modifiedDate: '2024-03-01T12:00:00Z',
  firstName: 'Jane',
  lastName: 'Doe',
  emailAddress: 'jane@acme.com',
};
const field = { uniqueName: 'x', label: 'X', type: 'STRING' };
const push = (change: object) => ({ input: { objectType: 'DEAL', fields: [{ ...field, ...change }] } });

const ROWS: readonly BadInput[] = [
  {
    what: 'a clientRequestId with a space',
    query: '{ requestStatus(clientRequestId: "a b") { status } }',
    argument: 'clientRequestId',
    code: 'BAD_FORMAT',
    needed: 'letters, digits',
  },
  ...['a\r\nb', '%0d%0a', 'a&objectType=DEAL', '../x', 'a\u0000', '😀', '\ud800', '', 'x'.repeat(129)].map(
    (id) => ({
      what: `the clientRequestId ${JSON.stringify(id).slice(0, 30)}`,
      query: 'query ($id: ID!) { requestStatus(clientRequestId: $id) { status } }',
      variables: { id },
      argument: 'clientRequestId',
      code: id === '' ? 'MISSING_FIELD' : 'BAD_FORMAT',
      needed: 'letters, digits',
    }),
  ),
  {
    what: 'a clientRequestId of an upload with a slash',
    query:
      'mutation ($deals: [DealInput!]!) { uploadDeals(deals: $deals, clientRequestId: "a/b") { __typename } }',
    variables: { deals: [deal] },
    argument: 'clientRequestId',
    code: 'BAD_FORMAT',
    needed: 'letters, digits',
  },
  {
    what: 'an integrationId of an upload that is none',
    query:
      'mutation { uploadAccounts(accounts: [{objectId: "a", modifiedDate: "2024-03-01T12:00:00Z"}], integrationId: "x") { __typename } }',
    argument: 'integrationId',
    code: 'BAD_FORMAT',
    needed: 'the digits of a 64-bit integer',
  },
  {
    what: 'an integrationId of the deprecated stages that is none',
    query:
      'mutation { uploadDealStages(stages: [{internalName: "s", name: "S", isActive: true, sortOrder: 1}], integrationId: "x") { stageCount } }',
    argument: 'integrationId',
    code: 'BAD_FORMAT',
    needed: 'the digits of a 64-bit integer',
  },
  {
    what: 'an unknown enum value in the query',
    query: '{ crmObjects(objectType: INVOICE, ids: ["1"]) { objectId } }',
    argument: 'objectType',
    code: 'NOT_IN_PICKLIST',
    needed: 'INVOICE',
  },
  {
    what: 'an unknown enum value in a variable',
    query: 'query ($type: SchemaObjectType!) { crmObjects(objectType: $type, ids: ["1"]) { objectId } }',
    variables: { type: 'STAGE' },
    argument: 'objectType',
    code: 'NOT_IN_PICKLIST',
    needed: 'STAGE',
  },
  {
    what: 'more than 1,000 ids',
    query: 'query ($ids: [ID!]!) { crmObjects(objectType: DEAL, ids: $ids) { objectId } }',
    variables: { ids: Array.from({ length: 1001 }, (_, index) => `${index}`) },
    argument: 'ids',
    code: 'TOO_MANY',
    needed: 'at most 1000',
  },
  {
    what: 'a null id in the query',
    query: '{ crmObjects(objectType: DEAL, ids: ["1", null]) { objectId } }',
    argument: 'ids[1]',
    code: 'MISSING_FIELD',
    needed: 'null',
  },
  {
    what: 'a null id in a variable',
    query: 'query ($ids: [ID!]!) { crmObjects(objectType: DEAL, ids: $ids) { objectId } }',
    variables: { ids: ['1', null] },
    argument: 'ids[1]',
    code: 'MISSING_FIELD',
    needed: 'null',
  },
  {
    what: 'an empty id',
    query: '{ deal(id: "") { objectId } }',
    argument: 'id',
    code: 'MISSING_FIELD',
    needed: 'not empty',
  },
  {
    what: 'an id of 10 kB',
    query: 'query ($id: ID!) { deal(id: $id) { objectId } }',
    variables: { id: 'x'.repeat(10_240) },
    argument: 'id',
    code: 'TOO_LONG',
    needed: 'at most 512 characters',
  },
  ...['abc', '12a', '-1', '99999999999999999999', '9223372036854775808', '1 OR 1=1'].map((id) => ({
    what: `the integrationId ${id}`,
    query: 'query ($id: ID) { deal(id: "1", integrationId: $id) { objectId } }',
    variables: { id },
    argument: 'integrationId',
    code: 'BAD_FORMAT',
    needed: '64-bit integer',
  })),
  {
    what: 'a 64-bit id sent as a JSON number, which JSON.parse has rounded',
    query: 'query ($id: ID) { deal(id: "1", integrationId: $id) { objectId } }',
    variables: { id: 5_517_027_188_234_206_000 },
    argument: 'integrationId',
    code: 'OUT_OF_RANGE',
    needed: 'as strings',
  },
  {
    what: 'a datetime without a zone in the query',
    query:
      'mutation { uploadDeals(deals: [{objectId: "1", modifiedDate: "2022-02-04T17:57:23.000"}]) { __typename } }',
    argument: 'deals[0].modifiedDate',
    code: 'BAD_FORMAT',
    needed: 'with a zone and without milliseconds',
  },
  {
    what: 'a datetime that is a number',
    query: 'mutation { uploadDeals(deals: [{objectId: "1", modifiedDate: 1643997443}]) { __typename } }',
    argument: 'deals[0].modifiedDate',
    code: 'WRONG_TYPE',
    needed: 'must be a string, got 1643997443',
  },
  {
    what: 'a datetime without a zone',
    query: DEALS,
    variables: { deals: [{ ...deal, createdDate: '2022-02-04T17:57:23' }] },
    argument: 'deals[0].createdDate',
    code: 'BAD_FORMAT',
    needed: 'with a zone',
  },
  ...['2024-02-30', '2023-02-29', '2024-13-01', '2024-1-1', '31.12.2024'].map((closeDate) => ({
    what: `the date ${closeDate}`,
    query: DEALS,
    variables: { deals: [{ ...deal, closeDate }] },
    argument: 'deals[0].closeDate',
    code: 'BAD_FORMAT',
    needed: 'a date that exists',
  })),
  {
    what: 'a URL without a scheme',
    query: DEALS,
    variables: { deals: [{ ...deal, url: 'crm.com/deals/1' }] },
    argument: 'deals[0].url',
    code: 'BAD_FORMAT',
    needed: 'http or https URL',
  },
  {
    what: 'an e-mail address without @ in an upload',
    query: CONTACTS,
    variables: { contacts: [{ ...contact, emailAddress: 'jane.acme.com' }] },
    argument: 'contacts[0].emailAddress',
    code: 'BAD_FORMAT',
    needed: 'an e-mail address',
  },
  {
    what: 'an e-mail address without @ in a registration',
    query: 'mutation { registerIntegration(input: {name: "Acme", ownerEmail: "acme.com"}) { id } }',
    argument: 'input.ownerEmail',
    code: 'BAD_FORMAT',
    needed: 'an e-mail address',
  },
  {
    what: 'a blank name in a registration',
    query: 'mutation { registerIntegration(input: {name: "  ", ownerEmail: "a@acme.com"}) { id } }',
    argument: 'input.name',
    code: 'MISSING_FIELD',
    needed: 'not blank',
  },
  {
    what: 'an amount that a Float would round, in the query',
    query:
      'mutation { uploadDeals(deals: [{objectId: "1", modifiedDate: "2024-03-01T12:00:00Z", amount: 9007199254740993}]) { __typename } }',
    argument: 'deals[0].amount',
    code: 'OUT_OF_RANGE',
    needed: 'a Float holds no larger integer',
  },
  {
    what: 'an amount that a Float would round, in a variable',
    query: DEALS,
    variables: { deals: [{ ...deal, amount: 2 ** 60 }] },
    argument: 'deals[0].amount',
    code: 'OUT_OF_RANGE',
    needed: 'a Float holds no larger integer',
  },
  {
    what: 'a percent of 101',
    query: DEALS,
    variables: { deals: [{ ...deal, customFields: { probability: 101 } }] },
    argument: 'deals[0].customFields.probability',
    code: 'OUT_OF_RANGE',
    needed: 'from 0 to 100',
  },
  {
    what: 'a value that is not in the picklist',
    query: DEALS,
    variables: { deals: [{ ...deal, customFields: { forecast: 'Maybe' } }] },
    argument: 'deals[0].customFields.forecast',
    code: 'NOT_IN_PICKLIST',
    needed: 'one of Commit, Upside',
  },
  {
    what: 'a mandatory field left out',
    query:
      'mutation { uploadBusinessUsers(businessUsers: [{objectId: "u1", modifiedDate: "2024-03-01T12:00:00Z"}]) { __typename } }',
    argument: 'businessUsers[0].emailAddress',
    code: 'MISSING_FIELD',
    needed: 'Mandatory field [emailAddress]',
  },
  {
    what: 'an object twice in a list',
    query: DEALS,
    variables: { deals: [deal, deal] },
    argument: 'deals[1].objectId',
    code: 'DUPLICATE_OBJECT',
    needed: 'every object once',
  },
  {
    what: "one of Gong's fields among the custom ones",
    query: DEALS,
    variables: { deals: [{ ...deal, customFields: { amount: 5 } }] },
    argument: 'deals[0].customFields.amount',
    code: 'INVALID_VALUE',
    needed: 'a custom field',
  },
  {
    what: 'an empty list of deals',
    query: DEALS,
    variables: { deals: [] },
    argument: 'deals',
    code: 'MISSING_FIELD',
    needed: 'at least one',
  },
  {
    what: 'a stage with the sort order 0',
    query:
      'mutation { uploadStages(stages: [{objectId: "s", modifiedDate: "2024-03-01T12:00:00Z", name: "S", sortOrder: 0}]) { __typename } }',
    argument: 'stages[0].sortOrder',
    code: 'OUT_OF_RANGE',
    needed: 'an integer from 1',
  },
  {
    what: 'a mapped user without an e-mail address',
    query: 'mutation { mapUsers(users: [{crmUserId: "u1"}]) { __typename } }',
    argument: 'users[0].emailAddress',
    code: 'MISSING_FIELD',
    needed: 'Mandatory field [emailAddress]',
  },
  {
    what: 'a mapped user twice in a list',
    query:
      'mutation { mapUsers(users: [{crmUserId: "u1", emailAddress: "a@acme.com"}, {crmUserId: "u1", isDeleted: true}]) { __typename } }',
    argument: 'users[1].crmUserId',
    code: 'DUPLICATE_OBJECT',
    needed: 'every crmUserId once, got "u1"',
  },
  {
    what: 'a stage of the deprecated form twice in a list',
    query:
      'mutation { uploadDealStages(stages: [{internalName: "s", name: "S", isActive: true, sortOrder: 1}, {internalName: "s", name: "T", isActive: true, sortOrder: 2}]) { stageCount } }',
    argument: 'stages[1].internalName',
    code: 'DUPLICATE_OBJECT',
    needed: 'every internalName once, got "s"',
  },
  {
    what: 'a picklist without values',
    query: PUSH,
    variables: push({ type: 'PICKLIST' }),
    argument: 'input.fields[0].orderedValueList',
    code: 'MISSING_FIELD',
    needed: 'mandatory for a PICKLIST',
  },
  {
    what: 'a REFERENCE without a target',
    query: PUSH,
    variables: push({ type: 'REFERENCE' }),
    argument: 'input.fields[0].referenceTo',
    code: 'MISSING_FIELD',
    needed: 'mandatory for a REFERENCE',
  },
  {
    what: 'a custom STRINGARRAY',
    query: PUSH,
    variables: push({ type: 'STRINGARRAY' }),
    argument: 'input.fields[0].type',
    code: 'INVALID_VALUE',
    needed: 'Gong-defined fields only',
  },
  {
    what: 'a picklist whose list of values is empty',
    query: PUSH,
    variables: push({ type: 'PICKLIST', orderedValueList: [] }),
    argument: 'input.fields[0].orderedValueList',
    code: 'MISSING_FIELD',
    needed: 'needed at least one value: it is mandatory for a PICKLIST, got []',
  },
  {
    what: 'a field whose date of change is a number',
    query: PUSH,
    variables: push({ lastModified: 5 }),
    argument: 'input.fields[0].lastModified',
    code: 'INVALID_VALUE',
    needed: 'needed a datetime with a zone and without milliseconds',
  },
  {
    what: 'a field without a type',
    query: PUSH,
    variables: push({ type: undefined }),
    argument: 'input.fields[0].type',
    code: 'MISSING_FIELD',
    needed: 'needed a type: it is mandatory, got nothing',
  },
  {
    what: 'a field without a label',
    query: PUSH,
    variables: push({ label: null }),
    argument: 'input.fields[0].label',
    code: 'MISSING_FIELD',
    needed: 'mandatory',
  },
  {
    what: 'a schema push that names a field twice',
    query: PUSH,
    variables: { input: { objectType: 'DEAL', fields: [field, field] } },
    argument: 'input.fields',
    code: 'INVALID_VALUE',
    needed: 'every uniqueName once',
  },
  {
    what: "a schema push of one of Gong's own fields",
    query: PUSH,
    variables: push({ uniqueName: 'amount' }),
    argument: 'input.fields[0].uniqueName',
    code: 'INVALID_VALUE',
    needed: 'a custom field',
  },
];

const CHANGING_OPERATIONS = new Set([
  'registerIntegration',
  'deleteIntegration',
  'pushSchema',
  'uploadObjects',
  'mapUsers',
  'uploadStages',
]);

describe('bad input is refused by the gateway, which names the argument and what was needed', () => {
  let harness: Harness;

  beforeAll(async () => {
    harness = await startHarness();
    await registerAcme(harness);
    await harness.execute(PushSchemaDocument, {
      input: {
        objectType: 'DEAL',
        fields: [
          { uniqueName: 'probability', label: 'Probability', type: 'PERCENT' },
          {
            uniqueName: 'forecast',
            label: 'Forecast',
            type: 'PICKLIST',
            orderedValueList: ['Commit', 'Upside'],
          },
        ],
      },
    });
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  test.each(ROWS)('$what', async ({ query, variables, argument, code, needed }) => {
    const before = harness.calls.length;
    const { errors } = await harness.query(query, variables);
    const path = [...argument.matchAll(/[a-z]+|\d+/gi)].map(([key]) => (/\d/.test(key) ? Number(key) : key));
    const message = expect.stringContaining(needed);
    const extensions = { code: 'BAD_USER_INPUT', retryable: false, problems: [{ path, code, message }] };
    expect(errors).toMatchObject([{ message: expect.stringContaining(`${argument}: `), extensions }]);
    const sent = harness.calls.slice(before).map((call) => call.operation);
    expect(sent.filter((operation) => CHANGING_OPERATIONS.has(operation))).toEqual([]);
    expect(sent).not.toContain('getObjects');
    expect(sent).not.toContain('requestStatus');
  });
});
