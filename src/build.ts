import { existsSync, readFileSync } from 'node:fs';

/** Which program this is, for those who run several versions of it. */
export interface Build {
  /** Of package.json. */
  readonly version: string;
  /** The commit it was built from, with `-dirty` where files had changed since; `unknown` where nobody said. */
  readonly revision: string;
}

/** What package.json and `npm run build` (scripts/build-info.mjs) say. */
export function readBuild(): Build {
  const root = rootFolder();
  const { version } = readJson('package.json', root) as { version: string };
  try {
    const { revision } = readJson('dist/build-info.json', root) as { revision: string };
    return { version, revision };
  } catch {
    return { version, revision: 'unknown' };
  }
}

/** The nearest folder above with a package.json: this file runs from src/, from dist/ and, in benchmarks, deeper down. */
function rootFolder(): URL {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) {
    const above = new URL('..', folder);
    if (above.href === folder.href) throw new Error('needed a package.json in a folder above, found none');
    folder = above;
  }
  return folder;
}

function readJson(path: string, folder: URL): unknown {
  return JSON.parse(readFileSync(new URL(path, folder), 'utf8'));
}
