/**
 * A step of `npm run build`: puts what the gateway consists of, its packages included, into the few files of dist/bundle/.
 * 1,600 modules take twice as long to load, and their text stays in memory. Only the gateway is worth it: the other programs
 * run as they were compiled.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const dist = new URL('../dist/', import.meta.url);
const at = (path) => fileURLToPath(new URL(path, dist));

/**
 * These look for files beside their own: binaries, and the module of a worker thread. type-graphql imports class-validator
 * where it is installed.
 */
const EXTERNAL = /^(classic-level|pino|pino-pretty|class-validator)$/;
/** A package of this size is a file of its own, because V8 keeps the memory that it needed to parse a large file. */
const CHUNK_MIN_BYTES = 60_000;

const bundle = await rolldown({
  // The thread is looked for beside the code that starts it: src/writes/engine/lane.ts.
  input: {
    'run-gateway': at('start/run-gateway.js'),
    'checker.worker': at('writes/engine/checker.worker.js'),
  },
  platform: 'node',
  external: EXTERNAL,
  plugins: [{ name: 'source-maps-of-own-code', load: withSourceMap }],
  onLog(level, log, handle) {
    if (level === 'warn') throw new Error(log.message);
    handle(level, log);
  },
});
await bundle.write({
  dir: at('bundle'),
  cleanDir: true,
  entryFileNames: '[name].js',
  // type-graphql names types after classes, and stack traces name functions. The bundler's own `keepNames` would give each
  // closure its name whenever one is made.
  minify: {
    compress: { keepNames: { function: true, class: true } },
    mangle: { keepNames: { function: true, class: true } },
    codegen: true,
  },
  // One character beyond ASCII doubles the memory of its file's text.
  charset: 'ascii',
  sourcemap: true,
  sourcemapExcludeSources: true,
  codeSplitting: {
    groups: [{ name: packageOf, debugName: 'packages', entriesAware: true, minSize: CHUNK_MIN_BYTES }],
  },
  plugins: [{ name: 'no-source-maps-of-packages', generateBundle: withoutMapsOfPackages }],
});
await bundle.close();

/** Lines of the TypeScript, for stack traces. */
async function withSourceMap(id) {
  if (!id.startsWith(fileURLToPath(dist))) return null;
  const [code, map] = await Promise.all([readFile(id, 'utf8'), readFile(`${id}.map`, 'utf8')]);
  return { code, map };
}

function packageOf(id) {
  const name = [...id.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].at(-1)?.[1];
  return name?.replace('/', '-') ?? null;
}

/** Node parses each map at start. */
function withoutMapsOfPackages(_options, files) {
  for (const file of Object.values(files)) {
    const isOwn = file.moduleIds?.some((id) => id.startsWith(fileURLToPath(dist)));
    if (file.type !== 'chunk' || isOwn) continue;
    delete files[`${file.fileName}.map`];
    file.code = file.code.replace(/\n\/\/# sourceMappingURL=.*/, '');
  }
}
