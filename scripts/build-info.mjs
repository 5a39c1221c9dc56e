/**
 * A step of `npm run build`: writes the commit that is built to dist/build-info.json, for src/build.ts. Where there is
 * no repository, as in the container image's build, REVISION says it.
 */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';

const git = spawnSync('git', ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'], {
  cwd: new URL('..', import.meta.url),
  encoding: 'utf8',
});
const revision = process.env.REVISION || (git.status === 0 ? git.stdout.trim() : 'unknown');
const [path = new URL('../dist/build-info.json', import.meta.url)] = process.argv.slice(2);
await writeFile(path, `${JSON.stringify({ revision })}\n`);
