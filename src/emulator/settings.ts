import { isIP } from 'node:net';
import { z } from 'zod';
import { isEmailAddress } from '../crm/values.js';
import { type Environment, flag, integer, readEnvironment } from '../env.js';
import { SCOPES } from './routes.js';

export interface EmulatorSettings {
  readonly accessKey: string;
  readonly accessKeySecret: string;
  /** Bearer tokens and the scopes of each. */
  readonly tokens: ReadonlyMap<string, readonly string[]>;
  /** In any sliding second; 0 = no limit. */
  readonly callsPerSecond: number;
  /** In any sliding 24 hours; 0 = no limit. */
  readonly callsPerDay: number;
  /** How long an asynchronous request stays PENDING, and at least IN_PROGRESS. */
  readonly processingMs: number;
  /** Whether contacts and leads must have a `phoneNumber`, as where Gong imports dialer calls. */
  readonly requirePhone: boolean;
  /** Of the `dataFile` part; larger ones are answered 413. */
  readonly maxFileBytes: number;
  /** Lower-case e-mail addresses that exist at Gong; `null` = every address does. */
  readonly gongUsers: readonly string[] | null;
  /** IP addresses that may call; others are answered 403. `null` = every address may. */
  readonly trustedAddresses: readonly string[] | null;
}

export const DEFAULT_EMULATOR_SETTINGS: EmulatorSettings = Object.freeze({
  accessKey: 'emulator',
  accessKeySecret: 'emulator',
  tokens: new Map(),
  callsPerSecond: 3,
  callsPerDay: 10_000,
  processingMs: 500,
  requirePhone: false,
  // The smaller reading of Gong's 200 MB: what passes here passes there under either.
  maxFileBytes: 200_000_000,
  gongUsers: null,
  trustedAddresses: null,
});

const TOKENS_NEEDED = `a JSON object such as {"a-token": ["api:crm:upload"]}, its scopes among ${SCOPES.join(', ')}`;
const Tokens = z.record(z.string().min(1), z.array(z.enum(SCOPES)));

const DEFAULTS = DEFAULT_EMULATOR_SETTINGS;
const Variables = z.object({
  EMULATOR_HOST: z.string('a host name or address').default('127.0.0.1'),
  EMULATOR_PORT: integer({ min: 0, max: 65_535, default: 4010 }),
  // HTTP Basic joins the two with a colon, so the first cannot contain one.
  EMULATOR_ACCESS_KEY: z
    .string()
    .regex(/^[^:]+$/, 'a text without ":"')
    .default(DEFAULTS.accessKey),
  EMULATOR_ACCESS_KEY_SECRET: z.string('a text').default(DEFAULTS.accessKeySecret),
  EMULATOR_TOKENS: z
    .string()
    .transform((text, context) => {
      const tokens = Tokens.safeParse(parseJson(text));
      if (tokens.success) return new Map(Object.entries(tokens.data));
      context.addIssue({ code: 'custom', message: TOKENS_NEEDED });
      return z.NEVER;
    })
    .default(new Map()),
  EMULATOR_CALLS_PER_SECOND: integer({ min: 0, max: 1_000_000, default: DEFAULTS.callsPerSecond }),
  EMULATOR_CALLS_PER_DAY: integer({ min: 0, max: 1_000_000_000, default: DEFAULTS.callsPerDay }),
  EMULATOR_PROCESSING_MS: integer({ min: 0, max: 86_400_000, default: DEFAULTS.processingMs }),
  EMULATOR_REQUIRE_PHONE: flag(DEFAULTS.requirePhone),
  EMULATOR_MAX_FILE_BYTES: integer({ min: 1, max: 2_147_483_647, default: DEFAULTS.maxFileBytes }),
  EMULATOR_GONG_USERS: z
    .string()
    .transform((text) => text.split(',').map((address) => address.trim().toLowerCase()))
    .refine((addresses) => addresses.every(isEmailAddress), 'e-mail addresses separated by commas')
    .nullable()
    .default(DEFAULTS.gongUsers === null ? null : [...DEFAULTS.gongUsers]),
  EMULATOR_TRUSTED_ADDRESSES: z
    .string()
    .transform((text) => text.split(',').map((address) => address.trim()))
    .refine(
      (addresses) => addresses.every((address) => isIP(address) !== 0),
      'IP addresses separated by commas',
    )
    .nullable()
    .default(DEFAULTS.trustedAddresses === null ? null : [...DEFAULTS.trustedAddresses]),
});

/** The names of all of them. */
export const EMULATOR_VARIABLES: readonly string[] = Object.keys(Variables.shape);

const SECRETS = new Set(['EMULATOR_ACCESS_KEY_SECRET', 'EMULATOR_TOKENS']);

/**
 * The emulator's settings from environment variables named `EMULATOR_…`.
 *
 * @throws EnvironmentError naming every variable at fault; secrets are never shown
 */
export function readEmulatorSettings(
  environment: Environment,
): EmulatorSettings & { readonly host: string; readonly port: number } {
  const variables = readEnvironment(Variables, environment, SECRETS);
  return {
    host: variables.EMULATOR_HOST,
    port: variables.EMULATOR_PORT,
    accessKey: variables.EMULATOR_ACCESS_KEY,
    accessKeySecret: variables.EMULATOR_ACCESS_KEY_SECRET,
    tokens: variables.EMULATOR_TOKENS,
    callsPerSecond: variables.EMULATOR_CALLS_PER_SECOND,
    callsPerDay: variables.EMULATOR_CALLS_PER_DAY,
    processingMs: variables.EMULATOR_PROCESSING_MS,
    requirePhone: variables.EMULATOR_REQUIRE_PHONE,
    maxFileBytes: variables.EMULATOR_MAX_FILE_BYTES,
    gongUsers: variables.EMULATOR_GONG_USERS,
    trustedAddresses: variables.EMULATOR_TRUSTED_ADDRESSES,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
