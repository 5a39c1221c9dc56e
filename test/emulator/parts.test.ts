import { describe, expect, it } from 'vitest';
import { jsonMembers } from '../../src/emulator/json-members.js';
import { LineReader, MAX_LINE_BYTES, TOO_LONG } from '../../src/emulator/lines.js';
import { Utf8Check } from '../../src/emulator/utf8.js';

/** Every way of cutting bytes into pieces of one size. */
function pieces(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

function linesOf(chunks: Buffer[]): unknown[] {
  const reader = new LineReader(chunks);
  const lines: unknown[] = [];
  for (let line = reader.next(); line !== undefined; line = reader.next()) lines.push(line);
  return lines;
}

it('reads the same lines however the file is cut', () => {
  const text = '\uFEFFone\n\nzwei – é\r\n漢字💡\n \nlast';
  const expected = ['one', '', 'zwei – é\r', '漢字💡', ' ', 'last'];
  for (let size = 1; size <= 50; size += 1)
    expect(linesOf(pieces(Buffer.from(text), size))).toEqual(expected);
});

it('has no line after the last newline, and none in an empty file', () => {
  expect(linesOf([Buffer.from('a\n')])).toEqual(['a']);
  expect(linesOf([Buffer.from('a'), Buffer.from('\n')])).toEqual(['a']);
  expect(linesOf([])).toEqual([]);
  expect(linesOf([Buffer.alloc(0)])).toEqual([]);
});

it('skips a line that is too long, wherever it is cut', () => {
  const long = 'x'.repeat(MAX_LINE_BYTES + 1);
  const fits = 'y'.repeat(MAX_LINE_BYTES);
  const bytes = Buffer.from(`a\n${long}\n${fits}\nb\n${long}`);
  for (const size of [60_000, 1_000_000, bytes.length]) {
    expect(linesOf(pieces(bytes, size))).toEqual(['a', TOO_LONG, fits, 'b', TOO_LONG]);
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
