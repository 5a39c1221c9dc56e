import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registerAcme } from '../support/acme.js';
import { type Harness, startHarness } from '../support/harness.js';

const STRICT = 'application/graphql-response+json';
const PARTIAL = '{ __typename deal(id: "1", integrationId: "5517027188234206123") { name } }';

/** [what, body or raw text, status by the draft of August 2026, status for others] */
const CASES: readonly (readonly [string, unknown, number, number])[] = [
  ['data without errors', { query: '{ __typename }' }, 200, 200],
  ['data with errors', { query: PARTIAL }, 294, 200],
  ['a body that is no JSON', 'NONSENSE', 400, 400],
  ['a document that cannot be parsed', { query: '{' }, 400, 400],
  ['a document that is not valid', { query: '{ nothing }' }, 422, 400],
  ['no query', { qeury: '{ __typename }' }, 400, 400],
  ['a query that is no text', { query: 5 }, 422, 400],
  [
    'variables that are a list',
    { query: 'query Q($i: ID!) { deal(id: $i) { name } }', variables: [7] },
    422,
    400,
  ],
  ['an operation that is not there', { query: 'query A { __typename }', operationName: 'B' }, 422, 400],
  ['two operations and no name', { query: 'query A { __typename } query B { __typename }' }, 422, 400],
  ['variables that do not fit', { query: 'query ($id: ID!) { deal(id: $id) { name } }' }, 400, 400],
];

describe('statuses of answers', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
    await registerAcme(harness);
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  const ask = async (accept: string, body: unknown) => {
    const answer = await fetch(`${harness.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    await answer.text();
    return answer.status;
  };

  test.each(CASES)('%s', async (_what, body, strict, others) => {
    expect(await ask(STRICT, body)).toBe(strict);
    expect(await ask(`${STRICT}; charset=utf-8`, body)).toBe(strict);
    expect(await ask(`${STRICT}, application/json;q=0.9`, body)).toBe(others);
  });

  test('of a mutation by GET, another method and another type are those of HTTP', async () => {
    const headers = { accept: STRICT, 'apollo-require-preflight': 'true' };
    const get = await fetch(
      `${harness.url}/graphql?query=mutation{registerIntegration(input:{name:"A",ownerEmail:"a@b.c"}){id}}`,
      { headers },
    );
    const put = await fetch(`${harness.url}/graphql`, { method: 'PUT', headers, body: '{}' });
    const text = await fetch(`${harness.url}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/xml' },
      body: '{}',
    });
    expect([get.status, put.status, text.status]).toEqual([405, 405, 415]);
    expect(get.headers.get('allow')).toBe('POST');
  });
});
