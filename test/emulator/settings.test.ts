import { expect, it } from 'vitest';
import { DEFAULT_EMULATOR_SETTINGS, readEmulatorSettings } from '../../src/emulator/settings.js';
import { EnvironmentError } from '../../src/env.js';

it('has defaults for everything', () => {
  expect(readEmulatorSettings({})).toEqual({ ...DEFAULT_EMULATOR_SETTINGS, host: '127.0.0.1', port: 4010 });
});

it('accepts no file by default that Gong might refuse under either reading of 200 MB', () => {
  expect(DEFAULT_EMULATOR_SETTINGS.maxFileBytes).toBe(200_000_000);
});

it('reads every variable', () => {
  const settings = readEmulatorSettings({
    EMULATOR_HOST: '0.0.0.0',
    EMULATOR_PORT: '5000',
    EMULATOR_ACCESS_KEY: 'key',
    EMULATOR_ACCESS_KEY_SECRET: 'se:cret',
    EMULATOR_TOKENS: '{"t1":["api:crm:upload"],"t2":[]}',
    EMULATOR_CALLS_PER_SECOND: '0',
    EMULATOR_CALLS_PER_DAY: '5',
    EMULATOR_PROCESSING_MS: '0',
    EMULATOR_REQUIRE_PHONE: 'true',
    EMULATOR_MAX_FILE_BYTES: '1000',
    EMULATOR_GONG_USERS: 'Ann@acme.com, bob@acme.com',
    EMULATOR_TRUSTED_ADDRESSES: '10.0.0.1, ::1',
  });
  expect(settings).toEqual({
    host: '0.0.0.0',
    port: 5000,
    accessKey: 'key',
    accessKeySecret: 'se:cret',
    tokens: new Map([
      ['t1', ['api:crm:upload']],
      ['t2', []],
    ]),
    callsPerSecond: 0,
    callsPerDay: 5,
    processingMs: 0,
    requirePhone: true,
    maxFileBytes: 1000,
    gongUsers: ['ann@acme.com', 'bob@acme.com'],
    trustedAddresses: ['10.0.0.1', '::1'],
  });
});

it('names every invalid variable and shows no secret', () => {
  const read = () =>
    readEmulatorSettings({
      EMULATOR_PORT: '70000',
      EMULATOR_ACCESS_KEY: 'a:b',
      EMULATOR_TOKENS: '{"canary":["everything"]}',
      EMULATOR_GONG_USERS: 'ann',
      EMULATOR_REQUIRE_PHONE: 'yes',
      EMULATOR_TRUSTED_ADDRESSES: '10.0.0.1, everybody',
    });
  expect(read).toThrow(EnvironmentError);
  const names = ['PORT', 'ACCESS_KEY', 'TOKENS', 'REQUIRE_PHONE', 'GONG_USERS', 'TRUSTED_ADDRESSES'].map(
    (name) => `EMULATOR_${name}`,
  );
  try {
    read();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    expect(error.problems.map((problem) => problem.variable)).toEqual(names);
    expect(error.message).not.toContain('canary');
  }
});
