import { describe, expect, test } from 'vitest';
import { createLineSplitter, isBlank } from '../../src/crm/ldjson.js';
import { LineFault, parseLine } from '../../src/crm/ldjson-line.js';
import { createProblemLog } from '../../src/crm/ldjson-problems.js';

interface Split {
  /** Text, line number and offset. */
  readonly lines: [string, number, number][];
  readonly tooLong: number[];
  readonly count: number;
}

function split(content: Buffer | string, chunkBytes: number, maxLineBytes = 100): Split {
  const lines: [string, number, number][] = [];
  const tooLong: number[] = [];
  const splitter = createLineSplitter({
    maxLineBytes,
    onLine: (bytes, start, end, at, line) => lines.push([bytes.toString('utf8', start, end), line, at]),
    onLongLine: (line) => tooLong.push(line),
  });
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += chunkBytes) splitter.push(bytes.subarray(at, at + chunkBytes));
  return { lines, tooLong, count: splitter.end() };
}

describe.each([1, 2, 3, 7, 1000])('splitting chunks of %i bytes', (chunkBytes) => {
  test.each<[string, string, [string, number, number][]]>([
    ['nothing has no lines', '', []],
    ['a line end alone is a blank line', '\n', [['', 1, 0]]],
    [
      'lines end at LF',
      'a\nbc\n',
      [
        ['a', 1, 0],
        ['bc', 2, 2],
      ],
    ],
    [
      'the last line needs no LF',
      'a\nbc',
      [
        ['a', 1, 0],
        ['bc', 2, 2],
      ],
    ],
    [
      'CR belongs to the line',
      'a\r\nb\r\n',
      [
        ['a\r', 1, 0],
        ['b\r', 2, 3],
      ],
    ],
    ['a bare CR ends no line', 'a\rb\n', [['a\rb', 1, 0]]],
    ['U+2028 and U+0085 end no line', 'a\u2028b\u0085\n', [['a\u2028b\u0085', 1, 0]]],
    [
      'blank lines are lines',
      '\n\na\n',
      [
        ['', 1, 0],
        ['', 2, 1],
        ['a', 3, 2],
      ],
    ],
    [
      'a byte order mark at the start is dropped',
      '\uFEFFa\nb',
      [
        ['a', 1, 0],
        ['b', 2, 2],
      ],
    ],
    [
      'a byte order mark elsewhere stays',
      'a\n\uFEFFb',
      [
        ['a', 1, 0],
        ['\uFEFFb', 2, 2],
      ],
    ],
    ['a second byte order mark stays', '\uFEFF\uFEFFa', [['\uFEFFa', 1, 0]]],
    ['a mark alone is nothing', '\uFEFF', []],
  ])('%s', (_name, content, expected) => {
    const { lines, count } = split(content, chunkBytes);
    expect(lines).toEqual(expected);
    expect(count).toBe(expected.length);
  });

  test('an incomplete byte order mark is content', () => {
    const bytes: Buffer[] = [];
    const onLine = (block: Buffer, start: number, end: number) =>
      bytes.push(Buffer.from(block.subarray(start, end)));
    const splitter = createLineSplitter({ maxLineBytes: 9, onLine, onLongLine: () => {} });
    splitter.push(Buffer.from([0xef]));
    splitter.push(Buffer.from([0xbb]));
    splitter.end();
    expect(bytes).toEqual([Buffer.from([0xef, 0xbb])]);
  });

  test('a line at the limit passes; one byte more is too long, and is reported once', () => {
    const content = `${'a'.repeat(100)}\n${'b'.repeat(101)}\nc\n${'d'.repeat(1000)}`;
    const { lines, tooLong, count } = split(content, chunkBytes);
    expect(lines.map(([text, line]) => [text.length, line])).toEqual([
      [100, 1],
      [1, 3],
    ]);
    expect(lines.at(-1)).toEqual(['c', 3, 203]);
    expect(tooLong).toEqual([2, 4]);
    expect(count).toBe(4);
  });
});

test.each([
  ['', true],
  [' \t\r', true],
  ['{}', false],
  ['  x', false],
  ['\u00a0', false],
])('%j is blank: %s', (text, expected) => {
  const bytes = Buffer.from(text);
  expect(isBlank(bytes, 0, bytes.length)).toBe(expected);
});

describe('a line', () => {
  const parse = (content: Buffer | string) => {
    const bytes = Buffer.from(content);
    return parseLine(bytes, 0, bytes.length, 'UNKNOWN');
  };

  test.each<[string, string, Record<string, unknown>]>([
    ['is an object', '{"a":1}', { a: 1 }],
    ['may have white space around it, CR included', ' {"a":\r1}\t\r', { a: 1 }],
    ['may repeat a key: the last counts', '{"a":1,"a":2}', { a: 2 }],
    ['may hold any character', '{"a":"ä\u2028😀"}', { a: 'ä\u2028😀' }],
    ['may be empty', '{}', {}],
  ])('%s', (_name, text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  test('may have fields named __proto__ and constructor', () => {
    const object = parse('{"__proto__":{"objectId":"x"},"constructor":1}');
    expect(Object.keys(object)).toEqual(['__proto__', 'constructor']);
    expect('objectId' in object).toBe(false);
  });

  test('may be 10,000 levels deep', () => {
    expect(parse(`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`)).not.toBeInstanceOf(LineFault);
    expect(parse('{"a":'.repeat(10_000))).toMatchObject({ code: 'INVALID_JSON' });
  });

  test.each([
    ['[{"a":1}]', 'NOT_AN_OBJECT', 'The line must be one JSON object, got an array'],
    ['5', 'NOT_AN_OBJECT', 'The line must be one JSON object, got 5'],
    ['null', 'NOT_AN_OBJECT', 'The line must be one JSON object, got null'],
    ['"text"', 'NOT_AN_OBJECT', 'The line must be one JSON object, got "text"'],
    ['{"a":1}{"b":2}', 'INVALID_JSON', /^The line must be one JSON object, got invalid JSON: .*position 7/],
    ['{"a":NaN}', 'INVALID_JSON', /^The line must be one JSON object, got invalid JSON: Unexpected token/],
    ['{"a":1', 'INVALID_JSON', /invalid JSON/],
    ["{'a':1}", 'INVALID_JSON', /invalid JSON/],
    ['\uFEFF{}', 'INVALID_JSON', /invalid JSON/],
  ])('%s is refused', (text, code, message) => {
    const fault = parse(text);
    expect(fault).toBeInstanceOf(LineFault);
    expect(fault.code).toBe(code);
    expect(fault.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  test('has a message of bounded length however long it is', () => {
    expect(String(parse(`{"${'x'.repeat(100_000)}":}`).message).length).toBeLessThan(250);
    expect(String(parse(`"${'x'.repeat(100_000)}"`).message).length).toBeLessThan(250);
  });

  test.each([
    ['a stray continuation byte', [0x80], 1],
    ['a cut sequence', [0x61, 0xe2, 0x82], 2],
    ['a surrogate', [0xed, 0xa0, 0x80], 1],
    ['an overlong slash', [0xc0, 0xaf], 1],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80], 1],
    ['Latin-1', [0x7b, 0xe4, 0x7d], 2],
  ])('must be UTF-8: %s is refused with its place', (_name, bytes, place) => {
    expect(parse(Buffer.from(bytes))).toMatchObject({
      code: 'INVALID_UTF8',
      message: expect.stringContaining(`at byte ${place} of the line`),
    });
  });

  test('may hold U+FFFD itself', () => {
    expect(parse('{"a":"\uFFFD"}')).toEqual({ a: '\uFFFD' });
  });
});

describe('the log of problems', () => {
  test('counts all problems, and lists the first of each severity, errors before warnings, by line', () => {
    const log = createProblemLog(3);
    for (let line = 1; line <= 5; line += 1) log.add('UNKNOWN_FIELD', line, 'id', 'x', () => `w${line}`);
    for (let line = 6; line <= 7; line += 1) log.add('INVALID_JSON', line, null, null, () => `e${line}`);
    expect([log.errorCount, log.warningCount]).toEqual([2, 5]);
    expect(log.countsByCode()).toEqual({ UNKNOWN_FIELD: 5, INVALID_JSON: 2 });
    expect(log.listed().map((problem) => problem.message)).toEqual(['w1', 'e6', 'e7']);
  });

  test('builds no message that is not listed, and cuts long IDs and names', () => {
    const log = createProblemLog(1);
    log.add('MISSING_FIELD', 1, 'i'.repeat(5000), 'f'.repeat(5000), () => 'm');
    log.add('MISSING_FIELD', 2, null, null, () => {
      throw new Error('must not be called');
    });
    const [problem] = log.listed();
    expect(problem?.objectId).toHaveLength(100);
    expect(problem?.field).toHaveLength(100);
    expect(log.errorCount).toBe(2);
  });
});
