import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registerErrorHandlers } from '../../src/server/http/errors.js';
import { registerExplorers } from '../../src/server/http/explorers.js';
import { type Harness, startHarness } from '../support/harness.js';

const SANDBOX = 'https://studio.apollographql.com';
const STRANGER = 'https://evil.example';

let gateway: Harness;
beforeAll(async () => {
  gateway = await startHarness();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const askPage = (path: string) =>
  fetch(`${gateway.url}${path}`, { headers: { accept: 'text/html' }, redirect: 'manual' });

/** What a browser asks before a page of that origin may send a query. */
const preflight = (url: string, origin: string) =>
  fetch(`${url}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  });

const query = (url: string, origin: string) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ __typename }' }),
  });

describe('the pages for people', () => {
  test('the bare address has links to all of them, each of which answers, and needs no other host', async () => {
    const html = await (await askPage('/')).text();
    const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, path = '']) => path);
    expect(links).toHaveLength(6);
    for (const path of links) {
      expect(path).toMatch(/^\/[^/]/);
      expect((await askPage(path)).status, path).toBe(200);
    }
    expect(html).not.toMatch(/https?:/);
    await using bare = await startHarness({ gateway: { console: false } });
    expect(await (await fetch(bare.url)).text()).not.toContain('/console');
  });

  test('/graphql shows a browser Apollo Sandbox', async () => {
    const page = await askPage('/graphql');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(await page.text()).toContain('embeddable-sandbox');
  });

  test('GraphiQL is one page that names no address outside of the gateway as a script or a style', async () => {
    const page = await askPage('/graphiql');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const html = await page.text();
    expect(html).toContain('GraphiQL');
    expect(html.match(/<(?:script|link)\b[^>]*\b(?:src|href)=["']?https?:[^>]*>/g)).toBeNull();
  });

  test('GraphiQL starts with the headers it is given, and they cannot end its script', async () => {
    const explorerHeaders = { 'x-team': '</script><script>alert(1)</script>' };
    await using harness = await startHarness({ gateway: { explorerHeaders } });
    const html = await (await fetch(`${harness.url}/graphiql`)).text();
    expect(html).toContain('x-team');
    expect(html).not.toContain('</script><script>alert');
  });

  test('a build without the page of GraphiQL says so, and how to get it', async () => {
    const app = fastify();
    registerErrorHandlers(app, { maxBodyBytes: 1_024 });
    const page = new URL('nowhere.html', import.meta.url);
    registerExplorers(app, { exposure: 'on', headers: {}, sendsCredentials: false, hasConsole: true, page });
    const response = await fetch(`${await app.listen({ host: '127.0.0.1', port: 0 })}/graphiql`);
    await app.close();
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining('npm run build'), extensions: { code: 'NOT_FOUND' } }],
    });
  });

  test('in production there are none', async () => {
    await using production = await startHarness({ gateway: { production: true } });
    for (const path of ['/', '/graphiql']) {
      expect((await fetch(`${production.url}${path}`, { redirect: 'manual' })).status, path).toBe(404);
    }
    const response = await fetch(`${production.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(response.headers.get('content-type')).not.toMatch(/^text\/html/);
  });
});

describe('pages of other origins', () => {
  test("Apollo's Sandbox may call", async () => {
    const allowed = await preflight(gateway.url, SANDBOX);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(SANDBOX);
    expect(allowed.headers.get('access-control-allow-methods')).toContain('POST');

    const answer = await query(gateway.url, SANDBOX);
    expect(answer.headers.get('access-control-allow-origin')).toBe(SANDBOX);
    expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
  });

  test('no other origin is let in, unless it is configured', async () => {
    expect((await preflight(gateway.url, STRANGER)).headers.get('access-control-allow-origin')).toBeNull();
    expect((await query(gateway.url, STRANGER)).headers.get('access-control-allow-origin')).toBeNull();

    await using open = await startHarness({ gateway: { corsOrigins: ['https://app.example'] } });
    for (const [origin, expected] of [
      ['https://app.example', 'https://app.example'],
      ['https://app.example.evil.example', null],
      ['http://app.example', null],
    ] as const) {
      const response = await preflight(open.url, origin);
      expect(response.headers.get('access-control-allow-origin'), origin).toBe(expected);
    }
  });

  test('in production Sandbox is a stranger too', async () => {
    await using production = await startHarness({ gateway: { production: true } });
    expect((await preflight(production.url, SANDBOX)).headers.get('access-control-allow-origin')).toBeNull();
  });
});
