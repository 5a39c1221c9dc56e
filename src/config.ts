import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { AUTH_VARIABLES, authProblems, authSettings } from './auth/auth-variables.js';
import type { AuthSettings } from './auth/authenticator.js';
import {
  type Environment,
  EnvironmentError,
  type EnvironmentProblem,
  flag,
  integer,
  readEnvironment,
  withSecretFiles,
} from './env.js';
import { isBaseUrl, isCredentialUrl } from './gong/base-url.js';
import { API_DIALECTS, type GongClientSettings, type GongCredentials } from './gong/types.js';
import { LOG_LEVELS, type LogLevel } from './log.js';
import type { RedisSettings } from './redis.js';
import { WATCH_VARIABLES, watchSettings } from './requests/watch-variables.js';
import type { WatchSettings } from './requests/watcher.js';
import { LIMIT_VARIABLES, type OperationLimits, operationLimits } from './server/operation-limits.js';
import type { StreamSettings } from './server/stream-limits.js';
import { STREAM_VARIABLES, streamSettings } from './server/stream-variables.js';
import { TRUSTED_MODES, type TrustedMode } from './server/trusted-documents.js';
import type { TracingSettings } from './telemetry/otlp-tracer.js';
import { TELEMETRY_VARIABLES, tracingSettings } from './telemetry/telemetry-variables.js';
import type { UploadEngineSettings } from './uploads/engine/types.js';

/** Everything the gateway can be told, read once at start. Units are in the names. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly logLevel: LogLevel;
  readonly production: boolean;
  /** Origins beside Apollo's own tools that browsers may call from. */
  readonly corsOrigins: readonly string[];
  /** How callers prove who they are. */
  readonly auth: AuthSettings;
  /** `null`: no credentials are set, the emulator takes Gong's place. */
  readonly gong: GongClientSettings | null;
  /** The same, but for where Gong is and who asks: what a client of the embedded emulator uses. */
  readonly gongDefaults: Omit<GongClientSettings, 'baseUrl' | 'credentials'>;
  /** What replicas share lives there; `null`: this process is alone. */
  readonly redis: RedisSettings | null;
  /** Whether `phoneNumber` is mandatory for contacts and leads, as where Gong imports dialer calls. */
  readonly requirePhone: boolean;
  readonly uploads: UploadEngineSettings;
  readonly watch: WatchSettings;
  /** How long a replica may be silent before another polls in its place. */
  readonly watchLeaseMs: number;
  readonly streams: StreamSettings;
  /** Whether `/metrics` is served. */
  readonly serveMetrics: boolean;
  /** `null`: nobody collects traces. */
  readonly tracing: TracingSettings | null;
  /** How long `/ready` says no before a signal closes the door. */
  readonly shutdownDelayMs: number;
  /** What requests under way then get. */
  readonly shutdownGraceMs: number;
  readonly limits: OperationLimits;
  /** The file of trusted operations, and what becomes of others. */
  readonly trustedDocuments: { readonly path: string | null; readonly mode: TrustedMode };
}

const SECRETS = new Set([
  'GONG_ACCESS_KEY',
  'GONG_ACCESS_KEY_SECRET',
  'GONG_BEARER_TOKEN',
  'GONG_OAUTH_CLIENT_SECRET',
  'GONG_OAUTH_REFRESH_TOKEN',
  'REDIS_URL',
  'AUTH_API_KEYS',
  'OTEL_EXPORTER_OTLP_HEADERS',
]);

/** Printable, without spaces: nothing that could end or extend an HTTP header. */
const secret = z
  .string()
  .regex(/^[\x21-\x7e]{1,4096}$/, 'printable ASCII characters without spaces')
  .optional();

/** Of a file that holds a secret. */
const path = z.string().optional();

const VARIABLES = z.object({
  NODE_ENV: z.string().optional(),
  PORT: integer({ min: 0, max: 65_535, default: 4000 }),
  HOST: z.string().regex(/^\S+$/, 'a host name or address').default('127.0.0.1'),
  LOG_LEVEL: z.enum(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`).default('info'),
  CORS_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .refine(
      (origins) => origins.every(isOrigin),
      'origins such as https://app.example.com, separated by commas',
    )
    .default([]),
  ...AUTH_VARIABLES,
  GONG_BASE_URL: z
    .string()
    .refine(
      isBaseUrl,
      'an origin such as https://us-12345.api.gong.io: https (http for this machine only), no user, path or query',
    )
    .transform((text) => new URL(text).origin)
    .optional(),
  GONG_ACCESS_KEY: secret,
  GONG_ACCESS_KEY_SECRET: secret,
  GONG_BEARER_TOKEN: secret,
  GONG_OAUTH_CLIENT_ID: secret,
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
  REDIS_URL_FILE: path,
  AUTH_API_KEYS_FILE: path,
  OTEL_EXPORTER_OTLP_HEADERS_FILE: path,
  GONG_EMULATOR: flag(false),
  GONG_API_DIALECT: z.enum(API_DIALECTS, `one of ${API_DIALECTS.join(', ')}`).default('current'),
  GONG_TIMEOUT_MS: integer({ min: 100, max: 600_000, default: 30_000 }),
  GONG_UPLOAD_TIMEOUT_MS: integer({ min: 100, max: 3_600_000, default: 900_000 }),
  GONG_MAX_RESPONSE_BYTES: integer({ min: 1024, max: 1_073_741_824, default: 8_388_608 }),
  GONG_CALLS_PER_SECOND: integer({ min: 0, max: 10_000, default: 3 }),
  GONG_CALLS_PER_DAY: integer({ min: 0, max: 1_000_000, default: 10_000 }),
  GONG_POLL_DAY_SHARE: integer({ min: 0, max: 100, default: 50 }),
  GONG_BREAKER_OPEN_MS: integer({ min: 1, max: 600_000, default: 30_000 }),
  REDIS_URL: z
    .string()
    .refine(isRedisUrl, 'an address such as redis://127.0.0.1:6379, or rediss:// for TLS')
    .optional(),
  REDIS_KEY_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9:._-]{1,100}$/, 'letters, digits, ":", ".", "_" and "-"')
    .default('gong-crm-graphql:'),
  REPLICAS: integer({ min: 1, max: 1_000, default: 1 }),
  GONG_QUEUE_MAX_MS: integer({ min: 0, max: 600_000, default: 30_000 }),
  GONG_REQUIRE_PHONE: flag(false),
  ...WATCH_VARIABLES,
  ...STREAM_VARIABLES,
  ...TELEMETRY_VARIABLES,
  SHUTDOWN_DELAY_MS: integer({ min: 0, max: 600_000, default: 0 }),
  SHUTDOWN_GRACE_MS: integer({ min: 0, max: 3_600_000, default: 30_000 }),
  ...LIMIT_VARIABLES,
  TRUSTED_DOCUMENTS: z.string().optional(),
  TRUSTED_DOCUMENTS_MODE: z.enum(TRUSTED_MODES, `one of ${TRUSTED_MODES.join(', ')}`).default('off'),
  UPLOAD_SPOOL_DIR: z.string().default(join(tmpdir(), 'gong-crm-graphql-spool')),
  UPLOAD_MAX_BYTES: integer({ min: 1024, max: 1_000_000_000_000, default: 2_147_483_648 }),
  UPLOAD_MAX_INFLATED_BYTES: integer({ min: 1024, max: 1_000_000_000_000, default: 2_147_483_648 }),
  UPLOAD_MAX_LINE_BYTES: integer({ min: 64, max: 100_000_000, default: 1_048_576 }),
  UPLOAD_MAX_PART_BYTES: integer({ min: 1024, max: 209_715_200, default: 200_000_000 }),
  UPLOAD_MAX_LISTED_PROBLEMS: integer({ min: 1, max: 100_000, default: 1000 }),
  UPLOAD_MAX_CONCURRENT: integer({ min: 1, max: 64, default: 2 }),
});

type Variables = z.output<typeof VARIABLES>;

/** The names of all of them. */
export const CONFIG_VARIABLES: readonly string[] = Object.keys(VARIABLES.shape);

/** @throws EnvironmentError naming every variable at fault, what was needed and what was got */
export function readConfig(environment: Environment): Config {
  const variables = readEnvironment(VARIABLES, withSecretFiles(environment, SECRETS), SECRETS);
  const problems = [...authProblems(variables), ...credentialProblems(variables)];
  if (problems.length > 0) throw new EnvironmentError(problems);
  const gongDefaults = {
    dialect: variables.GONG_API_DIALECT,
    timeoutMs: variables.GONG_TIMEOUT_MS,
    uploadTimeoutMs: variables.GONG_UPLOAD_TIMEOUT_MS,
    maxResponseBytes: variables.GONG_MAX_RESPONSE_BYTES,
    callsPerSecond: variables.GONG_CALLS_PER_SECOND,
    queueMaxMs: variables.GONG_QUEUE_MAX_MS,
    callsPerDay: variables.GONG_CALLS_PER_DAY,
    pollDayShare: variables.GONG_POLL_DAY_SHARE,
    breakerOpenMs: variables.GONG_BREAKER_OPEN_MS,
    replicas: variables.REPLICAS,
  };
  const credentials = credentialsOf(variables);
  return Object.freeze({
    port: variables.PORT,
    host: variables.HOST,
    logLevel: variables.LOG_LEVEL,
    production: variables.NODE_ENV === 'production',
    corsOrigins: variables.CORS_ORIGINS,
    auth: authSettings(variables),
    gong:
      variables.GONG_BASE_URL === undefined || credentials === null
        ? null
        : { baseUrl: variables.GONG_BASE_URL, credentials, ...gongDefaults },
    gongDefaults,
    redis:
      variables.REDIS_URL === undefined
        ? null
        : { url: variables.REDIS_URL, keyPrefix: variables.REDIS_KEY_PREFIX },
    requirePhone: variables.GONG_REQUIRE_PHONE,
    watch: watchSettings(variables, gongDefaults),
    watchLeaseMs: variables.WATCH_LEASE_MS,
    streams: streamSettings(variables),
    serveMetrics: variables.METRICS,
    tracing: tracingSettings(variables),
    shutdownDelayMs: variables.SHUTDOWN_DELAY_MS,
    shutdownGraceMs: variables.SHUTDOWN_GRACE_MS,
    limits: operationLimits(variables),
    trustedDocuments: { path: variables.TRUSTED_DOCUMENTS ?? null, mode: variables.TRUSTED_DOCUMENTS_MODE },
    uploads: {
      spoolDir: variables.UPLOAD_SPOOL_DIR,
      maxBytes: variables.UPLOAD_MAX_BYTES,
      maxInflatedBytes: variables.UPLOAD_MAX_INFLATED_BYTES,
      maxLineBytes: variables.UPLOAD_MAX_LINE_BYTES,
      maxPartBytes: variables.UPLOAD_MAX_PART_BYTES,
      maxListedProblems: variables.UPLOAD_MAX_LISTED_PROBLEMS,
      maxConcurrent: variables.UPLOAD_MAX_CONCURRENT,
    },
  });
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

/** Half a set of credentials is a mistake, never a reason to fall back to the emulator. */
function credentialProblems(variables: Variables): EnvironmentProblem[] {
  const problems: EnvironmentProblem[] = [];
  const report = (variable: string, needed: string, got: string) => problems.push({ variable, needed, got });
  const key = variables.GONG_ACCESS_KEY !== undefined;
  const keySecret = variables.GONG_ACCESS_KEY_SECRET !== undefined;
  const token = variables.GONG_BEARER_TOKEN !== undefined;
  const baseUrl = variables.GONG_BASE_URL !== undefined;
  const oauthNames = [
    'GONG_OAUTH_CLIENT_ID',
    'GONG_OAUTH_CLIENT_SECRET',
    'GONG_OAUTH_REFRESH_TOKEN',
  ] as const;
  const oauth = oauthNames.some((name) => variables[name] !== undefined);

  if (token && (key || keySecret)) {
    report('GONG_BEARER_TOKEN', 'either a bearer token or an access key, not both', 'both');
  }
  if (oauth && (token || key || keySecret)) {
    report('GONG_OAUTH_CLIENT_ID', 'OAuth, a bearer token or an access key, not two of them', 'two');
  }
  for (const name of oauthNames) {
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
      'GONG_ACCESS_KEY with GONG_ACCESS_KEY_SECRET, GONG_BEARER_TOKEN, or the three of OAuth, since GONG_BASE_URL is set',
      'nothing',
    );
  }
  if (variables.TRUSTED_DOCUMENTS_MODE !== 'off' && variables.TRUSTED_DOCUMENTS === undefined) {
    report(
      'TRUSTED_DOCUMENTS',
      'the file of trusted operations, since TRUSTED_DOCUMENTS_MODE is set',
      'nothing',
    );
  }
  const configured = key || keySecret || token || oauth || baseUrl;
  if (variables.GONG_EMULATOR && configured) {
    report('GONG_EMULATOR', 'false (or unset), since credentials or a base URL for Gong are set', '"true"');
  }
  if (variables.NODE_ENV === 'production' && !configured && !variables.GONG_EMULATOR) {
    report(
      'GONG_BASE_URL',
      'an address and credentials for Gong (or GONG_EMULATOR=true to run production on the emulator)',
      'nothing',
    );
  }
  return problems;
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

function isRedisUrl(text: string): boolean {
  return URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol) && new URL(text).hostname !== '';
}
