import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);

test('SECURITY.md names a test that exists for every threat', () => {
  const rows = readFileSync(new URL('SECURITY.md', root), 'utf8')
    .split('\n')
    .filter((line) => /^\| [A-Z]/.test(line));
  expect(rows.length).toBeGreaterThan(15);
  for (const row of rows) {
    const tests = row.match(/test\/[\w/-]+\.test\.ts/g) ?? [];
    expect(tests, row).not.toEqual([]);
    for (const path of tests) expect(existsSync(new URL(path, root)), path).toBe(true);
  }
});
