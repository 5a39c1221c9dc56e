import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeApiKey } from '../../../src/auth/api-keys.js';
import { SCOPES } from '../../../src/auth/scopes.js';
import { account, deal, loadAccounts, loadDeals, registerAcme } from '../../support/acme.js';
import { type Harness, startHarness } from '../../support/harness.js';

const all = makeApiKey('all', SCOPES);
const reader = makeApiKey('reader', ['api:crm:get-objects']);
const none = makeApiKey('none', ['api:crm:integrations:read']);

const NAMES = 'query Known($ids: [ID!]!) { accounts(ids: $ids) { objectId name } }';
const REFERENCES = 'query Known($ids: [ID!]!) { deals(ids: $ids) { objectId account { name } } }';
const FIELDS = `query Known($ids: [ID!]!) { ${[...'abcdefghij'].map((name) => `${name}: accounts(ids: $ids) { fields }`).join(' ')} }`;
const SCHEMA = '{ __schema { queryType { name } } }';

const ids = (count: number) => Array.from({ length: count }, (_, index) => `a${index}`);

let gateway: Harness;
const lines: Record<string, unknown>[] = [];

beforeAll(async () => {
  gateway = await startHarness({
    log: { write: (line) => lines.push(JSON.parse(line)) },
    limits: { maxPlannedCalls: 2 },
    gateway: {
      execution: { compiled: 'again' },
      auth: { mode: 'api-key', keys: [all.kept, reader.kept, none.kept] },
      exposure: { introspection: 'scope', explorer: 'off' },
      production: true,
      answers: { maxBytes: 20_000, maxUnreadBytes: 10_000_000 },
    },
  });
  const owner = gateway.as({ 'x-api-key': all.key });
  await registerAcme(owner);
  await loadAccounts(
    owner,
    ids(20).map((id) => account(id)),
  );
  await loadDeals(owner, [deal('d1', 'a1')]);
});

afterAll(() => gateway[Symbol.asyncDispose]());

interface Given {
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string;
  readonly body: object;
}

async function ask({ headers = {}, key = all.key, body }: Given) {
  const answer = await request(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key, ...headers },
    body: JSON.stringify(body),
  });
  const { date: _, 'keep-alive': __, connection: ___, ...rest } = answer.headers;
  return { status: answer.statusCode, headers: rest, body: JSON.parse(await answer.body.text()) };
}

function withText(body: object, query: string): object {
  return Array.isArray(body) ? body.map((one) => withText(one, query)) : { ...body, query };
}

/** Sends a text until it is answered without Apollo Server's pipeline. */
async function makeKnown(query: string): Promise<void> {
  for (let time = 0; time < 3; time += 1) await ask({ body: { query, variables: { ids: ['a1'] } } });
}

describe('a query that came before is answered as the first time', () => {
  const json = (query: string, variables: unknown = { ids: ['a1', 'none'] }) => ({ query, variables });
  const cases: readonly (readonly [string, Given & { readonly query: string }])[] = [
    ['with what was found', { query: NAMES, body: json(NAMES) }],
    ['with references followed', { query: REFERENCES, body: json(REFERENCES, { ids: ['d1'] }) }],
    [
      'to an Accept that was not seen',
      { query: NAMES, headers: { accept: 'text/plain;q=0.5, */*;q=0.1' }, body: json(NAMES) },
    ],
    [
      'to an Accept of the draft',
      { query: NAMES, headers: { accept: 'application/graphql-response+json' }, body: json(NAMES) },
    ],
    [
      'with a type that it does not make',
      { query: NAMES, headers: { accept: 'text/plain' }, body: json(NAMES) },
    ],
    [
      'to a page of another site, which may send such a body',
      { query: NAMES, headers: { 'content-type': 'text/plain' }, body: json(NAMES) },
    ],
    [
      'in another charset',
      { query: NAMES, headers: { 'content-type': 'application/json; charset=latin1' }, body: json(NAMES) },
    ],
    ['with variables that do not fit', { query: NAMES, body: json(NAMES, { ids: [{}] }) }],
    ['without its variables', { query: NAMES, body: json(NAMES, null) }],
    ['with variables that are no object', { query: NAMES, body: json(NAMES, [1]) }],
    ['with arguments that break a rule', { query: NAMES, body: json(NAMES, { ids: [''] }) }],
    ['with more calls than it may make', { query: NAMES, body: json(NAMES, { ids: ids(300) }) }],
    ['with more bytes than an answer may have', { query: FIELDS, body: json(FIELDS, { ids: ids(20) }) }],
    ['by another name', { query: NAMES, body: { ...json(NAMES), operationName: 'Other' } }],
    ['by a name that is none', { query: NAMES, body: { ...json(NAMES), operationName: 5 } }],
    ['in a batch', { query: NAMES, body: [json(NAMES), json(NAMES)] }],
    ['to a caller without the scope', { query: NAMES, key: none.key, body: json(NAMES) }],
    ['to a caller who is unknown', { query: NAMES, key: 'unknown', body: json(NAMES) }],
    ['to a caller who may not read the schema', { query: SCHEMA, key: reader.key, body: json(SCHEMA, {}) }],
  ];

  test.each(cases)('%s', async (name, { query, ...given }) => {
    // A text of its own, so that nobody has sent it before.
    const text = `${query} # ${name}`;
    const own = { ...given, body: withText(given.body, text) };
    const first = await ask(own);
    await makeKnown(text);
    expect(await ask(own)).toEqual(first);
    expect(await ask(own)).toEqual(first);
  });

  test('as JSON, to a browser that has got a page for the same Accept', async () => {
    await using open = await startHarness();
    const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
    const page = await fetch(`${open.url}/graphql`, { headers: { accept } });
    expect(page.headers.get('content-type')).toContain('text/html');
    for (let time = 0; time < 3; time += 1) {
      const headers = { accept, 'content-type': 'application/json' };
      const body = JSON.stringify({ query: '{ __typename }' });
      const answer = await fetch(`${open.url}/graphql`, { method: 'POST', headers, body });
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    }
  });

  test('with a line in the log each time', async () => {
    await makeKnown(NAMES);
    const operations = () => lines.filter(({ msg }) => msg === 'operation');
    const before = operations().length;
    await ask({ body: json(NAMES) });
    await ask({ body: json(NAMES) });
    const [first = {}, second] = operations().slice(before);
    expect(first).toMatchObject({ operationName: 'Known', operationType: 'query', caller: 'all' });
    expect(Object.keys(second ?? {})).toEqual(Object.keys(first));
  });
});

test('a query that came before has the fields that its variables include, in every combination', async () => {
  const names = [...'abcdefg'];
  const declared = names.map((name) => `$${name}: Boolean!`).join(' ');
  const fields = names.map((name) => `${name}: objectId @include(if: $${name})`).join(' ');
  const query = `query Included(${declared}) { account(id: "a1") { url ${fields} } }`;
  for (let combination = 0; combination < 2 ** names.length; combination += 1) {
    const variables = Object.fromEntries(
      names.map((name, index) => [name, (combination & (1 << index)) !== 0]),
    );
    const { body } = await ask({ body: { query, variables } });
    const included = names.filter((name) => variables[name]);
    expect(Object.keys(body.data.account)).toEqual(['url', ...included]);
  }
});
