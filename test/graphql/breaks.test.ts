import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** `npm run breaks`, where a client of the last release asks for `Deal.name`. */
describe('the check of changes that break clients', () => {
  let folder: string;
  let released: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'breaks-'));
    released = await readFile(`${ROOT}schema/schema.graphql`, 'utf8');
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function check(emitted: string, changelog: string): Promise<string> {
    const files = { 'released.graphql': released, 'emitted.graphql': emitted, 'CHANGELOG.md': changelog };
    const paths = Object.keys(files).map((name) => join(folder, name));
    await Promise.all(Object.values(files).map((text, index) => writeFile(paths[index] ?? '', text)));
    const program = [`${ROOT}schema/breaks.mjs`, ...paths];
    return run(process.execPath, program).then(
      ({ stdout }) => stdout,
      ({ code, stderr }: { code: number; stderr: string }) => `exit code ${code}: ${stderr}`,
    );
  }

  const FIELD = '  """The deal’s name."""\n  name: String\n';
  const withoutField = () => {
    expect(released).toContain(FIELD);
    return released.replace(FIELD, '');
  };
  const announcing = (...items: string[]) =>
    `# Changelog\n\n## Unreleased\n\n### Breaks clients\n\nSome text.\n\n${items.join('\n')}\n\n### Fixed\n\n- A bug.\n`;

  test('fails for a field that was removed, and prints what to announce', async () => {
    expect(await check(withoutField(), announcing())).toMatch(
      /^exit code 1: needed in "### Breaks clients" of CHANGELOG.md:\n- Field `name` was removed from object type `Deal`$/m,
    );
  });

  test('passes once it is announced, on one line or several', async () => {
    const one = '- Field `name` was removed from object type `Deal`. Use `title`.';
    const several = '- Field `name` was removed\n  from object type `Deal`: use `title`.';
    for (const item of [one, several]) {
      expect(await check(withoutField(), announcing(item))).toMatch(/^1 changes break clients/);
    }
  });

  test.each([
    ['another change', '- Field `url` was removed from object type `Deal`.'],
    ['a longer name', '- Field `name` was removed from object type `Deal` of old'],
  ])('fails if the announcement is about %s', async (_what, item) => {
    const answer = await check(withoutField(), announcing(item));
    expect(answer).toContain('needed in');
    expect(answer).toContain('the schema has no such change');
  });

  test('fails if the announcement is in a section of an earlier release', async () => {
    const item = '- Field `name` was removed from object type `Deal`.';
    const earlier = announcing(item).replace('## Unreleased', '## Unreleased\n\n## 0.1.0');
    expect(await check(withoutField(), earlier)).toContain('exit code 1');
    expect(await check(withoutField(), earlier.replace('## Unreleased\n\n', ''))).toContain('exit code 1');
  });

  test('has nothing against a field that was added, nor against another description', async () => {
    const more = released.replace(
      FIELD,
      '  """The name."""\n  name: String\n\n  """More."""\n  more: String\n',
    );
    expect(await check(more, announcing())).toMatch(/^0 changes break clients/);
  });

  test('agrees with the changelog of this repository', async () => {
    const { stdout } = await run(process.execPath, ['schema/breaks.mjs'], { cwd: ROOT });
    expect(stdout).toMatch(/^\d+ changes break clients of the last release, all announced\n$/);
  });
});
