import { existsSync, readFileSync } from 'node:fs';

/** Identifies the running program, for operators with several versions of it. */
export interface Build {
  /** From package.json. */
  readonly version: string;
  /** The commit it was built from, with `-dirty` if files had changed; `unknown` if it was not built with `npm run build`. */
  readonly revision: string;
}

/** Reads package.json and what scripts/build-info.mjs wrote. */
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

/**
 * The nearest folder above with a package.json: this file runs from src/, from dist/, from a bundle there and, in
 * benchmarks, from deeper folders.
 */
export function rootFolder(): URL {
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
