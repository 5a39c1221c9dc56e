import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INPUT_PROBLEM_CODES } from '../../src/errors.js';
import { events, nexts, openGreeted } from '../clients/clients.js';
import { registerAcme } from '../support/acme.js';
import { type GraphqlError, type Harness, startHarness } from '../support/harness.js';

/*
 * BAD_USER_INPUT has one shape: whether a value stands in the text or in a variable, whether a type or a rule is
 * broken, and whichever way the request came in.
 */

interface Mistake {
  readonly what: string;
  readonly operation: (value: string, variables: string) => string;
  readonly type: string;
  readonly literal: string;
  readonly value: unknown;
  readonly problems: readonly { readonly path: readonly (string | number)[]; readonly code: string }[];
}

const field =
  (text: (value: string) => string, kind = 'query') =>
  (value: string, variables: string) =>
    `${kind} ${variables} { ${text(value)} }`;
const deal = field((value) => `deal(id: ${value}) { objectId }`);
const ids = field((value) => `crmObjects(objectType: DEAL, ids: ${value}) { objectId }`);
const type = field((value) => `crmObjects(objectType: ${value}, ids: ["1"]) { objectId }`);
const register = field((value) => `registerIntegration(input: ${value}) { id }`, 'mutation');
const stages = field((value) => `uploadStages(stages: ${value}) { __typename }`, 'mutation');
const deals = field((value) => `uploadDeals(deals: ${value}) { __typename }`, 'mutation');
const mode = field(
  (value) => `pushSchema(input: {objectType: DEAL, mode: ${value}, fields: [{uniqueName: "x"}]}) { pushed }`,
  'mutation',
);
const skip = field((value) => `integrations { id @skip(if: ${value}) }`);
const DATED = { objectId: 'd', modifiedDate: '2024-03-01T12:00:00Z' };
const dated = 'objectId: "d", modifiedDate: "2024-03-01T12:00:00Z"';

const MISTAKES: readonly Mistake[] = [
  {
    what: 'a number for an ID',
    operation: deal,
    type: 'ID!',
    literal: '1.5',
    value: 1.5,
    problems: [{ path: ['id'], code: 'WRONG_TYPE' }],
  },
  {
    what: 'an ID that is empty, which a rule forbids and no type',
    operation: deal,
    type: 'ID!',
    literal: '""',
    value: '',
    problems: [{ path: ['id'], code: 'MISSING_FIELD' }],
  },
  {
    what: 'nulls in a list, each named',
    operation: ids,
    type: '[ID!]!',
    literal: '[null, "1", null]',
    value: [null, '1', null],
    problems: [
      { path: ['ids', 0], code: 'MISSING_FIELD' },
      { path: ['ids', 2], code: 'MISSING_FIELD' },
    ],
  },
  {
    what: 'a list in a list',
    operation: ids,
    type: '[ID!]!',
    literal: '[["1"]]',
    value: [['1']],
    problems: [{ path: ['ids', 0], code: 'WRONG_TYPE' }],
  },
  {
    what: 'no value of an enum',
    operation: type,
    type: 'SchemaObjectType!',
    literal: 'INVOICE',
    value: 'INVOICE',
    problems: [{ path: ['objectType'], code: 'NOT_IN_PICKLIST' }],
  },
  {
    what: 'a field that does not exist, and one that is missing',
    operation: register,
    type: 'RegisterIntegrationInput!',
    literal: '{name: "Acme", colour: "red"}',
    value: { name: 'Acme', colour: 'red' },
    problems: [
      { path: ['input', 'ownerEmail'], code: 'MISSING_FIELD' },
      { path: ['input', 'colour'], code: 'UNKNOWN_FIELD' },
    ],
  },
  {
    what: 'a string for an object',
    operation: register,
    type: 'RegisterIntegrationInput!',
    literal: '"Acme"',
    value: 'Acme',
    problems: [{ path: ['input'], code: 'WRONG_TYPE' }],
  },
  {
    what: 'a malformed address, which a rule forbids and no type',
    operation: register,
    type: 'RegisterIntegrationInput!',
    literal: '{name: "Acme", ownerEmail: "acme.com"}',
    value: { name: 'Acme', ownerEmail: 'acme.com' },
    problems: [{ path: ['input', 'ownerEmail'], code: 'BAD_FORMAT' }],
  },
  {
    what: 'a malformed date and another that is none',
    operation: deals,
    type: '[DealInput!]!',
    literal: '[{objectId: "d", modifiedDate: "yesterday", closeDate: 5}]',
    value: [{ objectId: 'd', modifiedDate: 'yesterday', closeDate: 5 }],
    problems: [
      { path: ['deals', 0, 'modifiedDate'], code: 'BAD_FORMAT' },
      { path: ['deals', 0, 'closeDate'], code: 'WRONG_TYPE' },
    ],
  },
  {
    what: 'numbers that JavaScript would round',
    operation: deals,
    type: '[DealInput!]!',
    literal: `[{${dated}, amount: 1152921504606846976, customFields: {a: [1152921504606846976]}}]`,
    value: [{ ...DATED, amount: 2 ** 60, customFields: { a: [2 ** 60] } }],
    problems: [
      { path: ['deals', 0, 'amount'], code: 'OUT_OF_RANGE' },
      { path: ['deals', 0, 'customFields', 'a', 0], code: 'OUT_OF_RANGE' },
    ],
  },
  {
    what: 'an integer of more than 32 bits',
    operation: stages,
    type: '[StageInput!]!',
    literal: `[{${dated}, sortOrder: 3000000000}]`,
    value: [{ ...DATED, sortOrder: 3_000_000_000 }],
    problems: [{ path: ['stages', 0, 'sortOrder'], code: 'OUT_OF_RANGE' }],
  },
  {
    what: 'a list of customFields',
    operation: deals,
    type: '[DealInput!]!',
    literal: `[{${dated}, customFields: "none"}]`,
    value: [{ ...DATED, customFields: 'none' }],
    problems: [{ path: ['deals', 0, 'customFields'], code: 'WRONG_TYPE' }],
  },
  {
    what: 'null where there is a default value',
    operation: mode,
    type: 'PushMode',
    literal: 'null',
    value: null,
    problems: [{ path: ['input', 'mode'], code: 'MISSING_FIELD' }],
  },
  {
    what: 'a string for a directive',
    operation: skip,
    type: 'Boolean!',
    literal: '"no"',
    value: 'no',
    problems: [{ path: ['if'], code: 'WRONG_TYPE' }],
  },
];

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  await registerAcme(harness);
});
afterAll(() => harness[Symbol.asyncDispose]());

type Request = { readonly query: string; readonly variables?: Record<string, unknown> };
type Errors = readonly GraphqlError[];

const TRANSPORTS: Readonly<Record<string, (request: Request) => Promise<Errors>>> = {
  HTTP: async ({ query, variables }) => (await harness.query(query, variables)).errors,
  async 'event stream'(request) {
    const [result] = nexts(await events(harness.url, request));
    return (result as { errors: Errors }).errors;
  },
  async WebSocket(request) {
    await using bare = await openGreeted(harness.url);
    bare.send({ type: 'subscribe', id: '1', payload: request });
    const { type: kind, payload } = await bare.message();
    return kind === 'error' ? (payload as Errors) : (payload as { errors: Errors }).errors;
  },
  async multipart(request) {
    const form = new FormData();
    form.set('operations', JSON.stringify(request));
    form.set('map', '{}');
    const headers = { 'apollo-require-preflight': 'true' };
    const answer = await fetch(`${harness.url}/graphql`, { method: 'POST', headers, body: form });
    return ((await answer.json()) as { errors: Errors }).errors;
  },
};

describe('a mistake is told alike in the text and in a variable, over every transport:', () => {
  test.each(MISTAKES)('$what', async ({ operation, type: of, literal, value, problems }) => {
    const requests: Request[] = [
      { query: operation(literal, '') },
      { query: operation('$value', `($value: ${of})`), variables: { value } },
    ];
    const answers: unknown[] = [];
    for (const send of Object.values(TRANSPORTS)) {
      for (const request of requests) {
        const errors = await send(request);
        expect(errors, JSON.stringify(errors)).toHaveLength(1);
        answers.push([errors[0]?.message, errors[0]?.extensions]);
      }
    }
    const [first] = answers;
    expect(first).toMatchObject([
      expect.stringMatching(/needed|must be/),
      { code: 'BAD_USER_INPUT', retryable: false, problems },
    ]);
    expect(answers).toEqual(Array.from({ length: 8 }, () => first));
  });

  test('the values of variables’ defaults are named after the argument that takes them', async () => {
    const query = 'query ($value: [ID!]! = [1.5]) { crmObjects(objectType: DEAL, ids: $value) { objectId } }';
    for (const send of Object.values(TRANSPORTS)) {
      expect(await send({ query })).toMatchObject([
        { extensions: { code: 'BAD_USER_INPUT', problems: [{ path: ['ids', 0], code: 'WRONG_TYPE' }] } },
      ]);
    }
  });

  test('arguments of the same name in two fields, each', async () => {
    const query = '{ deal(id: 1.5) { name } lead(id: true) { objectId } }';
    for (const send of Object.values(TRANSPORTS)) {
      expect(await send({ query })).toMatchObject([
        {
          locations: [{ column: 12 }, { column: 35 }],
          extensions: {
            problems: [
              { path: ['id'], message: expect.stringContaining('1.5') },
              { path: ['id'], message: expect.stringContaining('true') },
            ],
          },
        },
      ]);
    }
  });

  test('a variable deep in an argument is named by its place there, and one that is left out, too', async () => {
    const query = `mutation ($name: String!, $email: String!) { ...R }
      fragment R on Mutation { registerIntegration(input: {name: $name, ownerEmail: $email}) { id } }`;
    for (const send of Object.values(TRANSPORTS)) {
      expect(await send({ query, variables: { name: 5 } })).toMatchObject([
        {
          extensions: {
            problems: [
              { path: ['input', 'name'], code: 'WRONG_TYPE' },
              { path: ['input', 'ownerEmail'], code: 'MISSING_FIELD' },
            ],
          },
        },
      ]);
    }
  });

  test('a subscription that breaks a rule, on the transports that have them', async () => {
    const query = 'subscription { requestStatusChanged(clientRequestId: "a b") { status } }';
    for (const transport of ['event stream', 'WebSocket']) {
      expect(await TRANSPORTS[transport]?.({ query })).toMatchObject([
        {
          extensions: {
            code: 'BAD_USER_INPUT',
            problems: [{ path: ['clientRequestId'], code: 'BAD_FORMAT' }],
          },
        },
      ]);
    }
  });
});

test('a name with dots and one of 10,000 characters are one step of a path', async () => {
  const long = 'x'.repeat(10_000);
  const customFields = { 'a.b["c"]': 2 ** 60, [long]: 2 ** 60 };
  const query = 'mutation ($deals: [DealInput!]!) { uploadDeals(deals: $deals) { __typename } }';
  const { errors } = await harness.query(query, { deals: [{ ...DATED, customFields }] });
  expect(errors[0]?.extensions.problems).toMatchObject([
    { path: ['deals', 0, 'customFields', 'a.b["c"]'] },
    { path: ['deals', 0, 'customFields', long] },
  ]);
  expect(errors[0]?.message.length).toBeLessThan(1_000);
});

describe('the doors of files tell mistakes in the same shape:', () => {
  const LDJSON = { 'content-type': 'application/x-ndjson' };
  test.each([
    ['the path', '/upload/PERSON', LDJSON, 'x', ['path', 'objectType'], 'NOT_IN_PICKLIST'],
    ['an option', '/upload/DEAL?integrationId=x', LDJSON, 'x', ['query', 'integrationId'], 'BAD_FORMAT'],
    [
      'an unknown option',
      '/validate/DEAL?validation=OFF',
      LDJSON,
      'x',
      ['query', 'validation'],
      'UNKNOWN_FIELD',
    ],
    [
      'a header',
      '/upload/DEAL',
      { 'content-type': 'application/json' },
      '{}',
      ['header', 'content-type'],
      'INVALID_VALUE',
    ],
    [
      'another header',
      '/upload/DEAL',
      { 'content-type': 'text/html' },
      'x',
      ['header', 'content-type'],
      'INVALID_VALUE',
    ],
    ['the body', '/validate/DEAL', LDJSON, gzipSync('x').subarray(0, 15), ['body'], 'BAD_FORMAT'],
  ])('%s', async (_what, path, headers, body, place, code) => {
    const answer = await fetch(`${harness.url}${path}`, { method: 'POST', headers, body });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await answer.json()).toMatchObject({
      errors: [
        {
          message: expect.stringContaining(`${place.join('.')}: `),
          extensions: { code: 'BAD_USER_INPUT', retryable: false, problems: [{ path: place, code }] },
        },
      ],
    });
  });

  test('a file in a GraphQL operation by its argument', async () => {
    const query = 'mutation ($input: ValidateFileInput!) { validateFile(input: $input) { lines } }';
    const form = new FormData();
    form.set(
      'operations',
      JSON.stringify({ query, variables: { input: { objectType: 'DEAL', file: null } } }),
    );
    form.set('map', '{"0":["variables.input.file"]}');
    form.set('0', new Blob([gzipSync('x').subarray(0, 15)]));
    const headers = { 'apollo-require-preflight': 'true' };
    const answer = await fetch(`${harness.url}/graphql`, { method: 'POST', headers, body: form });
    expect(await answer.json()).toMatchObject({
      errors: [{ extensions: { problems: [{ path: ['input', 'file'], code: 'BAD_FORMAT' }] } }],
    });
  });
});

describe('every error says whether the same call may succeed later:', () => {
  const JSON_BODY = { 'content-type': 'application/json' };
  const post = (body: unknown, path = '/graphql', headers: Record<string, string> = JSON_BODY) =>
    fetch(`${harness.url}${path}`, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const sha256Hash = 'a'.repeat(64);

  test.each([
    ['a text that is no GraphQL', () => post({ query: '{' }), 'GRAPHQL_PARSE_FAILED'],
    ['a text that is too long', () => post({ query: 'x'.repeat(20_000) }), 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', () => post({ query: '{ nothing }' }), 'GRAPHQL_VALIDATION_FAILED'],
    ['an argument left out', () => post({ query: '{ deal { objectId } }' }), 'GRAPHQL_VALIDATION_FAILED'],
    [
      'an unknown operation',
      () => post({ query: 'query A { integrations { id } }', operationName: 'B' }),
      'OPERATION_RESOLUTION_FAILURE',
    ],
    [
      'an unknown persisted query',
      () => post({ extensions: { persistedQuery: { version: 1, sha256Hash } } }),
      'PERSISTED_QUERY_NOT_FOUND',
    ],
    ['no operation', () => post({}), 'BAD_REQUEST'],
    ['a batch', () => post([{ query: '{ integrations { id } }' }]), 'BAD_REQUEST'],
    [
      'variables in a string',
      () => post({ query: '{ integrations { id } }', variables: '{}' }),
      'BAD_REQUEST',
    ],
    ['another site’s form', () => post('x', '/graphql', { 'content-type': 'text/plain' }), 'BAD_REQUEST'],
    [
      'a mutation by GET',
      () =>
        fetch(`${harness.url}/graphql?query=mutation{deleteIntegration(integrationId:"1"){clientRequestId}}`),
      'BAD_REQUEST',
    ],
    ['a body that is no JSON', () => post('{'), 'BAD_USER_INPUT'],
    ['an event stream of no JSON', () => post('{', '/graphql/stream'), 'BAD_USER_INPUT'],
    [
      'an event stream that does not want events',
      () => post({}, '/graphql/stream', { ...JSON_BODY, accept: 'application/json' }),
      'BAD_USER_INPUT',
    ],
    [
      'variables of an event stream',
      () => post({ query: '{', variables: 5 }, '/graphql/stream'),
      'BAD_USER_INPUT',
    ],
    ['a body of another type', () => post('x', '/graphql', { 'content-type': 'text/csv' }), 'BAD_USER_INPUT'],
    ['a body that is too large', () => post('x'.repeat(300_000)), 'PAYLOAD_TOO_LARGE'],
    ['an address where nothing is', () => post({}, '/nothing'), 'NOT_FOUND'],
    ['an address that is none', () => post({}, '/%zz'), 'BAD_USER_INPUT'],
    ['an object type without end', () => post({}, `/upload/${'A'.repeat(300)}`), 'BAD_USER_INPUT'],
  ])('%s', async (_what, send, code) => {
    const { errors } = (await (await send()).json()) as { errors: Errors };
    expect(errors.length).toBeGreaterThan(0);
    for (const { extensions } of errors) {
      expect(extensions).toMatchObject({ code, retryable: false });
      if (code !== 'BAD_USER_INPUT') continue;
      expect(extensions.problems).toMatchObject([{ path: expect.any(Array), message: expect.any(String) }]);
    }
  });

  test('what a subscription is told while it runs', async () => {
    const query = 'subscription { requestStatusChanged(clientRequestId: "nobody") { status } }';
    for (const transport of ['event stream', 'WebSocket']) {
      const errors = await TRANSPORTS[transport]?.({ query });
      expect(errors).toMatchObject([{ path: ['requestStatusChanged'], extensions: { retryable: false } }]);
    }
  });
});

test('docs/reading.md lists the codes of problems, and no other', () => {
  const page = readFileSync(new URL('../../docs/reading.md', import.meta.url), 'utf8');
  const [, table = ''] = /^\| problem \| meaning \|\n([\s\S]*?)\n\n/m.exec(page) ?? [];
  const codes = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
  expect(codes.toSorted()).toEqual([...INPUT_PROBLEM_CODES].toSorted());
});
