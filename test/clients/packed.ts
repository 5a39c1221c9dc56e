import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface EmptyProject extends AsyncDisposable {
  readonly folder: string;
  /** The name of its file. */
  readonly tarball: string;
  /** The files of the package. */
  readonly packed: readonly string[];
  /** Makes packages of this repository visible, as if they were installed, too. */
  link(...names: readonly string[]): Promise<void>;
  /** Compiles files with TypeScript, strictly and with the declarations of packages; rejects with what it says. */
  compile(options: Readonly<Record<string, unknown>>, files: Readonly<Record<string, string>>): Promise<void>;
  /** Runs a compiled file where the repository is; gives what it prints. */
  node(file: string): Promise<string>;
}

/** A project outside of the repository with nothing but the packed client, installed offline. */
export async function startEmptyProject(): Promise<EmptyProject> {
  const folder = await mkdtemp(join(tmpdir(), 'client-project-'));
  // `npm test` has built it; building here would pull it from under programs that other tests run.
  const pack = ['pack', '--workspace', 'client', '--ignore-scripts', '--json', '--pack-destination', folder];
  await run('npm', pack, { cwd: ROOT });
  const [tarball = ''] = await readdir(folder);
  await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${tarball}`], { cwd: folder });
  const { stdout } = await run('tar', ['-tzf', join(folder, tarball)]);
  return {
    folder,
    tarball,
    packed: stdout
      .trim()
      .split('\n')
      .map((name) => name.replace('package/', '')),
    async link(...names) {
      for (const name of names) {
        const [scope, inScope] = name.split('/');
        if (inScope !== undefined) await run('mkdir', ['-p', join(folder, 'node_modules', scope ?? '')]);
        await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
      }
    },
    async compile(options, files) {
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
      const compilerOptions = {
        ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, types: [] },
        ...{ target: 'ES2023', lib: ['ES2023', 'DOM'], outDir: 'out', rootDir: '.' },
        ...options,
      };
      await writeFile(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ compilerOptions, files: Object.keys(files) }),
      );
      await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc')], { cwd: folder }).catch(
        (error) => {
          throw new Error(String(error.stdout));
        },
      );
    },
    async node(file) {
      const { stdout } = await run(process.execPath, [join(folder, 'out', file)], { cwd: ROOT });
      return stdout;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** Serves the project's files and, at `/`, a page that has the client as `window.client`. */
export async function servePage({
  folder,
}: EmptyProject): Promise<AsyncDisposable & { readonly url: string }> {
  const entry = '/node_modules/gong-crm-graphql-client/dist/index.js';
  const page = `<!doctype html><script type="importmap">{"imports":{"gong-crm-graphql-client":"${entry}"}}</script>
    <script type="module">import * as client from 'gong-crm-graphql-client'; window.client = client;</script>`;
  const server = createServer(async ({ url = '/' }, response) => {
    const isPage = url === '/';
    const body = isPage
      ? page
      : await readFile(join(folder, new URL(url, 'http://x').pathname)).catch(() => null);
    response
      .writeHead(body === null ? 404 : 200, { 'content-type': isPage ? 'text/html' : 'text/javascript' })
      .end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
