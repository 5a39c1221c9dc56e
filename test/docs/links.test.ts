import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = ['.', 'docs', 'client'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

/** The fragments of a page's headings, made as GitHub makes them. */
function anchorsOf(path: string): string[] {
  const headings = readFileSync(join(root, path), 'utf8').match(/(?<=^#+ ).*$/gm) ?? [];
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8');

  test('links to files and headings that exist', () => {
    for (const [link, path = '', anchor] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
      const target = path === '' ? page : join(dirname(page), path);
      expect(existsSync(join(root, target)), link).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(target), link).toContain(anchor);
    }
  });

  test('names files of the repository that exist', () => {
    for (const [name] of text.matchAll(
      /(?<=[`\s])(?:src|test|docs|deploy|schema|examples|bench)\/[\w./-]*\w/g,
    )) {
      // The example of CONTRIBUTING, and a folder that was renamed.
      if (/\/foo\.|^src\/uploads$/.test(name)) continue;
      expect(existsSync(join(root, name)), name).toBe(true);
    }
  });
});

test('README fits on a few screens and leads to every page', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  expect(readme.split('\n').length).toBeLessThanOrEqual(150);
  for (const page of pages) if (page !== 'README.md') expect(readme).toContain(`(${page})`);
});
