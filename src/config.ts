import { z } from 'zod';
import type { AuthSettings } from './auth/authenticator.js';
import { AUTH_VARIABLES, authProblems, authSettings } from './auth/settings.js';
import {
  type Environment,
  EnvironmentError,
  type EnvironmentProblem,
  integer,
  readEnvironment,
  withSecretFiles,
} from './env.js';
import {
  GONG_SECRETS,
  GONG_VARIABLES,
  type GongDefaults,
  gongDefaults,
  gongProblems,
  gongSettings,
} from './gong/settings.js';
import type { GongClientSettings } from './gong/types.js';
import { LOG_LEVELS, type LogLevel } from './log.js';
import type { RedisSettings } from './redis.js';
import { WATCH_VARIABLES, watchSettings } from './requests/settings.js';
import type { WatchSettings } from './requests/watcher.js';
import { MIN_SECRET_CHARS } from './secrets.js';
import { type AllowedHosts, allowedHosts, HOST_VARIABLES } from './server/http/hosts.js';
import { ANSWER_VARIABLES, type AnswerLimits, answerLimits } from './server/http/settings.js';
import { LIMIT_VARIABLES, type OperationLimits, operationLimits } from './server/operations/limits.js';
import { TRUSTED_MODES, type TrustedMode } from './server/operations/trusted-documents.js';
import type { StreamSettings } from './server/streams/limits.js';
import { STREAM_VARIABLES, streamSettings } from './server/streams/settings.js';
import type { TracingSettings } from './telemetry/otlp-tracer.js';
import { TELEMETRY_VARIABLES, tracingSettings } from './telemetry/settings.js';
import { PASSTHROUGH_VARIABLES, type PassthroughSettings, passthroughSettings } from './tenants/settings.js';
import type { UploadEngineSettings } from './writes/engine/types.js';
import { UPLOAD_VARIABLES, type UploadLimits, uploadLimits, uploadSettings } from './writes/settings.js';

/** Everything the gateway can be told, read once at start. Units are in the names. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly logLevel: LogLevel;
  readonly production: boolean;
  /** Origins beside Apollo's own tools that browsers may call from. */
  readonly corsOrigins: readonly string[];
  /** What the `Host` of a request may be. */
  readonly allowedHosts: AllowedHosts;
  /** How callers prove who they are. */
  readonly auth: AuthSettings;
  /** `null`: no credentials are set: callers bring their own, or the emulator takes Gong's place. */
  readonly gong: GongClientSettings | null;
  /** Callers bring credentials of their own for Gong; `null`: they are served with the gateway's. */
  readonly passthrough: PassthroughSettings | null;
  /** The same, but for where Gong is and who asks. */
  readonly gongDefaults: GongDefaults;
  /** What replicas share lives there; `null`: this process is alone. */
  readonly redis: RedisSettings | null;
  /** Whether `phoneNumber` is mandatory for contacts and leads on the legacy paths, as where Gong imports dialer calls. */
  readonly requirePhone: boolean;
  /** How long schemas and the active integration are cached. 0: not at all. */
  readonly cacheTtlMs: number;
  readonly uploads: UploadEngineSettings;
  readonly uploadLimits: UploadLimits;
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
  /** What answers may cost in memory. */
  readonly answers: AnswerLimits;
  /** The file of trusted operations, and what becomes of others. */
  readonly trustedDocuments: { readonly path: string | null; readonly mode: TrustedMode };
}

const SECRETS = new Set<string>([
  ...GONG_SECRETS,
  'REDIS_URL',
  'AUTH_API_KEYS',
  'OTEL_EXPORTER_OTLP_HEADERS',
]);

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
  ...HOST_VARIABLES,
  ...AUTH_VARIABLES,
  ...GONG_VARIABLES,
  ...PASSTHROUGH_VARIABLES,
  REDIS_URL_FILE: path,
  AUTH_API_KEYS_FILE: path,
  OTEL_EXPORTER_OTLP_HEADERS_FILE: path,
  REDIS_URL: z
    .string()
    .refine(isRedisUrl, 'an address such as redis://127.0.0.1:6379, or rediss:// for TLS')
    .refine(hasNoShortPassword, `an address whose password has at least ${MIN_SECRET_CHARS} characters`)
    .optional(),
  REDIS_KEY_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9:._-]{1,100}$/, 'letters, digits, ":", ".", "_" and "-"')
    .default('gong-crm-graphql:'),
  REPLICAS: integer({ min: 1, max: 1_000, default: 1 }),
  ...WATCH_VARIABLES,
  ...STREAM_VARIABLES,
  ...TELEMETRY_VARIABLES,
  SHUTDOWN_DELAY_MS: integer({ min: 0, max: 600_000, default: 0 }),
  SHUTDOWN_GRACE_MS: integer({ min: 0, max: 3_600_000, default: 30_000 }),
  ...LIMIT_VARIABLES,
  ...ANSWER_VARIABLES,
  TRUSTED_DOCUMENTS: z.string().optional(),
  TRUSTED_DOCUMENTS_MODE: z.enum(TRUSTED_MODES, `one of ${TRUSTED_MODES.join(', ')}`).default('off'),
  ...UPLOAD_VARIABLES,
});

type Variables = z.output<typeof VARIABLES>;

/** The names of all of them. */
export const CONFIG_VARIABLES: readonly string[] = Object.keys(VARIABLES.shape);

/** @throws EnvironmentError naming every variable at fault, what was needed and what was got */
export function readConfig(environment: Environment): Config {
  const variables = readEnvironment(VARIABLES, withSecretFiles(environment, SECRETS), SECRETS);
  const problems = [...authProblems(variables), ...gongProblems(variables), ...documentProblems(variables)];
  if (problems.length > 0) throw new EnvironmentError(problems);
  const defaults = gongDefaults(variables);
  const auth = authSettings(variables);
  return Object.freeze({
    port: variables.PORT,
    host: variables.HOST,
    logLevel: variables.LOG_LEVEL,
    production: variables.NODE_ENV === 'production',
    corsOrigins: variables.CORS_ORIGINS,
    allowedHosts: allowedHosts(variables.ALLOWED_HOSTS, { host: variables.HOST, auth }),
    auth,
    gong: gongSettings(variables, defaults),
    passthrough: passthroughSettings(variables),
    gongDefaults: defaults,
    redis:
      variables.REDIS_URL === undefined
        ? null
        : { url: variables.REDIS_URL, keyPrefix: variables.REDIS_KEY_PREFIX },
    requirePhone: variables.GONG_REQUIRE_PHONE,
    cacheTtlMs: variables.GONG_CACHE_TTL_MS,
    watch: watchSettings(variables, defaults),
    watchLeaseMs: variables.WATCH_LEASE_MS,
    streams: streamSettings(variables),
    serveMetrics: variables.METRICS,
    tracing: tracingSettings(variables),
    shutdownDelayMs: variables.SHUTDOWN_DELAY_MS,
    shutdownGraceMs: variables.SHUTDOWN_GRACE_MS,
    limits: operationLimits(variables),
    answers: answerLimits(variables),
    trustedDocuments: { path: variables.TRUSTED_DOCUMENTS ?? null, mode: variables.TRUSTED_DOCUMENTS_MODE },
    uploads: uploadSettings(variables),
    uploadLimits: uploadLimits(variables),
  });
}

function documentProblems(variables: Variables): EnvironmentProblem[] {
  if (variables.TRUSTED_DOCUMENTS_MODE === 'off' || variables.TRUSTED_DOCUMENTS !== undefined) return [];
  const needed = 'the file of trusted operations, since TRUSTED_DOCUMENTS_MODE is set';
  return [{ variable: 'TRUSTED_DOCUMENTS', needed, got: 'nothing' }];
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

function isRedisUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return /^rediss?:$/.test(protocol) && hostname !== '' && isDecodable(username + password);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function hasNoShortPassword(url: string): boolean {
  const password = URL.canParse(url) ? new URL(url).password.replace(/%[0-9a-f]{2}/gi, '*') : '';
  return password === '' || password.length >= MIN_SECRET_CHARS;
}
