import { readdirSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { fastify } from 'fastify';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registerConsole } from '../../../src/server/http/console.js';
import { registerErrorHandlers } from '../../../src/server/http/errors.js';
import { type Harness, startHarness } from '../../support/harness.js';

/** Written by `npm run build`. */
const BUILT = new URL('../../../dist/console/', import.meta.url);
const script = () => readdirSync(new URL('assets/', BUILT)).find((name) => name.endsWith('.js')) ?? '';

let gateway: Harness;
beforeAll(async () => {
  gateway = await startHarness({ gateway: { production: true } });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const ask = async (path: string, headers: Record<string, string> = {}) => {
  const { statusCode, headers: answered, body } = await request(`${gateway.url}${path}`, { headers });
  return { status: statusCode, headers: answered, body: Buffer.from(await body.arrayBuffer()) };
};

describe('the files of the console', () => {
  test('are served in production, without credentials, under a strict policy', async () => {
    expect(await ask('/console')).toMatchObject({ status: 308, headers: { location: '/console/' } });
    for (const path of ['/console/', '/console/requests']) {
      const { status, headers, body } = await ask(path);
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['cache-control']).toBe('no-cache');
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      expect(String(body)).toContain('<div id="app">');
    }
  });

  test('are kept for ever where their names have a hash, and asked for again by ETag where not', async () => {
    const asset = await ask(`/console/assets/${script()}`);
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const page = await ask('/console/');
    const again = await ask('/console/', { 'if-none-match': String(page.headers.etag) });
    expect(again.status).toBe(304);
    expect(again.body).toHaveLength(0);
  });

  test.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ])('come compressed as %s to who takes it', async (encoding, decompress) => {
    const plain = await ask(`/console/assets/${script()}`);
    expect(plain.headers['content-encoding']).toBeUndefined();
    const small = await ask(`/console/assets/${script()}`, { 'accept-encoding': encoding });
    expect(small.headers['content-encoding']).toBe(encoding);
    expect(small.headers.vary).toContain('accept-encoding');
    expect(decompress(small.body).equals(plain.body)).toBe(true);
  });

  test.each([
    '/console/assets/none.js',
    '/console/..%2f..%2fpackage.json',
    '/console/assets/..%2f..%2fmain.js',
  ])('are the only ones: %s is not found', async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(JSON.parse(String(body))).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  test('are missing with CONSOLE=false', async () => {
    await using without = await startHarness({ gateway: { console: false } });
    expect((await fetch(`${without.url}/console/`)).status).toBe(404);
  });

  test('that were not built are said to be missing, and how to get them', async () => {
    const app = fastify();
    registerErrorHandlers(app, { maxBodyBytes: 1_024 });
    const folder = new URL('nowhere/', import.meta.url);
    registerConsole(app, { auth: 'none', credentials: 'configured', folder });
    const response = await fetch(`${await app.listen({ host: '127.0.0.1', port: 0 })}/console/`);
    await app.close();
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining('npm run build:console') }],
    });
  });
});

test.each([
  ['none', 'configured', { apiKey: false, authorization: 'none' }],
  ['api-key', 'configured', { apiKey: true, authorization: 'none' }],
  ['jwt', 'configured', { apiKey: false, authorization: 'token' }],
  ['none', 'passthrough', { apiKey: false, authorization: 'gong' }],
  ['api-key', 'passthrough', { apiKey: true, authorization: 'gong' }],
] as const)(
  'with AUTH_MODE %s and credentials %s it says what to sign in with',
  async (auth, credentials, needed) => {
    const app = fastify();
    registerConsole(app, { auth, credentials });
    const response = await app.inject('/console/sign-in.json');
    await app.close();
    expect(response.json()).toEqual(needed);
  },
);
