import { expect, test } from 'vitest';
import { createIdTable } from '../../../src/writes/engine/id-table.js';

test('a million similar IDs are all distinguished, the second time too', () => {
  const table = createIdTable();
  const ids = Array.from({ length: 1_000_000 }, (_, index) => `0065g00000${index.toString(36)}AAA`);
  expect(ids.filter((id) => table.add(id) !== 1)).toEqual([]);
  expect(ids.filter((id) => table.add(id) !== 2)).toEqual([]);
});

test('IDs that differ in length, order or a character beyond Latin-1 are different', () => {
  const table = createIdTable();
  const ids = ['', '\0', '\0\0', 'a', 'a\0', 'ab', 'ba', 'aba', '日本', '本日', '日本\0', '😀', '\ud83d'];
  expect(ids.map((id) => table.add(id))).toEqual(ids.map(() => 1));
});

test('the count stops at 127', () => {
  const table = createIdTable();
  const counts = Array.from({ length: 200 }, () => table.add('a'));
  expect(counts).toEqual(Array.from({ length: 200 }, (_, index) => Math.min(index + 1, 127)));
});

test('adding a hash counts the ID it was made from', () => {
  const table = createIdTable();
  table.add('a');
  expect(table.addHash(table.low, table.high)).toBe(2);
});

test('an ID of ASCII is the same whether its text or its bytes are added', () => {
  const table = createIdTable();
  const ids = ['', 'a', 'ab', 'aba', 'a-1@x.y', 'x'.repeat(64)];
  const bytes = Buffer.from(` ${ids.join('')}`);
  let at = 1;
  for (const id of ids) {
    expect(table.add(id)).toBe(1);
    expect(table.addAscii(bytes, at, at + id.length)).toBe(2);
    at += id.length;
  }
});
