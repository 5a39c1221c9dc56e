import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.js';
import { isAllowedHost } from '../../../src/server/http/hosts.js';
import { refusalOf } from '../../clients/clients.js';
import { startHarness } from '../../support/harness.js';

/** Every route, and the status it answers with to an allowed host name. */
const DOORS = [
  ['POST', '/graphql', 200],
  ['GET', '/graphql?query=%7B__typename%7D', 200],
  ['POST', '/graphql/stream', 200],
  ['POST', '/upload/ACCOUNT', 404],
  ['POST', '/validate/ACCOUNT', 404],
  ['GET', '/health', 200],
  ['GET', '/graphiql', 200],
  ['GET', '/nothing', 404],
] as const;

async function statusAt(url: string, method: 'GET' | 'POST', path: string, host: string): Promise<number> {
  const isFile = /^\/(upload|validate)/.test(path);
  const answer = await request(`${url}${path}`, {
    method,
    headers: {
      host,
      accept: path === '/graphql/stream' ? 'text/event-stream' : 'application/json',
      'content-type': isFile ? 'application/x-ndjson' : 'application/json',
      'apollo-require-preflight': 'true',
    },
    body: method === 'GET' ? null : isFile ? '{}' : '{"query":"{ __typename }"}',
  });
  await answer.body.dump();
  return answer.statusCode;
}

describe('on loopback, without authentication', () => {
  test('a website whose name points to this machine is refused on every route', async () => {
    await using harness = await startHarness({ gateway: { allowedHosts: 'loopback' } });
    for (const [method, path, status] of DOORS) {
      expect(await statusAt(harness.url, method, path, 'rebound.example.com:4000')).toBe(403);
      for (const host of ['localhost:4000', '127.0.0.1', '[::1]:4000', 'LOCALHOST']) {
        expect([path, host, await statusAt(harness.url, method, path, host)]).toEqual([path, host, status]);
      }
    }
    const headers = { host: 'rebound.example.com:4000', origin: 'http://rebound.example.com:4000' };
    expect(await refusalOf(harness.url.replace('http', 'ws').concat('/graphql'), { headers })).toBe(403);
    expect(harness.calls.every((call) => call.operation === 'listIntegrations')).toBe(true);
  });
});

test('without authentication, the allowed hosts default to this machine', () => {
  const hosts = (environment: Record<string, string>) => readConfig(environment).allowedHosts;
  expect(hosts({})).toBe('loopback');
  expect(hosts({ HOST: '0.0.0.0', AUTH_MODE: 'none', AUTH_NONE_CONFIRMED: 'true' })).toBeNull();
  expect(
    hosts({
      AUTH_MODE: 'api-key',
      AUTH_API_KEYS: JSON.stringify([{ name: 'a', sha256: 'a'.repeat(64), scopes: ['api:crm:upload'] }]),
    }),
  ).toBeNull();
  expect(hosts({ ALLOWED_HOSTS: 'Gateway.example.com, localhost' })).toEqual([
    'gateway.example.com',
    'localhost',
  ]);
  expect(hosts({ ALLOWED_HOSTS: '*' })).toBeNull();
  expect(() => hosts({ ALLOWED_HOSTS: 'https://a.example.com' })).toThrow('ALLOWED_HOSTS');
});

test.each([
  [undefined, false],
  ['', false],
  ['localhost.evil.example.com', false],
  ['127.0.0.1.evil.example.com', false],
  ['127.0.0.1:4000:80', false],
  ['user@127.0.0.1', false],
  ['[::1', false],
  ['localhost:99999', true],
])('isAllowedHost(%j, loopback) is %s', (host, expected) => {
  expect(isAllowedHost(host, 'loopback')).toBe(expected);
});
