import { readFileSync } from 'node:fs';

/** Which program this is, for those who run several versions of it. */
export interface Build {
  /** Of package.json. */
  readonly version: string;
  /** The commit it was built from, with `-dirty` where files had changed since; `unknown` where nobody said. */
  readonly revision: string;
}

/** What package.json and `npm run build` (scripts/build-info.mjs) say, from src/ and from dist/ alike. */
export function readBuild(): Build {
  const { version } = readJson('../package.json') as { version: string };
  try {
    const { revision } = readJson('../dist/build-info.json') as { revision: string };
    return { version, revision };
  } catch {
    return { version, revision: 'unknown' };
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
}
