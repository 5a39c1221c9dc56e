import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IdTable } from '../../src/loaders/id-table.js';

/** Few enough to meet again, enough to need more buckets than there are at first. */
const id = fc.integer({ min: 0, max: 2_000 }).map((number) => `0015g00000${number.toString(36)}`);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ id, value: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ id }) },
);

test('a table holds what a Map holds after the same changes, at any size', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 5_000, size: 'max' }), (steps) => {
      const table = new IdTable<number>();
      const map = new Map<string, number>();
      for (const change of steps) {
        if ('value' in change) {
          table.set(change.id, change.value);
          map.set(change.id, change.value);
        } else {
          table.delete(change.id);
          map.delete(change.id);
        }
        expect(table.get(change.id)).toBe(map.get(change.id));
      }
      for (const change of steps) expect(table.get(change.id)).toBe(map.get(change.id));
    }),
    // To shrink thousands of steps would take minutes.
    { numRuns: 40, endOnFailure: true },
  );
});

test('any string can be an ID', () => {
  const ids = ['', 'a', '\0', '\u{1f600}', '\ud800', '__proto__', 'x'.repeat(10_000)];
  const table = new IdTable<string>();
  for (const each of ids) table.set(each, each);
  for (const each of ids) expect(table.get(each)).toBe(each);
  for (const each of ids) table.delete(each);
  for (const each of ids) expect(table.get(each)).toBeUndefined();
});
