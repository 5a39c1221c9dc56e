import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { GONG_SCOPES } from '../../../src/auth/scopes.js';
import { readConfig } from '../../../src/config.js';
import {
  createMemoryStore,
  createRedisStore,
  type OauthToken,
} from '../../../src/gong/credentials/oauth-store.js';
import { createOauthTokens } from '../../../src/gong/credentials/oauth-tokens.js';
import { startHarness } from '../../support/harness.js';
import { connect, redisMissing, startRedis, type TestRedis, until } from '../../support/redis.js';

const SCOPED = new Map(['access-1', 'access-2'].map((token) => [token, [...GONG_SCOPES]]));

/** Gong's token address: each refresh token is valid once. */
async function startTokenServer(answer: (count: number) => object = () => ({}), status = 200) {
  const asked: { authorization: string | undefined; refreshToken: string | null }[] = [];
  const server = createServer(async (request, response) => {
    const form = new URLSearchParams((await buffer(request)).toString());
    asked.push({ authorization: request.headers.authorization, refreshToken: form.get('refresh_token') });
    const count = asked.length;
    const token = { access_token: `access-${count}`, refresh_token: `refresh-${count}`, expires_in: 86_400 };
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...token, ...answer(count) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    credentials: {
      kind: 'oauth' as const,
      clientId: 'app',
      clientSecret: 'canary-client-secret',
      refreshToken: 'refresh-0',
      tokenUrl: `http://127.0.0.1:${port}/oauth2/generate-customer-token`,
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const ready = ({ redis }: TestRedis) =>
  until('a Redis that answers', () =>
    redis.ping().then(
      () => true,
      () => false,
    ),
  );

describe('OAuth to Gong', () => {
  test('one renewal serves all calls, and authenticates the client', async () => {
    await using server = await startTokenServer();
    await using harness = await startHarness({
      gong: { credentials: server.credentials },
      emulator: { tokens: SCOPED },
    });
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => harness.query('{ integrations { id } }')),
    );
    expect(answers.map(({ errors }) => errors)).toEqual([[], [], [], [], []]);
    expect(server.asked).toEqual([
      { authorization: `Basic ${btoa('app:canary-client-secret')}`, refreshToken: 'refresh-0' },
    ]);
  });

  test('a token that Gong refuses, or that is about to expire, is renewed with the refresh token that came with it', async () => {
    await using server = await startTokenServer((count) => (count === 1 ? { access_token: 'revoked' } : {}));
    await using harness = await startHarness({
      gong: { credentials: server.credentials },
      emulator: { tokens: SCOPED },
    });
    expect((await harness.query('{ integrations { id } }')).errors[0]?.extensions.code).toBe(
      'UPSTREAM_UNAUTHENTICATED',
    );
    expect((await harness.query('{ integrations { id } }')).errors).toEqual([]);
    expect(server.asked.map(({ refreshToken }) => refreshToken)).toEqual(['refresh-0', 'refresh-1']);

    await using short = await startTokenServer(() => ({ expires_in: 60 }));
    const tokens = createOauthTokens(short.credentials, createMemoryStore());
    await tokens.current();
    await tokens.current();
    expect(short.asked.map(({ refreshToken }) => refreshToken)).toEqual(['refresh-0', 'refresh-1']);
  });

  test('calls go to the customer’s own address if the answer names one', async () => {
    let url = '';
    await using server = await startTokenServer(() => ({ api_base_url_for_customer: url }));
    const gong = { credentials: server.credentials, baseUrl: 'http://127.0.0.1:9' };
    await using harness = await startHarness({ gong, emulator: { tokens: SCOPED } });
    url = harness.emulatorUrl;
    expect((await harness.query('{ integrations { id } }')).errors).toEqual([]);
  });

  test.each([
    ['an address without TLS', { api_base_url_for_customer: 'http://evil.example.com' }],
    ['an address with a user', { api_base_url_for_customer: 'https://a:b@evil.example.com' }],
    ['an address with a path', { api_base_url_for_customer: 'https://evil.example.com/x' }],
    ['no token', { access_token: undefined }],
    ['a token that would end a header', { access_token: 'a\r\nb: c' }],
    ['no end', { expires_in: 'never' }],
  ])('an answer with %s is not used, and the error quotes nothing of it', async (_what, answer) => {
    await using server = await startTokenServer(() => answer);
    const tokens = createOauthTokens(server.credentials, createMemoryStore());
    const error: unknown = await tokens.current().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE' });
    expect(String(error)).not.toMatch(/evil|access-|refresh-|canary/);
  });

  test.each([
    [400, 'UPSTREAM_UNAUTHENTICATED'],
    [401, 'UPSTREAM_UNAUTHENTICATED'],
    [503, 'UPSTREAM_UNAVAILABLE'],
  ])('status %d for a renewal is %s', async (status, code) => {
    await using server = await startTokenServer(() => ({}), status);
    await using harness = await startHarness({ gong: { credentials: server.credentials } });
    const { errors } = await harness.query('{ integrations { id } }');
    expect(errors).toMatchObject([{ extensions: { code } }]);
    expect(JSON.stringify(errors)).not.toMatch(/refresh-|canary/);
  });

  test.skipIf(redisMissing() !== undefined)(
    'replicas that share a Redis renew once, keep the new refresh token there, and Redis shows no token',
    async () => {
      await using redis = await startRedis();
      await using server = await startTokenServer((count) => ({ expires_in: count === 1 ? 60 : 86_400 }));
      await using one = connect(redis.url);
      await using other = connect(redis.url);
      const { credentials } = server;
      const replicas = [one, other].map(({ redis }) =>
        createOauthTokens(credentials, createRedisStore(redis, credentials)),
      );
      await Promise.all([one, other].map(ready));
      await replicas[0]?.current();
      const both = await Promise.all(replicas.map((tokens) => tokens.current()));
      expect(new Set(both.map(({ accessToken }) => accessToken))).toEqual(new Set(['access-2']));
      expect(server.asked.map(({ refreshToken }) => refreshToken)).toEqual(['refresh-0', 'refresh-1']);
      const restarted = createOauthTokens(credentials, createRedisStore(one.redis, credentials));
      expect((await restarted.current()).accessToken).toBe('access-2');
      for (const key of await one.redis.keys('*')) {
        const kept = await one.redis.getBuffer(key.replace('test:', ''));
        expect(String(kept)).not.toMatch(/access-|refresh-|canary/);
      }
    },
  );

  test.skipIf(redisMissing() !== undefined)(
    'with another client secret, what Redis keeps cannot be read',
    async () => {
      await using redis = await startRedis();
      await using one = connect(redis.url);
      await ready(one);
      await using server = await startTokenServer();
      const token: OauthToken = { accessToken: 'a', refreshToken: 'r', baseUrl: null, expiresAt: 1 };
      await createRedisStore(one.redis, server.credentials).write(token);
      expect(await createRedisStore(one.redis, server.credentials).read()).toEqual(token);
      expect(
        await createRedisStore(one.redis, { ...server.credentials, clientSecret: 'x' }).read(),
      ).toBeUndefined();
    },
  );
});

test('OAuth needs all three settings, and excludes other credentials', () => {
  const gong = { GONG_BASE_URL: 'https://us-1.api.gong.io' };
  const all = {
    ...gong,
    GONG_OAUTH_CLIENT_ID: 'app',
    GONG_OAUTH_CLIENT_SECRET: 'canary-secret',
    GONG_OAUTH_REFRESH_TOKEN: 'canary-refresh',
  };
  expect(readConfig(all).gong?.credentials).toMatchObject({ kind: 'oauth', clientId: 'app' });
  expect(() => readConfig({ ...gong, GONG_OAUTH_CLIENT_ID: 'app' })).toThrow(
    'GONG_OAUTH_REFRESH_TOKEN: needed',
  );
  expect(() => readConfig({ ...all, GONG_BEARER_TOKEN: 'the-token' })).toThrow('not two of them');
  expect(() => readConfig({ ...all, GONG_OAUTH_TOKEN_URL: 'http://app.gong.io/t' })).toThrow(
    'GONG_OAUTH_TOKEN_URL',
  );
});
