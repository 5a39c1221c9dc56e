import { z } from 'zod';
import { CREDENTIALS_MODES } from '../auth/authenticator.js';
import type { FixedCredentials } from '../auth/gong-credential.js';
import { API_DIALECTS } from '../crm/dialects.js';
import { type EnvironmentProblem, flag, integer, oneOf, type SettingsOf, setting } from '../env.js';
import { MIN_SECRET_CHARS } from '../secrets.js';
import { isBaseUrl, isCredentialUrl } from './credentials/base-url.js';

/** Printable, without spaces: nothing that could end or extend an HTTP header. */
const printable = (min: number) =>
  z
    .string()
    .refine(
      (text) => text.length >= min && text.length <= 4_096 && /^[\x21-\x7e]+$/.test(text),
      `${min > 1 ? `at least ${min} ` : ''}printable ASCII characters without spaces`,
    );
const IDENTIFIER = printable(1);
/** Replaced in the log wherever it appears, so it must not be short. */
const SECRET = printable(MIN_SECRET_CHARS);
const BASE_URL = z
  .string()
  .refine(
    isBaseUrl,
    'an origin such as https://us-12345.api.gong.io: https (http for this machine only), no user, path or query',
  )
  .transform((text) => new URL(text).origin);
const TOKEN_URL = z
  .string()
  .refine(isCredentialUrl, 'an https address (http for this machine only) without a user');

/** Where Gong is, and with whose credentials it is called. */
export const ACCESS_SETTINGS = {
  /**
   * `configured`: the gateway calls Gong with the credentials below. `passthrough`: it has none, and each caller sends its
   * own credentials for Gong in the header `Authorization`.
   */
  mode: setting('GONG_CREDENTIALS', oneOf(CREDENTIALS_MODES), { default: 'configured' }),
  /**
   * Your company's API address, for example https://us-12345.api.gong.io. Without address and credentials, the gateway
   * starts the built-in emulator and talks to it.
   */
  baseUrl: setting('GONG_BASE_URL', BASE_URL),
  /** Access key of the Gong API. Set it with GONG_ACCESS_KEY_SECRET, or set a bearer token or OAuth instead. */
  accessKey: setting('GONG_ACCESS_KEY', IDENTIFIER, { secret: true }),
  /** Secret of the access key. */
  accessKeySecret: setting('GONG_ACCESS_KEY_SECRET', SECRET, { secret: true }),
  /** Bearer token of the Gong API. Its scopes decide what the gateway can do. */
  token: setting('GONG_BEARER_TOKEN', SECRET, { secret: true }),
  /** OAuth: client ID of your app at Gong. */
  clientId: setting('GONG_OAUTH_CLIENT_ID', IDENTIFIER),
  /** OAuth: client secret of your app. */
  clientSecret: setting('GONG_OAUTH_CLIENT_SECRET', SECRET, { secret: true }),
  /**
   * OAuth: the first refresh token. Gong issues a new one with each renewal. The gateway keeps it encrypted in Redis, or
   * in memory: without Redis, set a token that is still valid before each restart.
   */
  refreshToken: setting('GONG_OAUTH_REFRESH_TOKEN', SECRET, { secret: true }),
  /** OAuth: where access tokens are renewed. */
  tokenUrl: setting('GONG_OAUTH_TOKEN_URL', TOKEN_URL, {
    default: 'https://app.gong.io/oauth2/generate-customer-token',
  }),
  /** `true`: use the built-in emulator on purpose, which production requires. */
  emulator: flag('GONG_EMULATOR', false),
};

export type AccessSettings = SettingsOf<typeof ACCESS_SETTINGS>;

/** How the client calls Gong, whoever's credentials it has. */
export const CLIENT_SETTINGS = {
  /** Which of Gong's two sets of paths is used, and whose rules objects must keep: `current` or `legacy`. */
  dialect: setting('GONG_API_DIALECT', oneOf(API_DIALECTS), { default: 'current' }),
  /** Time for one call that sends no file, from its start to the last byte of its answer, retries included. */
  timeoutMs: integer('GONG_TIMEOUT_MS', 30_000, [100, 600_000], 'ms'),
  /** Time for one call that sends a file of up to 200 MB. */
  uploadTimeoutMs: integer('GONG_UPLOAD_TIMEOUT_MS', 900_000, [100, 3_600_000], 'ms'),
  /** Larger answers of Gong are refused, to protect the memory. Measured after decompression. */
  maxResponseBytes: integer('GONG_MAX_RESPONSE_BYTES', 8_388_608, [1_024, 1_073_741_824], 'bytes'),
  /**
   * Calls in any second. The default is Gong's limit for a company; set less to leave room for your other API clients.
   * 0: no limit.
   */
  callsPerSecond: integer('GONG_CALLS_PER_SECOND', 3, [0, 10_000], 'calls'),
  /** Calls in any 24 hours. The default is Gong's limit for a company. 0: no limit. */
  callsPerDay: integer('GONG_CALLS_PER_DAY', 10_000, [0, 1_000_000], 'calls'),
  /** Share of the day's calls that polling the status of requests may use. */
  pollDayShare: integer('GONG_POLL_DAY_SHARE', 50, [0, 100], 'percent'),
  /** Share of the day's calls that one caller may use while there are other callers. */
  callerDayShare: integer('GONG_CALLER_DAY_SHARE', 90, [1, 100], 'percent'),
  /** After five failed calls in a row, no call is made for this long. */
  breakerOpenMs: integer('GONG_BREAKER_OPEN_MS', 30_000, [1, 600_000], 'ms'),
  /** How long a call may wait for its turn before it fails with `RATE_LIMITED`. */
  queueMaxMs: integer('GONG_QUEUE_MAX_MS', 30_000, [0, 600_000], 'ms'),
  /** Calls of one caller that may wait in each priority. Further calls fail with `RATE_LIMITED` at once. */
  queueMaxPerCaller: integer('GONG_QUEUE_MAX_PER_CALLER', 100, [1, 100_000], 'calls'),
  /**
   * How long a `Retry-After` is honoured before a single call probes whether it still holds. The interval doubles with each
   * probe, up to fifteen times this value.
   */
  probeAfterMs: integer('GONG_PROBE_AFTER_MS', 60_000, [1_000, 86_400_000], 'ms'),
};

/** What the gateway remembers of Gong, and the rules that depend on the company. */
export const INTEGRATION_SETTINGS = {
  /**
   * How long schemas and the active integration are cached. A write through any replica ends that at once; a write by
   * another program, or one that a replica could not be told of, is noticed after this time. 0: no cache.
   */
  cacheTtlMs: integer('GONG_CACHE_TTL_MS', 30_000, [0, 600_000], 'ms'),
  /**
   * While objects of a type are being read, further ones wait for that call's answer, to be read together; at most until
   * this long after the call was sent. With nothing under way, nothing waits. 0: nothing ever does.
   */
  readMergeMs: integer('GONG_READ_MERGE_MS', 250, [0, 10_000], 'ms'),
  /** Legacy paths only: `true` if Gong imports your dialer calls. Contacts and leads must then have a `phoneNumber`. */
  requirePhone: flag('GONG_REQUIRE_PHONE', false),
};

/** A refresh token, with which access tokens are renewed. */
export interface OauthCredentials {
  readonly kind: 'oauth';
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  readonly tokenUrl: string;
}

export type GongCredentials = FixedCredentials | OauthCredentials;

/** All settings of the client but the address and the credentials. */
export interface GongDefaults extends SettingsOf<typeof CLIENT_SETTINGS> {
  /** How many gateways share the budget in Redis. Each keeps to its part while Redis is unavailable. */
  readonly replicas: number;
}

export interface GongClientSettings extends GongDefaults {
  readonly baseUrl: string;
  readonly credentials: GongCredentials;
}

/**
 * @param access without problems
 * @returns `null` if no credentials are set
 */
export function gongSettings(access: AccessSettings, defaults: GongDefaults): GongClientSettings | null {
  const credentials = credentialsOf(access);
  return access.baseUrl === null || credentials === null
    ? null
    : { baseUrl: access.baseUrl, credentials, ...defaults };
}

function credentialsOf(access: AccessSettings): GongCredentials | null {
  const { accessKey, accessKeySecret, token, clientId, clientSecret, refreshToken, tokenUrl } = access;
  if (clientId !== null && clientSecret !== null && refreshToken !== null)
    return { kind: 'oauth', clientId, clientSecret, refreshToken, tokenUrl };
  if (token !== null) return { kind: 'bearer', token };
  if (accessKey !== null && accessKeySecret !== null) return { kind: 'basic', accessKey, accessKeySecret };
  return null;
}

const OAUTH_NAMES = ['clientId', 'clientSecret', 'refreshToken'] as const;
const CREDENTIAL_NAMES = ['accessKey', 'accessKeySecret', 'token', ...OAUTH_NAMES] as const;

export function gongProblems(access: AccessSettings, isProduction: boolean): EnvironmentProblem[] {
  const credentials = access.mode === 'passthrough' ? strayCredentials(access) : halfCredentials(access);
  return [...credentials, ...emulatorProblems(access, isProduction)];
}

/** Credentials of the gateway would never be used: whoever set them meant something else. */
function strayCredentials(access: AccessSettings): EnvironmentProblem[] {
  return CREDENTIAL_NAMES.filter((name) => access[name] !== null).map((name) => ({
    variable: ACCESS_SETTINGS[name].variable,
    needed: 'nothing, since GONG_CREDENTIALS is passthrough and callers bring their own',
    got: 'a value (not shown)',
  }));
}

/** An incomplete set of credentials is a mistake, never a reason to fall back to the emulator. */
function halfCredentials(access: AccessSettings): EnvironmentProblem[] {
  const problems: EnvironmentProblem[] = [];
  const report = (variable: string, needed: string, got: string) => problems.push({ variable, needed, got });
  const key = access.accessKey !== null;
  const keySecret = access.accessKeySecret !== null;
  const token = access.token !== null;
  const oauth = OAUTH_NAMES.some((name) => access[name] !== null);
  const credentials = key || keySecret || token || oauth;

  if (token && (key || keySecret)) {
    report('GONG_BEARER_TOKEN', 'either a bearer token or an access key, not both', 'both');
  }
  if (oauth && (token || key || keySecret)) {
    report('GONG_OAUTH_CLIENT_ID', 'OAuth, a bearer token or an access key, not two of them', 'two');
  }
  for (const name of OAUTH_NAMES) {
    if (oauth && access[name] === null)
      report(ACCESS_SETTINGS[name].variable, 'all three of OAuth, since one is set', 'nothing');
  }
  if (key && !keySecret)
    report('GONG_ACCESS_KEY_SECRET', 'the secret that belongs to GONG_ACCESS_KEY', 'nothing');
  if (keySecret && !key)
    report('GONG_ACCESS_KEY', 'the key that belongs to GONG_ACCESS_KEY_SECRET', 'nothing');
  if (credentials && access.baseUrl === null) {
    report('GONG_BASE_URL', "your company's API address, since credentials are set", 'nothing');
  }
  if (access.baseUrl !== null && !credentials) {
    report(
      'GONG_ACCESS_KEY',
      'GONG_ACCESS_KEY with GONG_ACCESS_KEY_SECRET, GONG_BEARER_TOKEN, or the three of OAuth, since GONG_BASE_URL is ' +
        'set (or GONG_CREDENTIALS=passthrough, where callers bring their own)',
      'nothing',
    );
  }
  return problems;
}

function emulatorProblems(access: AccessSettings, isProduction: boolean): EnvironmentProblem[] {
  const problems: EnvironmentProblem[] = [];
  const configured = access.baseUrl !== null || CREDENTIAL_NAMES.some((name) => access[name] !== null);
  if (access.emulator && configured) {
    const needed = 'false (or unset), since credentials or a base URL for Gong are set';
    problems.push({ variable: 'GONG_EMULATOR', needed, got: '"true"' });
  }
  if (isProduction && !configured && !access.emulator) {
    const what =
      access.mode === 'passthrough' ? "your company's API address" : 'an address and credentials for Gong';
    const needed = `${what} (or GONG_EMULATOR=true to run production on the emulator)`;
    problems.push({ variable: 'GONG_BASE_URL', needed, got: 'nothing' });
  }
  return problems;
}
