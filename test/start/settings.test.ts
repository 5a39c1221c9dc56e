import { describe, expect, test } from 'vitest';
import { EnvironmentError } from '../../src/env.js';
import { readSettings } from '../../src/start/settings.js';

function refusal(environment: Record<string, string>): string {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message;
    throw error;
  }
  throw new Error('needed the settings to be refused');
}

const GONG = {
  GONG_BASE_URL: 'https://us-12345.api.gong.io',
  GONG_ACCESS_KEY: 'key',
  GONG_ACCESS_KEY_SECRET: 'canary-secret',
};

describe('a variable whose name is no setting', () => {
  test.each([
    ['GONG_ACESS_KEY', 'GONG_ACCESS_KEY'],
    ['GONG_TOKEN', 'GONG_BEARER_TOKEN'],
    ['GONG_SECRET', 'GONG_ACCESS_KEY_SECRET'],
    ['GONG_URL', 'GONG_BASE_URL'],
    ['GOGN_BASE_URL', 'GONG_BASE_URL'],
    ['gong_base_url', 'GONG_BASE_URL'],
    ['AUTH_MOD', 'AUTH_MODE'],
    ['AUTH_KEYS', 'AUTH_API_KEYS'],
    ['AUTH_JWT_AUDIENCES', 'AUTH_JWT_AUDIENCE'],
  ])('%s is refused, for it looks like %s, and its value is not shown', (variable, nearest) => {
    const message = refusal({ [variable]: 'canary-value' });
    expect(message).toContain(`  ${variable}: needed the name of a setting (did you mean ${nearest}?)`);
    expect(message).not.toContain('canary');
  });

  test('is reported together with everything else', () => {
    const message = refusal({ PORT: 'x', AUTH_MOD: 'jwt', EMULATOR_CALLS_PER_DAY: '-1' });
    for (const name of ['PORT', 'AUTH_MOD', 'EMULATOR_CALLS_PER_DAY'])
      expect(message).toContain(`  ${name}: `);
  });

  test.each([
    ['UPLOAD_MAX_BYTE', 'UPLOAD_MAX_BYTES'],
    ['LIMT_DEPTH', 'LIMIT_DEPTH'],
    ['WATCH_INTERVAL', 'WATCH_MIN_INTERVAL_MS'],
    ['STREAM_PING', 'STREAM_PING_MS'],
    ['EMULATOR_PROT', 'EMULATOR_PORT'],
    ['REDIS_HOST', 'REDIS_URL'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['LOGLEVEL', 'LOG_LEVEL'],
  ])('%s may be another program’s, so it is only said that %s is near', (variable, nearest) => {
    expect(readSettings({ [variable]: 'x' }).doubtful).toEqual([{ variable, nearest }]);
  });

  test('is nothing of ours where Kubernetes sets it for a Service, or where it is empty', () => {
    const links = {
      GONG_CRM_GRAPHQL_SERVICE_HOST: '10.0.0.1',
      GONG_CRM_GRAPHQL_SERVICE_PORT: '80',
      GONG_CRM_GRAPHQL_SERVICE_PORT_HTTP: '80',
      GONG_CRM_GRAPHQL_PORT: 'tcp://10.0.0.1:80',
      GONG_CRM_GRAPHQL_PORT_80_TCP: 'tcp://10.0.0.1:80',
      GONG_CRM_GRAPHQL_PORT_80_TCP_PROTO: 'tcp',
      GONG_CRM_GRAPHQL_PORT_80_TCP_PORT: '80',
      GONG_CRM_GRAPHQL_PORT_80_TCP_ADDR: '10.0.0.1',
      AUTH_PORT: 'tcp://10.0.0.2:443',
      REDIS_PORT: 'tcp://10.0.0.3:6379',
    };
    expect(readSettings({ ...GONG, ...links, GONG_NOTHING: '' }).doubtful).toEqual([]);
    expect(refusal({ AUTH_PORT: '4000' })).toContain('AUTH_PORT');
  });

  test.each([
    'PATH',
    'HOSTNAME',
    'NODE_OPTIONS',
    'NODE_EXTRA_CA_CERTS',
    'OTEL_TRACES_EXPORTER',
    'LOG_FORMAT',
    'MODE',
  ])('%s is none of ours', (variable) => {
    expect(readSettings({ [variable]: 'x' }).doubtful).toEqual([]);
  });
});

describe('a secret of fewer than 8 characters', () => {
  test.each<[string, Record<string, string>]>([
    ['GONG_ACCESS_KEY_SECRET', { ...GONG, GONG_ACCESS_KEY_SECRET: 'short-1' }],
    ['GONG_BEARER_TOKEN', { GONG_BASE_URL: GONG.GONG_BASE_URL, GONG_BEARER_TOKEN: 'short-1' }],
    ['GONG_OAUTH_CLIENT_SECRET', { GONG_OAUTH_CLIENT_SECRET: 'short-1' }],
    ['GONG_OAUTH_REFRESH_TOKEN', { GONG_OAUTH_REFRESH_TOKEN: 'short-1' }],
    ['REDIS_URL', { REDIS_URL: 'redis://user:short-1@127.0.0.1:6379' }],
    ['REDIS_URL', { REDIS_URL: 'redis://:%73hort-1@127.0.0.1:6379' }],
    ['OTEL_EXPORTER_OTLP_HEADERS', { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20short-1' }],
    ['OTEL_EXPORTER_OTLP_HEADERS', { OTEL_EXPORTER_OTLP_HEADERS: 'x-team=crm,x-api-key=short-1' }],
    ['EMULATOR_ACCESS_KEY_SECRET', { EMULATOR_ACCESS_KEY_SECRET: 'short-1' }],
  ])(
    'is refused, for it would be hidden in every word and number of the log: %s',
    (variable, environment) => {
      const message = refusal(environment);
      expect(message).toMatch(new RegExp(`^  ${variable}: needed .*at least 8 `, 'm'));
      expect(message).not.toContain('hort-1');
    },
  );

  test('of 8 characters is accepted, and so are headers and access keys that are no secrets', () => {
    const environment = {
      ...GONG,
      GONG_ACCESS_KEY: 'k',
      GONG_ACCESS_KEY_SECRET: '12345678',
      REDIS_URL: 'redis://u:12345678@127.0.0.1:6379',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-team=crm,authorization=Bearer%2012345678',
    };
    expect(readSettings(environment).config.tracing?.headers).toMatchObject({ 'x-team': 'crm' });
  });
});

test('an emulator embedded under a copied .env.example takes a free port', () => {
  expect(readSettings({ EMULATOR_PORT: '' }).emulatorSettings?.port).toBe(0);
});

test('an address of Redis whose password is badly encoded is refused, not met later', () => {
  for (const password of ['%zz345678', '%ff345678'])
    expect(refusal({ REDIS_URL: `redis://:${password}@127.0.0.1:6379` })).toContain('  REDIS_URL: needed');
});
