import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs|cjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

test('every section of the reference that the code cites is in docs/gong-crm-api.md', () => {
  const page = readFileSync(join(root, 'docs/gong-crm-api.md'), 'utf8');
  const sections = new Set([...page.matchAll(/^## (\d)\. /gm)].map(([, number]) => number));
  const files = ['src', 'test', 'examples', 'bench'].flatMap(sourceFiles);
  let citations = 0;
  for (const file of files) {
    for (const [, list = ''] of readFileSync(file, 'utf8').matchAll(/\breference, sections? ([\d, and]+)/g)) {
      for (const [number] of list.matchAll(/\d/g)) {
        citations += 1;
        expect([...sections], `${file} cites section ${number}`).toContain(number);
      }
    }
  }
  expect(citations).toBeGreaterThan(30);
});
