import { parse as parseWithLibrary } from 'lossless-json';
import { describe, expect, it } from 'vitest';
import { parseLossless } from '../../src/gong/lossless-json.js';

const CASES: readonly (readonly [text: string, value: unknown])[] = [
  ['5517027188234206123', '5517027188234206123'],
  [' \t\r\n5517027188234206123 \t\r\n', '5517027188234206123'],
  ['9007199254740991', 9007199254740991],
  ['9007199254740992', '9007199254740992'],
  ['9007199254740993', '9007199254740993'],
  ['-9007199254740991', -9007199254740991],
  ['-9007199254740992', '-9007199254740992'],
  ['-9223372036854775808', '-9223372036854775808'],
  ['123456789012345678901234567890', '123456789012345678901234567890'],
  ['1000000000000000', 1e15],
  ['1234567890123456.5', 1234567890123456.5],
  ['0.12345678901234567890', Number('0.12345678901234567890')],
  ['12345678901234567890.0', Number('12345678901234567890')],
  ['12345678901234567890e3', Number('12345678901234567890e3')],
  ['1e12345678901234567890', Number.POSITIVE_INFINITY],
  ['1e-12345678901234567890', 0],
  ['5E20', 5e20],
  [
    '[5517027188234206123,5517027188234206124 , -5517027188234206125]',
    ['5517027188234206123', '5517027188234206124', '-5517027188234206125'],
  ],
  ['{"a":{"b":[{"c" : 5517027188234206123}]},"d":1}', { a: { b: [{ c: '5517027188234206123' }] }, d: 1 }],
  ['{"a":"5517027188234206123"}', { a: '5517027188234206123' }],
  ['{"a":"x:5517027188234206123,"}', { a: 'x:5517027188234206123,' }],
  [
    '{"a":"[5517027188234206123]","b":5517027188234206123}',
    {
      a: '[5517027188234206123]',
      b: '5517027188234206123',
    },
  ],
  [
    '{"a":"\\":5517027188234206123,","b":5517027188234206123}',
    {
      a: '":5517027188234206123,',
      b: '5517027188234206123',
    },
  ],
  ['{"a":"\\\\","b":5517027188234206123}', { a: '\\', b: '5517027188234206123' }],
  [
    '{"a":"\\\\\\",5517027188234206123,","b":-5517027188234206123}',
    {
      a: '\\",5517027188234206123,',
      b: '-5517027188234206123',
    },
  ],
  ['{",5517027188234206123,":5517027188234206123}', { ',5517027188234206123,': '5517027188234206123' }],
  ['{"5517027188234206123":1}', { '5517027188234206123': 1 }],
  ['{"a":5517027188234206123,"a":2}', { a: 2 }],
  ['{"ü":"🎈","\\ud83c":5517027188234206123}', { ü: '🎈', '\ud83c': '5517027188234206123' }],
];

describe('lossless JSON', () => {
  it.each(CASES)('reads %s', (text, value) => {
    expect(parseLossless(text)).toEqual(value);
  });

  it.each([
    '',
    'x5517027188234206123',
    '05517027188234206123',
    '-05517027188234206123',
    '+5517027188234206123',
    '--5517027188234206123',
    '5517027188234206123x',
    '5517027188234206123 5517027188234206123',
    '{5517027188234206123:1}',
    '{"a":1,5517027188234206123:1}',
    '{"a":1,5517027188234206123}',
    '[5517027188234206123}',
    '[5517027188234206123,]',
    '"5517027188234206123',
    ':5517027188234206123',
    ',5517027188234206123',
    '\u00a05517027188234206123',
  ])('refuses %j as JSON.parse does', (text) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(() => parseLossless(text)).toThrow(SyntaxError);
  });

  it('keeps a key named __proto__ as an own property that changes no prototype', () => {
    for (const number of ['1', '5517027188234206123']) {
      const parsed = parseLossless(`{"__proto__":{"polluted":${number}}}`);
      if (typeof parsed !== 'object' || parsed === null) throw new Error('needed an object');
      expect(Object.keys(parsed)).toEqual(['__proto__']);
      expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
      expect('polluted' in parsed).toBe(false);
    }
  });

  it('finds the number at any position', () => {
    for (let padding = 0; padding < 64; padding++) {
      const text = `${' '.repeat(padding)}[9007199254740993]`;
      expect(parseLossless(text)).toEqual(['9007199254740993']);
    }
  });

  it('agrees with an exact parser on random documents', () => {
    const random = randomNumbers(20_260_101);
    const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
    const atoms = [
      '1',
      '-7.25',
      'true',
      'null',
      '""',
      '9007199254740991',
      '9007199254740993',
      '-5517027188234206123',
      '5517027188234206123',
      '12345678901234567890.5',
      '"5517027188234206123"',
      '",5517027188234206123,"',
      '"[\\"5517027188234206123]"',
      '"\\\\"',
      '"\\\\\\":5517027188234206123}"',
    ];
    const space = () => pick(['', '', ' ', '\n ']) ?? '';
    const document = (depth: number): string => {
      if (depth === 0 || random() < 0.3) return pick(atoms) ?? '';
      const parts = Array.from({ length: 4 }, (_, index) => {
        const part = space() + document(depth - 1) + space();
        return { item: part, member: `"${pick(['a', ':1', '\\"', '\\\\'])}${index}"${space()}:${part}` };
      });
      return random() < 0.5
        ? `[${parts.map((part) => part.item).join(',')}]`
        : `{${parts.map((part) => part.member).join(',')}}`;
    };
    const exactly = (text: string) => {
      const number = Number(text);
      return /^-?[0-9]+$/.test(text) && !Number.isSafeInteger(number) ? text : number;
    };
    let withUnsafe = 0;
    for (let round = 0; round < 2_000; round++) {
      const text = document(4);
      const exact = parseWithLibrary(text, undefined, exactly);
      expect(parseLossless(text)).toEqual(exact);
      if (JSON.stringify(exact) !== JSON.stringify(JSON.parse(text))) withUnsafe++;
    }
    expect(withUnsafe).toBeGreaterThan(500);
  });
});

/** mulberry32: the same documents in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
