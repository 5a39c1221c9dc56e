import fc from 'fast-check';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { json, startUpstream, type Upstream } from '../gong/upstream.js';
import { type Harness, startHarness } from '../support/harness.js';
import { type Read, read } from './reads.js';
import { FUZZ_TIMEOUT_MS, HANG_MS, holds } from './settings.js';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

let upstream: Upstream;
let interpreting: Harness;
let compiling: Harness;

beforeAll(async () => {
  upstream = await startUpstream(({ url, body }, response) => {
    if (!url.pathname.endsWith('/entities')) {
      const selectedFields = [
        { uniqueName: 'custom', label: 'c', type: 'REFERENCE', referenceTo: 'ACCOUNT' },
      ];
      json(response, 200, {
        requestId: 'r',
        integrations: [],
        objectTypeToSelectedFields: { DEAL: selectedFields },
      });
      return;
    }
    const ids: string[] = JSON.parse(String(body));
    json(response, 200, {
      requestId: 'r',
      crmObjectsMap: Object.fromEntries(ids.map((id) => [id, recordOf(id)])),
    });
  });
  const start = (compiled: 'none' | 'all') =>
    startHarness({ gong: { baseUrl: upstream.url }, gateway: { execution: { compiled } } });
  [interpreting, compiling] = await Promise.all([start('none'), start('all')]);
});

afterAll(async () => {
  await interpreting[Symbol.asyncDispose]();
  await compiling[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

/** Gong's records, some of which do not fit the schema. */
function recordOf(objectId: string): unknown {
  const record = {
    ...{ objectId, name: 'n', domains: ['d'], url: 'u', modifiedDate: 'm', status: 'OPEN', custom: 'two' },
    ...{ accountId: 'two', convertedToDealId: 'odd', convertedToContactId: 'bare', amount: 1.5, title: 't' },
  };
  const odd = {
    ...{ objectId, name: 12, domains: 'd', url: { a: 1 }, modifiedDate: true, status: 'NEW', custom: ['x'] },
    ...{ accountId: 5, convertedToDealId: 'missing', amount: 'much', title: [1, { a: null }], isOpen: 'yes' },
    ['__proto__']: 'x',
  };
  switch (objectId) {
    case 'odd':
      return odd;
    case 'bare':
      return { modifiedDate: null };
    case 'missing':
      return null;
    case 'flawed':
      return { objectId: 'another' };
    default:
      return record;
  }
}

interface AnsweredError {
  readonly path?: readonly (string | number)[];
}

/**
 * What a client sees of an answer. Two things may differ: the order of errors; and, where an error in a field that is never
 * null has made its parent null, which of the errors below that parent are told.
 */
async function ask(harness: Harness, body: Read) {
  const answer = await request(`${harness.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(HANG_MS),
  });
  const { data, errors = [] } = (await answer.body.json()) as { data?: unknown; errors?: AnsweredError[] };
  const told = errors.map((error) => nullAbove(data, error.path ?? []) ?? JSON.stringify(error));
  return {
    status: answer.statusCode,
    contentType: answer.headers['content-type'],
    data: JSON.stringify(data),
    errors: [...new Set(told.map((error) => error.replaceAll(UUID, 'UUID')))].sort(),
  };
}

/** The path of the null above a field's parent, as a text. */
function nullAbove(data: unknown, path: readonly (string | number)[]): string | undefined {
  let value = data;
  for (const [depth, key] of path.entries()) {
    if (value == null) return `null at ${path.slice(0, depth).join('.')}`;
    value = Reflect.get(Object(value), key);
  }
  return undefined;
}

test(
  'compiled queries have the same answers as interpreted ones, the first time and again',
  async () => {
    const kinds = new Set<string>();
    await holds(
      fc.asyncProperty(read, async (one) => {
        const expected = await ask(interpreting, one);
        expect(await ask(compiling, one)).toEqual(expected);
        expect(await ask(compiling, one)).toEqual(expected);
        // Without Apollo Server's pipeline, by graphql-js.
        expect(await ask(interpreting, one)).toEqual(expected);
        kinds.add(`${expected.status} ${expected.errors.length > 0 ? 'errors' : 'none'}`);
      }),
      4,
    );
    expect([...kinds]).toEqual(expect.arrayContaining(['200 none', '200 errors']));
    expect(globalThis).not.toHaveProperty('isInjected');
  },
  FUZZ_TIMEOUT_MS,
);
