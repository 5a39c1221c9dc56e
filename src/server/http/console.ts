import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyInstance } from 'fastify';
import type { AuthSettings, CredentialsMode } from '../../auth/authenticator.js';
import { rootFolder } from '../../build.js';
import { flag } from '../../env.js';
import { GatewayError } from '../../errors.js';

export const CONSOLE_SETTINGS = {
  /**
   * Whether the gateway serves pages at `/console` for people who run it. They show nothing without the credentials that
   * every caller needs.
   */
  console: flag('CONSOLE', true),
};

export interface ConsoleOptions {
  readonly auth: AuthSettings['mode'];
  readonly credentials: CredentialsMode;
  /** Default: where `npm run build` writes the pages. */
  readonly folder?: URL;
}

/** What a person has to type in: the credentials that callers of this gateway send. */
export interface SignIn {
  /** `X-API-Key`. */
  readonly apiKey: boolean;
  /** `Authorization`: a token of the issuer, or Gong's access key and its secret. */
  readonly authorization: 'none' | 'token' | 'gong';
}

interface StaticFile {
  readonly type: string;
  readonly etag: string;
  readonly body: Readonly<Record<string, Buffer>>;
}

/** Written by console/build.mjs. */
const BUILT = new URL('dist/console/', rootFolder());

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Best first. The suffix of the compressed file beside the plain one. */
const ENCODINGS = { br: '.br', gzip: '.gz', identity: '' } as const;

/** Only these files may run or be shown, and only the gateway may be asked. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  vary: 'accept-encoding',
};

/**
 * Serves the console, compressed at the build and read once. The pages are public, as their source is: they know nothing
 * until a person has given them credentials, with which they call the API as any client does.
 */
export function registerConsole(app: FastifyInstance, options: ConsoleOptions): void {
  const files = readFiles(options.folder ?? BUILT);
  const config = { isPublic: true } as const;

  app.get('/console/sign-in.json', { config }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send(signInOf(options)),
  );
  app.get('/console', { config }, async (_request, reply) => reply.redirect('/console/', 308));
  app.get<{ Params: { '*': string } }>('/console/*', { config }, async (request, reply) => {
    const name = request.params['*'];
    // The pages of the console have addresses without a dot, and are all the same file.
    const file = files.get(name.includes('.') ? name : 'index.html');
    if (file === undefined) throw notFound(files.size === 0, name);
    const { type, etag, body } = file;
    const encoding =
      negotiate(request.headers['accept-encoding'] ?? 'identity', Object.keys(body)) ?? 'identity';
    reply
      .headers(HEADERS)
      .type(type)
      .header('etag', etag)
      .header(
        'cache-control',
        name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    if (encoding !== 'identity') reply.header('content-encoding', encoding);
    return reply.send(body[encoding]);
  });
}

function signInOf({ auth, credentials }: ConsoleOptions): SignIn {
  if (credentials === 'passthrough') return { apiKey: auth === 'api-key', authorization: 'gong' };
  return { apiKey: auth === 'api-key', authorization: auth === 'jwt' ? 'token' : 'none' };
}

/** By name, e.g. `assets/index-1a2b3c.js`. Empty if the pages were not built. */
function readFiles(folder: URL): ReadonlyMap<string, StaticFile> {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
    name.replaceAll('\\', '/'),
  );
  return new Map(
    names.flatMap((name) => {
      const type = TYPES[extname(name)];
      return type === undefined ? [] : [[name, readStatic(folder, name, type)] as const];
    }),
  );
}

function readStatic(folder: URL, name: string, type: string): StaticFile {
  const body = Object.fromEntries(
    Object.entries(ENCODINGS).flatMap(([encoding, suffix]) => {
      const url = new URL(name + suffix, folder);
      return existsSync(url) ? [[encoding, readFileSync(url)]] : [];
    }),
  );
  const hash = createHash('sha256')
    .update(readFileSync(new URL(name, folder)))
    .digest('base64url');
  return { type, etag: `W/"${hash.slice(0, 22)}"`, body };
}

function notFound(isMissing: boolean, name: string): GatewayError {
  return new GatewayError(
    'NOT_FOUND',
    isMissing
      ? 'This build has no console: npm run build:console writes dist/console. CONSOLE=false turns it off.'
      : `The console has no file ${name.slice(0, 200)}.`,
  );
}
