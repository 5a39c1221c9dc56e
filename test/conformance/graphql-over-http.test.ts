import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from '../support/harness.js';

/** In production these cannot pass: they ask by introspection, or by a GET without a header that says whose it is. */
const NEED_DEVELOPMENT = new Set(['5A70', 'BF61', '2EA1', '28B9', 'D6D5', '6A70']);

/** What graphql-http holds servers to, of the GraphQL over HTTP specification. */
const AUDITS = 61;

describe.each([
  ['in development', false],
  ['in production', true],
])('GraphQL over HTTP %s', (_where, production) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ gateway: { production } });
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  const audits = serverAudits({ url: () => `${harness.url}/graphql` });
  test('has all its audits', () => {
    expect(audits).toHaveLength(AUDITS);
  });

  const applicable = audits.filter(({ id }) => !(production && NEED_DEVELOPMENT.has(id)));
  test.each(applicable.map((audit) => [audit.name, audit] as const))('%s', async (_name, audit) => {
    const result = await audit.fn();
    const answer = 'response' in result ? `${result.response.status} ${await result.response.text()}` : '';
    expect({ ...result, answer, response: undefined }).toMatchObject({ status: 'ok' });
  });
});

test.each(['application/json', 'application/graphql-response+json'])(
  'production takes utf-8 and variables, answering in %s: what two audits ask by introspection',
  async (accept) => {
    await using harness = await startHarness({ gateway: { production: true } });
    const response = await fetch(`${harness.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', accept },
      body: JSON.stringify({
        query: 'query ($id: ID) { integration(id: $id) { name } }',
        variables: { id: '5517027188234206123' },
      }),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ data: { integration: null } });
  },
);
