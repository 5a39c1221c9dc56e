import { describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.js';
import { EnvironmentError } from '../src/env.js';

function problemsOf(environment: Record<string, string>): EnvironmentError {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof EnvironmentError) return error;
    throw error;
  }
  throw new Error('needed an EnvironmentError, got a config');
}

const GONG = {
  GONG_BASE_URL: 'https://us-12345.api.gong.io',
  GONG_ACCESS_KEY: 'key',
  GONG_ACCESS_KEY_SECRET: 'canary-secret',
};

const JWT = {
  AUTH_JWT_ISSUER: 'https://login.example.com/',
  AUTH_JWT_AUDIENCE: 'gateway',
  AUTH_JWT_JWKS_URL: 'https://login.example.com/keys',
};

describe('settings', () => {
  test('nothing set means the emulator, this machine and the documented defaults', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      port: 4000,
      host: '127.0.0.1',
      logLevel: 'info',
      production: false,
      gong: null,
    });
    expect(config.gongDefaults).toMatchObject({ dialect: 'current', timeoutMs: 30_000, callsPerSecond: 3 });
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('who may read the schema and open the explorers depends on NODE_ENV, unless it is set', () => {
    expect(readConfig({}).exposure).toEqual({ introspection: 'on', explorer: 'on' });
    const production = { ...GONG, NODE_ENV: 'production' };
    expect(readConfig(production).exposure).toEqual({ introspection: 'off', explorer: 'off' });
    expect(readConfig({ ...production, INTROSPECTION: 'on', EXPLORER: 'on' }).exposure).toEqual({
      introspection: 'on',
      explorer: 'on',
    });
    const scoped = { ...production, AUTH_MODE: 'jwt', ...JWT, INTROSPECTION: 'scope' };
    expect(readConfig(scoped).exposure).toEqual({ introspection: 'scope', explorer: 'off' });
  });

  test.each([{}, { AUTH_MODE: 'none' }, { GONG_CREDENTIALS: 'passthrough' }])(
    'a scope is no answer where nobody has scopes: %j',
    (environment) => {
      const { problems } = problemsOf({ ...environment, INTROSPECTION: 'scope', EXPLORER: 'scope' });
      expect(problems.map(({ variable }) => variable)).toEqual(['INTROSPECTION', 'EXPLORER']);
      expect(problems[0]?.needed).toContain('AUTH_MODE');
    },
  );

  test('three variables are enough for Gong itself, with a key or with a token', () => {
    expect(readConfig(GONG).gong).toMatchObject({
      baseUrl: 'https://us-12345.api.gong.io',
      credentials: { kind: 'basic', accessKey: 'key', accessKeySecret: 'canary-secret' },
    });
    expect(
      readConfig({ GONG_BASE_URL: GONG.GONG_BASE_URL, GONG_BEARER_TOKEN: 'gong-token' }).gong?.credentials,
    ).toEqual({
      kind: 'bearer',
      token: 'gong-token',
    });
  });

  test('every problem is reported at once, with the name, what was needed and what was got', () => {
    const { problems, message } = problemsOf({
      PORT: '70000',
      LOG_LEVEL: 'loud',
      GONG_API_DIALECT: 'old',
      GONG_TIMEOUT_MS: '1.5',
      CORS_ORIGINS: 'https://a.example.com/path',
    });
    expect(problems.map((problem) => problem.variable)).toEqual([
      'PORT',
      'LOG_LEVEL',
      'CORS_ORIGINS',
      'GONG_API_DIALECT',
      'GONG_TIMEOUT_MS',
    ]);
    expect(message).toContain('PORT: needed a whole number from 0 to 65535, got "70000"');
    expect(message).toContain('GONG_API_DIALECT: needed one of current, legacy, got "old"');
  });

  test('a secret is never echoed, not even a malformed one', () => {
    const { message } = problemsOf({ ...GONG, GONG_ACCESS_KEY_SECRET: 'canary secret with spaces' });
    expect(message).toContain(
      'GONG_ACCESS_KEY_SECRET: needed at least 8 printable ASCII characters without spaces',
    );
    expect(message).not.toContain('canary');
  });

  test.each([
    [
      'credentials without a base URL',
      { GONG_ACCESS_KEY: 'k', GONG_ACCESS_KEY_SECRET: 'the-secret' },
      ['GONG_BASE_URL'],
    ],
    ['a token without a base URL', { GONG_BEARER_TOKEN: 'the-token' }, ['GONG_BASE_URL']],
    ['a base URL without credentials', { GONG_BASE_URL: 'https://x.api.gong.io' }, ['GONG_ACCESS_KEY']],
    [
      'a key without its secret',
      { GONG_BASE_URL: 'https://x.api.gong.io', GONG_ACCESS_KEY: 'k' },
      ['GONG_ACCESS_KEY_SECRET'],
    ],
    ['a key and a token', { ...GONG, GONG_BEARER_TOKEN: 'the-token' }, ['GONG_BEARER_TOKEN']],
    ['the emulator beside credentials', { ...GONG, GONG_EMULATOR: 'true' }, ['GONG_EMULATOR']],
    ['production without credentials', { NODE_ENV: 'production' }, ['GONG_BASE_URL']],
  ])('%s is an error and never a fall-back to the emulator', (_what, environment, variables) => {
    expect(problemsOf(environment).problems.map((problem) => problem.variable)).toEqual(variables);
  });

  test('production may run on the emulator when that is said by name', () => {
    expect(readConfig({ NODE_ENV: 'production', GONG_EMULATOR: 'true' })).toMatchObject({
      production: true,
      gong: null,
    });
  });

  test('callers may bring their own credentials: then the gateway needs an address, and must have none', () => {
    const passthrough = { GONG_CREDENTIALS: 'passthrough' };
    expect(readConfig(passthrough)).toMatchObject({
      gong: null,
      passthrough: { baseUrl: null, limits: { maxCredentials: 100, idleMs: 300_000 } },
    });
    const { GONG_BASE_URL } = GONG;
    expect(readConfig({ ...passthrough, GONG_BASE_URL })).toMatchObject({
      gong: null,
      passthrough: { baseUrl: 'https://us-12345.api.gong.io' },
    });
    expect(readConfig(GONG).passthrough).toBeNull();
  });

  const STRAY = {
    GONG_ACCESS_KEY: 'canary-1',
    GONG_ACCESS_KEY_SECRET: 'canary-2',
    GONG_BEARER_TOKEN: 'canary-3',
    GONG_OAUTH_CLIENT_ID: 'canary-4',
    GONG_OAUTH_CLIENT_SECRET: 'canary-5',
    GONG_OAUTH_REFRESH_TOKEN: 'canary-6',
  };

  test.each([
    ['credentials', { ...STRAY, GONG_BASE_URL: GONG.GONG_BASE_URL }, Object.keys(STRAY)],
    ['tokens of an issuer', { AUTH_MODE: 'jwt', ...JWT }, ['AUTH_MODE']],
    ['production without an address', { NODE_ENV: 'production' }, ['GONG_BASE_URL']],
    [
      'the emulator beside an address',
      { GONG_EMULATOR: 'true', GONG_BASE_URL: GONG.GONG_BASE_URL },
      ['GONG_EMULATOR'],
    ],
    [
      'the emulator, whose key everybody knows, for others than this machine',
      { HOST: '0.0.0.0' },
      ['AUTH_MODE'],
    ],
    ['a word that is neither', { GONG_CREDENTIALS: 'both' }, ['GONG_CREDENTIALS']],
  ])('callers’ own credentials and %s do not go together', (_what, environment, variables) => {
    const { problems, message } = problemsOf({ GONG_CREDENTIALS: 'passthrough', ...environment });
    expect(problems.map((problem) => problem.variable)).toEqual(variables);
    expect(message).not.toContain('canary');
  });

  test.each([
    { HOST: '0.0.0.0', GONG_BASE_URL: GONG.GONG_BASE_URL },
    { HOST: '0.0.0.0', GONG_BASE_URL: GONG.GONG_BASE_URL, AUTH_MODE: 'none', NODE_ENV: 'production' },
    { HOST: '0.0.0.0', AUTH_MODE: 'none', AUTH_NONE_CONFIRMED: 'true' },
    { GONG_EMULATOR: 'true', NODE_ENV: 'production' },
  ])('callers’ own credentials are enough where Gong judges them: %j', (environment) => {
    const config = readConfig({ GONG_CREDENTIALS: 'passthrough', ...environment });
    expect(config.auth).toEqual({ mode: 'none' });
    expect(config.passthrough).not.toBeNull();
  });

  test.each([
    'http://api.gong.io',
    'https://user:password@api.gong.io',
    'https://api.gong.io/v2',
    'https://api.gong.io/?x=1',
    'https://api.gong.io#x',
    'https://api.gong.io\\@evil.example',
    'ftp://api.gong.io',
    'api.gong.io',
    'https:// api.gong.io',
  ])('the base URL %s is refused, for credentials would travel to it', (url) => {
    expect(problemsOf({ ...GONG, GONG_BASE_URL: url }).problems.map((problem) => problem.variable)).toContain(
      'GONG_BASE_URL',
    );
  });

  test.each(['http://127.0.0.1:4010', 'http://localhost:4010', 'http://[::1]:4010'])(
    'plain http is allowed to this machine: %s',
    (url) => {
      expect(readConfig({ ...GONG, GONG_BASE_URL: url }).gong?.baseUrl).toBe(url);
    },
  );
});

test('webhooks need a secret, https unless private addresses are allowed, and a journal that follows', () => {
  const secret = `whsec_${'A'.repeat(32)}`;
  const url = 'https://hooks.example.com/gong';
  const problemsOf = (environment: Record<string, string>) => {
    try {
      readConfig(environment);
      return [];
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      return error.problems.map(({ variable }) => variable);
    }
  };
  expect(problemsOf({ WEBHOOK_URL: url, WEBHOOK_SECRET: secret })).toEqual([]);
  expect(problemsOf({ WEBHOOK_URL: url })).toEqual(['WEBHOOK_SECRET']);
  expect(problemsOf({ WEBHOOK_NOTIFY_HOSTS: 'hooks.example.com' })).toEqual(['WEBHOOK_SECRET']);
  expect(problemsOf({ WEBHOOK_NOTIFY_HOSTS: 'https://hooks.example.com', WEBHOOK_SECRET: secret })).toEqual([
    'WEBHOOK_NOTIFY_HOSTS',
  ]);
  for (const short of ['whsec_AAAA', 'A'.repeat(32), `${secret},`, `${secret}!`])
    expect(problemsOf({ WEBHOOK_URL: url, WEBHOOK_SECRET: short }), short).toEqual(['WEBHOOK_SECRET']);
  const plain = { WEBHOOK_URL: 'http://hooks.internal/', WEBHOOK_SECRET: secret };
  expect(problemsOf(plain)).toEqual(['WEBHOOK_URL']);
  expect(problemsOf({ ...plain, WEBHOOK_PRIVATE_ADDRESSES: 'allow' })).toEqual([]);
  expect(problemsOf({ WEBHOOK_URL: url, WEBHOOK_SECRET: secret, JOURNAL_FOLLOW: 'off' })).toEqual([
    'JOURNAL_FOLLOW',
  ]);
  const two = readConfig({ WEBHOOK_URL: url, WEBHOOK_SECRET: `${secret}, ${secret}` });
  expect(two.webhooks.secrets).toEqual([secret, secret]);
});
