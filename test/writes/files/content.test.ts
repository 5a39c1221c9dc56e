import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccountDocument } from '../../../client/src/generated/graphql.js';
import { follow } from '../../support/follow.js';
import type { Harness } from '../../support/harness.js';
import { startRecorded } from './recorder.js';
import {
  acceptedUploads,
  accounts,
  type Body,
  DOORS,
  file,
  graphqlDoor,
  line,
  nothingHappened,
  plainDoor,
  spoolIsEmpty,
  startWithCrm,
} from './support.js';

/** In pieces of one byte less than a multi-byte character, so that every one of them is split. */
async function* inPieces(content: Buffer, bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += bytes) {
    yield content.subarray(at, at + bytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

interface BadFile {
  readonly what: string;
  readonly content: () => Body;
  /** The first error; `null` where the file is none. */
  readonly error: { readonly line: number; readonly code: string } | null;
}

const invalidUtf8 = Buffer.concat([
  Buffer.from(file(line('a1'))),
  Buffer.from([0x7b, 0xe2, 0x82, 0x7d, 0x0a]),
]);

const BAD_FILES: readonly BadFile[] = [
  { what: 'an empty file', content: () => '', error: { line: 0, code: 'NO_OBJECTS' } },
  {
    what: 'blank lines alone',
    content: () => '\n \r\n\t\n'.repeat(100_000),
    error: { line: 0, code: 'NO_OBJECTS' },
  },
  { what: 'bytes that are no UTF-8', content: () => invalidUtf8, error: { line: 2, code: 'INVALID_UTF8' } },
  {
    what: 'bytes that are no UTF-8, a byte a chunk',
    content: () => inPieces(invalidUtf8, 1),
    error: { line: 2, code: 'INVALID_UTF8' },
  },
  {
    what: 'a line of 5 MB',
    content: () => file(line('a1'), line('a2', { name: 'x'.repeat(5_000_000) }), line('a3')),
    error: { line: 2, code: 'LINE_TOO_LONG' },
  },
  {
    what: 'a JSON array instead of lines',
    content: () => `[\n${line('a1')},\n${line('a2')}\n]\n`,
    error: { line: 1, code: 'INVALID_JSON' },
  },
  {
    what: 'an array on one line',
    content: () => `[${line('a1')}]\n`,
    error: { line: 1, code: 'NOT_AN_OBJECT' },
  },
  { what: 'null', content: () => 'null\n', error: { line: 1, code: 'NOT_AN_OBJECT' } },
  {
    what: 'two objects on a line',
    content: () => `${line('a1')}${line('a2')}\n`,
    error: { line: 1, code: 'INVALID_JSON' },
  },
  {
    what: 'NaN',
    content: () => file(line('a1').replace('"a1"', 'NaN')),
    error: { line: 1, code: 'INVALID_JSON' },
  },
  {
    what: 'lines that end in a bare CR',
    content: () => `${line('a1')}\r${line('a2')}\r`,
    error: { line: 1, code: 'INVALID_JSON' },
  },
  {
    what: '10,000 lists in each other',
    content: () => file(line('a1').replace('["acme.com"]', `${'['.repeat(10_000)}${']'.repeat(10_000)}`)),
    error: { line: 1, code: 'WRONG_TYPE' },
  },
  {
    what: 'gzip that is cut off',
    content: () => gzipSync(accounts(5_000)).subarray(0, -20),
    error: null,
  },
];

describe.each(DOORS)('through $name', (door) => {
  describe('nothing is sent, and the response says where the fault is, for', () => {
    let harness: Harness;
    beforeAll(async () => {
      harness = await startWithCrm();
    });
    afterAll(() => harness[Symbol.asyncDispose]());

    test.each(BAD_FILES)('$what', async ({ content, error }) => {
      const outcome = await door.upload(harness, content());
      if (error === null) expect(outcome).toMatchObject({ kind: 'refused', code: 'BAD_USER_INPUT' });
      else expect(outcome.errors?.[0]).toMatchObject(error);
      expect(outcome.kind).not.toBe('accepted');
      await nothingHappened(harness);
    });
  });

  test('gzip is recognised by its first bytes and inflated while it arrives', async () => {
    await using recorded = await startRecorded();
    const content = accounts(1_000);
    const outcome = await door.upload(recorded.harness, inPieces(gzipSync(content), 1_000));
    expect(outcome).toMatchObject({ kind: 'accepted', report: { objects: 1_000 } });
    expect(recorded.uploads.map((upload) => upload.content)).toEqual([content]);
  });

  test('a gzip bomb is stopped at the limit for inflated bytes', async () => {
    await using harness = await startWithCrm({ uploads: { maxInflatedBytes: 1_000_000 } });
    const outcome = await door.upload(harness, gzipSync(Buffer.alloc(50_000_000, ' ')));
    expect(outcome).toMatchObject({ kind: 'refused', code: 'PAYLOAD_TOO_LARGE' });
    expect(outcome.message).toContain('1000000 bytes when inflated');
    await spoolIsEmpty(harness);
  });
});

test('a byte order mark, CRLF, blank lines, split characters and a missing last line end do no harm', async () => {
  await using harness = await startWithCrm();
  const content = `\ufeff${line('a1', { name: 'Zoë €😀' })}\r\n\r\n${line('a2')}`;
  const outcome = await plainDoor.upload(harness, inPieces(Buffer.from(content), 1));
  expect(outcome).toMatchObject({
    kind: 'accepted',
    linesKept: false,
    report: { lines: 3, blankLines: 1, objects: 2, validObjects: 2 },
  });
  expect(await follow(harness, outcome.clientRequestId ?? '')).toMatchObject({
    errors: [],
    totalSuccessCount: 2,
  });
  expect((await harness.execute(AccountDocument, { id: 'a1' })).account).toMatchObject({ name: 'Zoë €😀' });
});

test('a last line without a line end is sent, sorted or not', async () => {
  await using recorded = await startRecorded();
  const { harness, uploads } = recorded;
  const early = line('early', { modifiedDate: '2020-01-01T00:00:00Z' });
  await plainDoor.upload(harness, `${line('a1')}\n${early}`);
  await plainDoor.upload(harness, `${line('a1')}\n${line('a2')}`);
  expect(uploads.map(({ content }) => content)).toEqual([
    file(early, line('a1')),
    `${line('a1')}\n${line('a2')}`,
  ]);
});

test('U+2028 in a string does not end a line', async () => {
  await using harness = await startWithCrm();
  const outcome = await plainDoor.upload(harness, file(line('a1', { name: 'one\u2028line' })));
  expect(outcome).toMatchObject({ kind: 'accepted', report: { lines: 1, validObjects: 1 } });
});

test('fields named __proto__ and constructor are unknown fields and are sent to Gong unchanged', async () => {
  await using recorded = await startRecorded();
  const content = file(line('a1').replace('}', ',"__proto__":{"name":"evil"},"constructor":1}'));
  const outcome = await plainDoor.upload(recorded.harness, content);
  expect(outcome).toMatchObject({
    kind: 'accepted',
    warnings: [
      { field: '__proto__', code: 'UNKNOWN_FIELD' },
      { field: 'constructor', code: 'UNKNOWN_FIELD' },
    ],
  });
  expect(recorded.uploads.map((upload) => upload.content)).toEqual([content]);
  expect(Object.hasOwn(Object.prototype, 'name')).toBe(false);
});

test('every error is counted, and as many as configured are listed', async () => {
  await using harness = await startWithCrm({ uploads: { maxListedProblems: 10 } });
  const outcome = await plainDoor.upload(harness, '{}\n'.repeat(5_000));
  expect(outcome).toMatchObject({ kind: 'rejected', errorCount: 10_000 });
  expect(outcome.errors).toHaveLength(10);
  expect(outcome.report?.countsByCode).toEqual([{ code: 'MISSING_FIELD', count: 10_000 }]);
});

test('ten million blank lines are counted without delaying the next caller', async () => {
  await using harness = await startWithCrm();
  const [outcome, { errors }] = await Promise.all([
    plainDoor.upload(harness, '\n'.repeat(10_000_000)),
    harness.query('{ integrations { id } }'),
  ]);
  expect(outcome).toMatchObject({ kind: 'rejected', report: { lines: 10_000_000, blankLines: 10_000_000 } });
  expect(errors).toEqual([]);
});

test('both upload routes report the same for the same file, and validate does so without sending', async () => {
  await using harness = await startWithCrm();
  const content = file(line('a1'), line('a1', { domains: 'acme.com' }), '{', line('a2', { extra: 1 }));
  const plain = await plainDoor.upload(harness, content);
  const graphql = await graphqlDoor.upload(harness, content);
  const validated = await fetch(`${harness.url}/validate/ACCOUNT`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: content,
  });
  expect(validated.status).toBe(422);
  // The typed documents ask for `__typename`.
  const report = JSON.stringify(graphql.report, (key, value) => (key === '__typename' ? undefined : value));
  expect(plain.report).toEqual(JSON.parse(report));
  expect(await validated.json()).toEqual(plain.report);
  expect(acceptedUploads(harness)).toBe(0);
});
