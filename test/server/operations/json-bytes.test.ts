import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonBytes, TOO_LARGE } from '../../../src/server/operations/compiled/json-bytes.js';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom('a', '"', '\\', '\n', '\u0000', '\u007f', 'é', '語', '\ud83d', '\ude00'),
  }),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom(null, undefined, new Date(0), () => 1),
    fc.array(tie('any'), { maxLength: 5 }),
    fc.dictionary(text, tie('any'), { maxKeys: 5 }),
  ),
})).any;

function written(given: unknown, bytes = Number.POSITIVE_INFINITY): string {
  const json = new JsonBytes();
  json.allow(bytes);
  json.value(given);
  return json.copy().toString();
}

test('values are written as JSON.stringify writes them', () => {
  fc.assert(
    fc.property(value, (given) => {
      expect(written(given)).toBe(JSON.stringify(given) ?? 'null');
    }),
    { numRuns: 500 },
  );
});

test('an answer that outgrows its memory is whole', () => {
  const given = Array.from({ length: 20_000 }, (_, index) => `${index} é`);
  expect(written(given)).toBe(JSON.stringify(given));
});

test('no more is written than is allowed, nor what is too deep for the stack', () => {
  expect(written('12345678', 10)).toBe('"12345678"');
  expect(() => written('12345678', 9)).toThrow(TOO_LARGE);
  let deep: unknown = 'end';
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
  expect(() => written(deep)).toThrow(TOO_LARGE);
});
