/** Builds the console into dist/console, each file also compressed, as the gateway serves it. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'vite';
import config from './vite.config.mjs';

await build({ ...config, configFile: false, logLevel: 'warn' });

const { outDir } = config.build;
const names = await readdir(outDir, { recursive: true });
for (const name of names.filter((path) => /\.(html|js|css|svg)$/.test(path))) {
  const path = `${outDir}/${name}`;
  const content = await readFile(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  await writeFile(`${path}.br`, await promisify(brotliCompress)(content, { params }));
  await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
}
