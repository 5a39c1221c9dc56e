import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UploadFileDocument } from '../../../client/src/generated/graphql.js';
import type { Harness } from '../../support/harness.js';
import {
  accounts,
  BOUNDARY,
  multipartBody,
  nothingHappened,
  type Part,
  postMultipart,
  startWithCrm,
} from '../../writes/files/support.js';

/* Malformed requests: nothing of them may reach Gong, and nothing may stay on disk. */

let harness: Harness;
beforeAll(async () => {
  harness = await startWithCrm();
});
afterAll(() => harness[Symbol.asyncDispose]());

const operations: Part = {
  name: 'operations',
  value: JSON.stringify({
    query: UploadFileDocument.toString(),
    variables: { input: { objectType: 'ACCOUNT', file: null } },
  }),
};
const map: Part = { name: 'map', value: '{"file":["variables.input.file"]}' };
const part: Part = { name: 'file', fileName: 'a.ldjson', value: accounts(3) };

interface BadRequest {
  readonly what: string;
  readonly parts: readonly Part[];
  readonly code?: string;
  readonly needed: string;
}

const ROWS: readonly BadRequest[] = [
  { what: 'the file before operations', parts: [part, operations, map], needed: 'before the file' },
  { what: 'the file before map', parts: [operations, part, map], needed: 'before the file' },
  {
    what: 'map before operations',
    parts: [map, operations, part],
    needed: 'body.map: needed after "operations"',
  },
  { what: 'no map', parts: [operations], needed: 'body.map: needed this field' },
  { what: 'no operations', parts: [], needed: 'body.operations: needed this field' },
  { what: 'no file', parts: [operations, map], needed: 'the file' },
  {
    what: 'a map to a path that does not exist',
    parts: [operations, { name: 'map', value: '{"file":["variables.input.other"]}' }, part],
    needed: 'a path to null in "operations"',
  },
  {
    what: 'a map to the prototype',
    parts: [operations, { name: 'map', value: '{"file":["variables.__proto__.file"]}' }, part],
    needed: 'a path to null in "operations"',
  },
  {
    what: 'one file for many paths',
    parts: [
      operations,
      { name: 'map', value: JSON.stringify({ file: Array(1000).fill('variables.input.file') }) },
      part,
    ],
    needed: 'one path',
  },
  {
    what: 'two files in the map',
    parts: [operations, { name: 'map', value: '{"0":["variables.a"],"1":["variables.b"]}' }, part],
    code: 'PAYLOAD_TOO_LARGE',
    needed: 'one file, got 2',
  },
  {
    what: 'two files in the body',
    parts: [operations, map, part, { ...part, name: 'other' }],
    code: 'PAYLOAD_TOO_LARGE',
    needed: 'one file, got several',
  },
  {
    what: 'a file whose name is not in the map',
    parts: [operations, map, { ...part, name: 'other' }],
    needed: 'the name of the file’s part',
  },
  {
    what: 'ten thousand fields',
    parts: [
      operations,
      map,
      ...Array.from({ length: 10_000 }, (_, index) => ({ name: `f${index}`, value: '' })),
    ],
    needed: 'the fields "operations" and "map", got more',
  },
  {
    what: 'ten thousand malformed parts',
    parts: Array.from({ length: 10_000 }, () => ({ name: 'x\nx', value: '' })),
    needed: 'got more',
  },
  {
    what: 'an endless field',
    parts: [{ name: 'operations', value: ' '.repeat(1_000_000) }, map, part],
    code: 'PAYLOAD_TOO_LARGE',
    needed: '"operations" and "map" within 540672 bytes',
  },
  {
    what: 'a field of 300 kB',
    parts: [{ name: 'operations', value: ' '.repeat(300_000) }, map, part],
    code: 'PAYLOAD_TOO_LARGE',
    needed: 'operations: needed at most 262144 bytes',
  },
  {
    what: 'operations that are not JSON',
    parts: [{ name: 'operations', value: '{' }, map, part],
    needed: 'JSON',
  },
  {
    what: 'operations that are not an object',
    parts: [{ name: 'operations', value: 'null' }, map, part],
    needed: 'an object',
  },
  {
    what: 'a map that is a list',
    parts: [operations, { name: 'map', value: '[]' }, part],
    needed: 'an object',
  },
];

describe('the GraphQL multipart request is refused with', () => {
  test.each(ROWS)('$what', async ({ parts, code = 'BAD_USER_INPUT', needed }) => {
    // Sent in one piece: this test is not about timing.
    const outcome = await postMultipart(harness, Readable.from([await buffer(multipartBody(parts))]));
    expect(outcome).toMatchObject({ kind: 'refused', code });
    expect(outcome.message).toContain(needed);
    await nothingHappened(harness);
  });

  test('a content type without a boundary', async () => {
    const outcome = await postMultipart(harness, [operations, map, part], {
      'content-type': 'multipart/form-data',
    });
    expect(outcome).toMatchObject({ kind: 'refused', status: 400, code: 'BAD_USER_INPUT' });
    expect(outcome.message).toContain('boundary');
  });

  test('a body that ends within the file, or before its last boundary', async () => {
    const whole = await buffer(multipartBody([operations, map, part]));
    const inTheFile = whole.length - part.value.toString().length;
    const beforeTheEnd = whole.length - `--${BOUNDARY}--\r\n`.length;
    for (const end of [inTheFile, beforeTheEnd, beforeTheEnd + 4]) {
      const outcome = await postMultipart(harness, Readable.from([whole.subarray(0, end)]));
      expect(outcome, `cut at ${end}`).toMatchObject({
        kind: 'refused',
        status: 400,
        code: 'BAD_USER_INPUT',
      });
    }
    await nothingHappened(harness);
  });

  const anObject = { objectId: 'a1', modifiedDate: '2024-03-01T12:00:00Z', name: 'A', domains: [] };
  const list =
    'mutation($accounts: [AccountInput!]!) { uploadFile: uploadAccounts(accounts: $accounts) { __typename } }';
  test.each([
    [
      'an enum',
      'variables.input.objectType',
      { input: { file: null, objectType: null } },
      'UploadObjectType',
    ],
    ['an ID', 'variables.input.uploadId', { input: { objectType: 'ACCOUNT', uploadId: null } }, 'takes ID'],
    ['an input object', 'variables.input', { input: null }, 'takes UploadFileInput'],
    ['an unknown field', 'variables.input.x', { input: { x: null } }, 'nothing at'],
    ['a path inside a file', 'variables.input.file.x', { input: { file: { x: null } } }, 'nothing at'],
    ['a variable that is not declared', 'variables.other', { other: null }, 'no variable "$other"'],
  ])('a map to %s', async (_what, path, variables, needed) => {
    const value = JSON.stringify({ query: UploadFileDocument.toString(), variables });
    const parts = [{ name: 'operations', value }, { ...map, value: JSON.stringify({ file: [path] }) }, part];
    const outcome = await postMultipart(harness, parts);
    expect(outcome).toMatchObject({ kind: 'refused', status: 400, code: 'BAD_USER_INPUT' });
    expect(outcome.message).toContain(needed);
    await nothingHappened(harness);
  });

  test.each([
    [
      'JSON',
      'variables.accounts.0.customFields.x',
      { variables: { accounts: [{ ...anObject, customFields: { x: null } }] } },
    ],
    ['an object of a list', 'variables.accounts.0', { variables: { accounts: [null] } }],
    [
      'a path outside of the variables',
      'extensions.x',
      { variables: { accounts: [anObject] }, extensions: { x: null } },
    ],
    ['all variables', 'variables', { variables: null }],
  ])('a map to %s, where no file may be', async (_what, path, more) => {
    const value = JSON.stringify({ query: list, ...more });
    const parts = [{ name: 'operations', value }, { ...map, value: JSON.stringify({ file: [path] }) }, part];
    expect(await postMultipart(harness, parts)).toMatchObject({
      kind: 'refused',
      status: 400,
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('map: needed a path'),
    });
    await nothingHappened(harness);
  });

  test('a part with a malformed header', async () => {
    const body = `--${BOUNDARY}\r\nContent-Disposition\r\n\r\nx\r\n--${BOUNDARY}--\r\n`;
    const outcome = await postMultipart(harness, Readable.from([Buffer.from(body)]));
    expect(outcome).toMatchObject({ kind: 'refused', status: 400 });
  });

  test('no header against cross-site requests, before the body is read', async () => {
    const response = await fetch(`${harness.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
      body: 'not even multipart',
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Apollo-Require-Preflight');
  });

  test('an unknown object type or option', async () => {
    for (const input of [{ objectType: 'PERSON' }, { objectType: 'ACCOUNT', validation: 'MAYBE' }]) {
      const value = JSON.stringify({
        query: UploadFileDocument.toString(),
        variables: { input: { file: null, ...input } },
      });
      const outcome = await postMultipart(harness, [{ name: 'operations', value }, map, part]);
      expect(outcome).toMatchObject({ kind: 'refused', status: 400, code: 'BAD_USER_INPUT' });
    }
    await nothingHappened(harness);
  });

  test('a clientRequestId that Gong would refuse', async () => {
    const value = JSON.stringify({
      query: UploadFileDocument.toString(),
      variables: { input: { file: null, objectType: 'ACCOUNT', clientRequestId: 'a/b' } },
    });
    const outcome = await postMultipart(harness, [{ name: 'operations', value }, map, part]);
    expect(outcome).toMatchObject({ kind: 'refused', code: 'BAD_USER_INPUT' });
    expect(outcome.message).toContain('clientRequestId');
  });
});

test.each([
  ['a path', '../../../../tmp/evil'],
  ['NUL', 'a\u0000b'],
  ['5,000 characters', 'x'.repeat(5_000)],
  ['an emoji', '😀'],
])('a file name with %s is accepted', async (_what, fileName) => {
  const outcome = await postMultipart(harness, [operations, map, { ...part, fileName }]);
  expect(outcome).toMatchObject({ kind: 'accepted' });
});

test('a file name with a line break cannot inject headers: it is refused, and nothing is sent', async () => {
  const before = harness.callsOf('uploadObjects').length;
  const fileName = 'a"\r\nContent-Type: text/html\r\n\r\nx';
  const outcome = await postMultipart(harness, [operations, map, { ...part, fileName }]);
  expect(outcome.kind).not.toBe('accepted');
  expect(harness.callsOf('uploadObjects')).toHaveLength(before);
});

describe('the upload endpoints answer', () => {
  const send = (path: string, headers: Record<string, string> = {}, method = 'POST') =>
    fetch(`${harness.url}${path}`, {
      method,
      headers: { 'content-type': 'application/x-ndjson', ...headers },
      ...(method === 'POST' ? { body: accounts(1, 'x') } : {}),
    });

  test.each([
    ['an unknown object type', '/upload/PERSON', 'path.objectType: needed one of ACCOUNT'],
    ['an object type in lower case', '/validate/account', 'path.objectType: needed one of ACCOUNT'],
    ['an unknown option', '/upload/ACCOUNT?validate=off', 'validate'],
    ['an unknown validation', '/upload/ACCOUNT?validation=off', 'query.validation: needed one of ENFORCE'],
    ['an option given twice', '/upload/ACCOUNT?clientRequestId=a&clientRequestId=b', 'query.clientRequestId'],
    ['a broken clientRequestId', '/upload/ACCOUNT?clientRequestId=a%0d%0ab', 'query.clientRequestId'],
    ['a broken integrationId', '/upload/ACCOUNT?integrationId=1%20OR%201', 'query.integrationId'],
    ['an option of uploads at /validate', '/validate/ACCOUNT?validation=OFF', 'validation'],
  ])('400 to %s', async (_what, path, needed) => {
    const response = await send(path);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [
        {
          message: expect.stringContaining(needed),
          extensions: { code: 'BAD_USER_INPUT', retryable: false },
        },
      ],
    });
  });

  test.each([
    ['text/plain', 400],
    ['application/json', 400],
    ['application/x-www-form-urlencoded', 415],
    [`multipart/form-data; boundary=${BOUNDARY}`, 400],
  ])('a body of type %s, which is not LDJSON, with %i', async (type, status) => {
    const response = await send('/upload/ACCOUNT', { 'content-type': type });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  test('400 to an unknown encoding', async () => {
    const response = await send('/upload/ACCOUNT', { 'content-encoding': 'br' });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('content-encoding: needed gzip or none, got br');
  });

  test('404 to an unknown integration', async () => {
    expect((await send('/upload/ACCOUNT?integrationId=42')).status).toBe(404);
  });

  test('422 to an empty body', async () => {
    const response = await fetch(`${harness.url}/upload/ACCOUNT`, { method: 'POST' });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ line: 0, code: 'NO_OBJECTS' }] });
  });
});
