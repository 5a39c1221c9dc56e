import { isIP } from 'node:net';
import { z } from 'zod';
import { isEmailAddress } from '../crm/values.js';
import {
  type Environment,
  flag,
  integer,
  listOf,
  parsedBy,
  readEnvironment,
  type SettingsOf,
  setting,
  settingsIn,
} from '../env.js';
import { SCOPES } from './routes.js';

const TOKENS_NEEDED = `a JSON object such as {"a-token": ["api:crm:upload"]}, its scopes among ${SCOPES.join(', ')}`;
const Tokens = z.record(z.string().min(1), z.array(z.enum(SCOPES)));
// HTTP Basic joins key and secret with a colon, so the key cannot contain one.
const ACCESS_KEY = z.string().regex(/^[^:]+$/, 'a text without ":"');
const USER_LIST = listOf(
  z.string().toLowerCase().refine(isEmailAddress),
  'e-mail addresses separated by commas',
);
const ADDRESS_LIST = listOf(
  z.string().refine((address) => isIP(address) !== 0),
  'IP addresses separated by commas',
);

const LISTENING_SETTINGS = {
  /** Address on which the emulator listens. */
  host: setting('EMULATOR_HOST', z.string(), { default: '127.0.0.1' }),
  /** Port of the emulator; 0 takes a free one. Default: 4010, or a free port if it runs inside the gateway. */
  port: integer('EMULATOR_PORT', 4010, [0, 65_535]),
};

export const EMULATOR_SETTINGS = {
  /** User name of HTTP Basic. */
  accessKey: setting('EMULATOR_ACCESS_KEY', ACCESS_KEY, { default: 'emulator' }),
  /** Password of HTTP Basic. */
  accessKeySecret: setting('EMULATOR_ACCESS_KEY_SECRET', z.string(), { default: 'emulator', secret: true }),
  /** Bearer tokens and their scopes, in JSON: {"reader": ["api:crm:integrations:read", "api:crm:get-objects"]} */
  tokens: setting('EMULATOR_TOKENS', parsedBy(parseTokens, TOKENS_NEEDED), { default: '{}', secret: true }),
  /** Calls in any second; more are answered 429. 0: no limit. */
  callsPerSecond: integer('EMULATOR_CALLS_PER_SECOND', 3, [0, 1_000_000], 'calls'),
  /** Calls in any 24 hours; more are answered 429. 0: no limit. */
  callsPerDay: integer('EMULATOR_CALLS_PER_DAY', 10_000, [0, 1_000_000_000], 'calls'),
  /** How long an asynchronous request stays PENDING, and then at least IN_PROGRESS. */
  processingMs: integer('EMULATOR_PROCESSING_MS', 500, [0, 86_400_000], 'ms'),
  /** `true`: contacts and leads need a `phoneNumber` on the legacy paths, as where Gong imports dialer calls. */
  requirePhone: flag('EMULATOR_REQUIRE_PHONE', false),
  /** Largest file; larger ones are answered 413. The default is the smaller reading of Gong's 200 MB. */
  maxFileBytes: integer('EMULATOR_MAX_FILE_BYTES', 200_000_000, [1, 2_147_483_647], 'bytes'),
  /** E-mail addresses that exist at Gong, separated by commas. Without this setting every address exists. */
  gongUsers: setting('EMULATOR_GONG_USERS', USER_LIST),
  /** IP addresses that may call, separated by commas; others are answered 403. Without this setting all may call. */
  trustedAddresses: setting('EMULATOR_TRUSTED_ADDRESSES', ADDRESS_LIST),
};

export type EmulatorSettings = SettingsOf<typeof EMULATOR_SETTINGS>;

export const EMULATOR_TABLES = { listening: LISTENING_SETTINGS, emulator: EMULATOR_SETTINGS };
export const EMULATOR_VARIABLES: readonly string[] = settingsIn(EMULATOR_TABLES).map(
  ({ variable }) => variable,
);

export const DEFAULT_EMULATOR_SETTINGS: EmulatorSettings = Object.freeze(
  readEnvironment(EMULATOR_TABLES, {}).emulator,
);

/** @throws EnvironmentError naming every variable at fault; secrets are never shown */
export function readEmulatorSettings(
  environment: Environment,
): EmulatorSettings & SettingsOf<typeof LISTENING_SETTINGS> {
  const { listening, emulator } = readEnvironment(EMULATOR_TABLES, environment);
  return { ...listening, ...emulator };
}

function parseTokens(text: string): ReadonlyMap<string, readonly string[]> | undefined {
  const { data } = Tokens.safeParse(parseJson(text));
  return data && new Map(Object.entries(data));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
