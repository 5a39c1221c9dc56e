import { z } from 'zod';
import { CREDENTIALS_MODES } from '../auth/authenticator.js';
import { API_DIALECTS } from '../crm/dialects.js';
import { type EnvironmentProblem, flag, integer } from '../env.js';
import { MIN_SECRET_CHARS } from '../secrets.js';
import { isBaseUrl, isCredentialUrl } from './credentials/base-url.js';
import type { GongClientSettings, GongCredentials } from './types.js';

/** Printable, without spaces: nothing that could end or extend an HTTP header. */
const printable = (min: number) =>
  z
    .string()
    .refine(
      (text) => text.length >= min && text.length <= 4_096 && /^[\x21-\x7e]+$/.test(text),
      `${min > 1 ? `at least ${min} ` : ''}printable ASCII characters without spaces`,
    )
    .optional();
const identifier = printable(1);
/** Hidden in the log. */
const secret = printable(MIN_SECRET_CHARS);

/** Of a file that holds a secret. */
const path = z.string().optional();

/** What a deployment can say about Gong; part of config.ts. */
export const GONG_VARIABLES = {
  GONG_CREDENTIALS: z.enum(CREDENTIALS_MODES, `one of ${CREDENTIALS_MODES.join(', ')}`).default('configured'),
  GONG_BASE_URL: z
    .string()
    .refine(
      isBaseUrl,
      'an origin such as https://us-12345.api.gong.io: https (http for this machine only), no user, path or query',
    )
    .transform((text) => new URL(text).origin)
    .optional(),
  GONG_ACCESS_KEY: identifier,
  GONG_ACCESS_KEY_SECRET: secret,
  GONG_BEARER_TOKEN: secret,
  GONG_OAUTH_CLIENT_ID: identifier,
  GONG_OAUTH_CLIENT_SECRET: secret,
  GONG_OAUTH_REFRESH_TOKEN: secret,
  GONG_OAUTH_TOKEN_URL: z
    .string()
    .refine(isCredentialUrl, 'an https address (http for this machine only) without a user')
    .default('https://app.gong.io/oauth2/generate-customer-token'),
  GONG_ACCESS_KEY_FILE: path,
  GONG_ACCESS_KEY_SECRET_FILE: path,
  GONG_BEARER_TOKEN_FILE: path,
  GONG_OAUTH_CLIENT_SECRET_FILE: path,
  GONG_OAUTH_REFRESH_TOKEN_FILE: path,
  GONG_EMULATOR: flag(false),
  GONG_API_DIALECT: z.enum(API_DIALECTS, `one of ${API_DIALECTS.join(', ')}`).default('current'),
  GONG_TIMEOUT_MS: integer({ min: 100, max: 600_000, default: 30_000 }),
  GONG_UPLOAD_TIMEOUT_MS: integer({ min: 100, max: 3_600_000, default: 900_000 }),
  GONG_MAX_RESPONSE_BYTES: integer({ min: 1024, max: 1_073_741_824, default: 8_388_608 }),
  GONG_CALLS_PER_SECOND: integer({ min: 0, max: 10_000, default: 3 }),
  GONG_CALLS_PER_DAY: integer({ min: 0, max: 1_000_000, default: 10_000 }),
  GONG_POLL_DAY_SHARE: integer({ min: 0, max: 100, default: 50 }),
  GONG_CALLER_DAY_SHARE: integer({ min: 1, max: 100, default: 90 }),
  GONG_PROBE_AFTER_MS: integer({ min: 1_000, max: 86_400_000, default: 60_000 }),
  GONG_BREAKER_OPEN_MS: integer({ min: 1, max: 600_000, default: 30_000 }),
  GONG_QUEUE_MAX_MS: integer({ min: 0, max: 600_000, default: 30_000 }),
  GONG_CACHE_TTL_MS: integer({ min: 0, max: 600_000, default: 30_000 }),
  GONG_QUEUE_MAX_PER_CALLER: integer({ min: 1, max: 100_000, default: 100 }),
  GONG_REQUIRE_PHONE: flag(false),
};

/** Never shown, and each may come from a file. */
export const GONG_SECRETS = [
  'GONG_ACCESS_KEY',
  'GONG_ACCESS_KEY_SECRET',
  'GONG_BEARER_TOKEN',
  'GONG_OAUTH_CLIENT_SECRET',
  'GONG_OAUTH_REFRESH_TOKEN',
] as const;

type Variables = z.output<z.ZodObject<typeof GONG_VARIABLES>>;

/** All but where Gong is and who asks. */
export type GongDefaults = Omit<GongClientSettings, 'baseUrl' | 'credentials'>;

export function gongDefaults(variables: Variables & { readonly REPLICAS: number }): GongDefaults {
  return {
    dialect: variables.GONG_API_DIALECT,
    timeoutMs: variables.GONG_TIMEOUT_MS,
    uploadTimeoutMs: variables.GONG_UPLOAD_TIMEOUT_MS,
    maxResponseBytes: variables.GONG_MAX_RESPONSE_BYTES,
    callsPerSecond: variables.GONG_CALLS_PER_SECOND,
    queueMaxMs: variables.GONG_QUEUE_MAX_MS,
    callsPerDay: variables.GONG_CALLS_PER_DAY,
    pollDayShare: variables.GONG_POLL_DAY_SHARE,
    callerDayShare: variables.GONG_CALLER_DAY_SHARE,
    queueMaxPerCaller: variables.GONG_QUEUE_MAX_PER_CALLER,
    probeAfterMs: variables.GONG_PROBE_AFTER_MS,
    breakerOpenMs: variables.GONG_BREAKER_OPEN_MS,
    replicas: variables.REPLICAS,
  };
}

/** Of variables without problems. `null`: no credentials are set. */
export function gongSettings(variables: Variables, defaults: GongDefaults): GongClientSettings | null {
  const { GONG_BASE_URL: baseUrl } = variables;
  const credentials = credentialsOf(variables);
  return baseUrl === undefined || credentials === null ? null : { baseUrl, credentials, ...defaults };
}

function credentialsOf(variables: Variables): GongCredentials | null {
  const {
    GONG_ACCESS_KEY: accessKey,
    GONG_ACCESS_KEY_SECRET: accessKeySecret,
    GONG_BEARER_TOKEN: token,
  } = variables;
  const {
    GONG_OAUTH_CLIENT_ID: clientId,
    GONG_OAUTH_CLIENT_SECRET: clientSecret,
    GONG_OAUTH_REFRESH_TOKEN: refreshToken,
    GONG_OAUTH_TOKEN_URL: tokenUrl,
  } = variables;
  if (clientId !== undefined && clientSecret !== undefined && refreshToken !== undefined)
    return { kind: 'oauth', clientId, clientSecret, refreshToken, tokenUrl };
  if (token !== undefined) return { kind: 'bearer', token };
  if (accessKey !== undefined && accessKeySecret !== undefined)
    return { kind: 'basic', accessKey, accessKeySecret };
  return null;
}

type AllVariables = Variables & { readonly NODE_ENV?: string | undefined };

const OAUTH_NAMES = ['GONG_OAUTH_CLIENT_ID', 'GONG_OAUTH_CLIENT_SECRET', 'GONG_OAUTH_REFRESH_TOKEN'] as const;
const CREDENTIAL_NAMES = [
  'GONG_ACCESS_KEY',
  'GONG_ACCESS_KEY_SECRET',
  'GONG_BEARER_TOKEN',
  ...OAUTH_NAMES,
] as const;

export function gongProblems(variables: AllVariables): EnvironmentProblem[] {
  const credentials =
    variables.GONG_CREDENTIALS === 'passthrough' ? strayCredentials(variables) : halfCredentials(variables);
  return [...credentials, ...emulatorProblems(variables)];
}

/** Credentials of the gateway's own would never be used, and whoever set them meant something else. */
function strayCredentials(variables: AllVariables): EnvironmentProblem[] {
  return CREDENTIAL_NAMES.filter((name) => variables[name] !== undefined).map((variable) => ({
    variable,
    needed: 'nothing, since GONG_CREDENTIALS is passthrough and callers bring their own',
    got: 'a value (not shown)',
  }));
}

/** Half a set of credentials is a mistake, never a reason to fall back to the emulator. */
function halfCredentials(variables: AllVariables): EnvironmentProblem[] {
  const problems: EnvironmentProblem[] = [];
  const report = (variable: string, needed: string, got: string) => problems.push({ variable, needed, got });
  const key = variables.GONG_ACCESS_KEY !== undefined;
  const keySecret = variables.GONG_ACCESS_KEY_SECRET !== undefined;
  const token = variables.GONG_BEARER_TOKEN !== undefined;
  const baseUrl = variables.GONG_BASE_URL !== undefined;
  const oauth = OAUTH_NAMES.some((name) => variables[name] !== undefined);

  if (token && (key || keySecret)) {
    report('GONG_BEARER_TOKEN', 'either a bearer token or an access key, not both', 'both');
  }
  if (oauth && (token || key || keySecret)) {
    report('GONG_OAUTH_CLIENT_ID', 'OAuth, a bearer token or an access key, not two of them', 'two');
  }
  for (const name of OAUTH_NAMES) {
    if (oauth && variables[name] === undefined)
      report(name, 'all three of OAuth, since one is set', 'nothing');
  }
  if (key && !keySecret)
    report('GONG_ACCESS_KEY_SECRET', 'the secret that belongs to GONG_ACCESS_KEY', 'nothing');
  if (keySecret && !key)
    report('GONG_ACCESS_KEY', 'the key that belongs to GONG_ACCESS_KEY_SECRET', 'nothing');
  if ((key || keySecret || token || oauth) && !baseUrl) {
    report('GONG_BASE_URL', "your company's API address, since credentials are set", 'nothing');
  }
  if (baseUrl && !(key || keySecret || token || oauth)) {
    report(
      'GONG_ACCESS_KEY',
      'GONG_ACCESS_KEY with GONG_ACCESS_KEY_SECRET, GONG_BEARER_TOKEN, or the three of OAuth, since GONG_BASE_URL is ' +
        'set (or GONG_CREDENTIALS=passthrough, where callers bring their own)',
      'nothing',
    );
  }
  return problems;
}

function emulatorProblems(variables: AllVariables): EnvironmentProblem[] {
  const problems: EnvironmentProblem[] = [];
  const passthrough = variables.GONG_CREDENTIALS === 'passthrough';
  const configured =
    variables.GONG_BASE_URL !== undefined || CREDENTIAL_NAMES.some((name) => variables[name] !== undefined);
  if (variables.GONG_EMULATOR && configured) {
    const needed = 'false (or unset), since credentials or a base URL for Gong are set';
    problems.push({ variable: 'GONG_EMULATOR', needed, got: '"true"' });
  }
  if (variables.NODE_ENV === 'production' && !configured && !variables.GONG_EMULATOR) {
    const what = passthrough ? "your company's API address" : 'an address and credentials for Gong';
    const needed = `${what} (or GONG_EMULATOR=true to run production on the emulator)`;
    problems.push({ variable: 'GONG_BASE_URL', needed, got: 'nothing' });
  }
  return problems;
}
