import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const SELF = fileURLToPath(import.meta.url);
/** Between the words of a comment there may be the beginning of its next line. */
const GAP = String.raw`[,\s*/]+`;
const OF_AN_RFC = new RegExp(`RFC \\d+${GAP}sections? [\\d.]+`, 'g');
const CITATION = new RegExp(`\\b(reference${GAP})?sections? (\\d(?:[\\d, ]|and )*)`, 'gi');

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs|cjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path !== SELF);
}

test('every section that the code cites, unless it is one of an RFC, is in docs/gong-crm-api.md', () => {
  const page = readFileSync(join(root, 'docs/gong-crm-api.md'), 'utf8');
  const sections = [...page.matchAll(/^## (\d)\. /gm)].map(([, number]) => number);
  expect(sections).toEqual(['1', '2', '3', '4', '5', '6', '7']);
  const files = ['src', 'test', 'examples', 'bench'].flatMap(sourceFiles);
  let citations = 0;
  for (const file of files) {
    const text = readFileSync(file, 'utf8').replaceAll(OF_AN_RFC, '');
    for (const [, named, list = ''] of text.matchAll(CITATION)) {
      for (const [number] of list.matchAll(/\d+/g)) {
        if (named !== undefined) citations += 1;
        expect(sections, `${file} cites section ${number}`).toContain(number);
      }
    }
  }
  expect(citations).toBeGreaterThan(30);
});
