import { describe, expect, it } from 'vitest';
import { ingest, MAX_LINE_BYTES } from '../../src/emulator/ingest.js';
import { jsonMembers } from '../../src/emulator/json-members.js';
import { TimeSlices } from '../../src/emulator/slices.js';
import { Utf8Check } from '../../src/emulator/utf8.js';

/** Cuts bytes into pieces of one size. */
function pieces(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

/** The lines passed to the store, then the errors. */
async function linesOf(chunks: Buffer[]): Promise<unknown[]> {
  const lines: string[] = [];
  const take = (_object: object, line: string) => {
    lines.push(line);
    return [];
  };
  const slices = new TimeSlices(new AbortController().signal);
  const { errors } = await ingest({ chunks, isUtf8: true }, take, slices);
  return [...lines, ...errors];
}

it('reads the same lines however the file is cut', async () => {
  const text = '\uFEFF{"a":1}\n\n{"a":"zwei – é"}\r\n{"漢字💡":0}\n \n{}';
  const expected = ['{"a":1}', '{"a":"zwei – é"}\r', '{"漢字💡":0}', '{}'];
  for (let size = 1; size <= 50; size += 1)
    expect(await linesOf(pieces(Buffer.from(text), size))).toEqual(expected);
});

it('has no line after the last newline, and none in an empty file', async () => {
  expect(await linesOf([Buffer.from('{}\n')])).toEqual(['{}']);
  expect(await linesOf([Buffer.from('{}'), Buffer.from('\n')])).toEqual(['{}']);
  const none = { line: 0, description: 'The file contains no objects' };
  expect(await linesOf([])).toEqual([none]);
  expect(await linesOf([Buffer.alloc(0)])).toEqual([none]);
});

it('skips a line that is too long, wherever it is cut', async () => {
  const lineOf = (bytes: number) => `{"x":"${'x'.repeat(bytes - 8)}"}`;
  const long = lineOf(MAX_LINE_BYTES + 1);
  const fits = lineOf(MAX_LINE_BYTES);
  const bytes = Buffer.from(`{}\n${long}\n${fits}\n[]\n${long}`);
  const tooLong = 'The line is longer than 1048576 bytes';
  for (const size of [60_000, 1_000_000, bytes.length]) {
    expect(await linesOf(pieces(bytes, size))).toEqual([
      '{}',
      fits,
      { line: 2, description: tooLong },
      { line: 4, description: 'The line must be a JSON object' },
      { line: 5, description: tooLong },
    ]);
  }
});

describe('the check for UTF-8', () => {
  const isValid = (bytes: Buffer, size: number) => {
    const check = new Utf8Check();
    for (const piece of pieces(bytes, size)) check.push(piece);
    return check.end();
  };

  it.each([
    ['characters of every length', Buffer.from('a é 漢 💡 \uFEFF \u0000'), true],
    ['a lone continuation', Buffer.from([0x61, 0x80, 0x61]), false],
    ['an overlong slash', Buffer.from([0xc0, 0xaf]), false],
    ['a surrogate', Buffer.from([0xed, 0xa0, 0x80]), false],
    ['a character cut off', Buffer.from([0x61, 0xf0, 0x9f, 0x92]), false],
    ['Latin-1', Buffer.from('café', 'latin1'), false],
    ['nothing', Buffer.alloc(0), true],
  ])('judges %s alike however it is cut', (_what, bytes, expected) => {
    for (let size = 1; size <= 12; size += 1) expect(isValid(bytes, size)).toBe(expected);
  });
});

describe('the members of an object', () => {
  it.each([
    ['{}', []],
    [' { } ', []],
    ['{"a":1}', [['a', '1']]],
    [
      '{ "a" : -1.50e+3 , "b" : true }',
      [
        ['a', '-1.50e+3'],
        ['b', 'true'],
      ],
    ],
    [
      '{"a":"x\\"},","b":{"c":["]",{}]},"d":[ ]}',
      [
        ['a', '"x\\"},"'],
        ['b', '{"c":["]",{}]}'],
        ['d', '[ ]'],
      ],
    ],
    [
      '{"a":"\\\\","b":null}',
      [
        ['a', '"\\\\"'],
        ['b', 'null'],
      ],
    ],
    ['{"\\u0061":1,"a":2}', [['a', '2']]],
    ['{"__proto__":1}', [['__proto__', '1']]],
  ])('of %s are found as they were written', (text, expected) => {
    expect([...jsonMembers(text)]).toEqual(expected);
  });

  it('do not depend on the depth of the stack', () => {
    const deep = `${'['.repeat(1e5)}${']'.repeat(1e5)}`;
    expect(jsonMembers(`{"a":${deep},"b":1}`).get('b')).toBe('1');
  });
});
