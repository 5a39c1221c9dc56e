import { z } from 'zod';
import { AUTH_SETTINGS, authProblems, authSettings } from './auth/settings.js';
import {
  type Environment,
  EnvironmentError,
  flag,
  integer,
  listOf,
  oneOf,
  readEnvironment,
  setting,
  settingsIn,
  withSecretFiles,
} from './env.js';
import {
  ACCESS_SETTINGS,
  CLIENT_SETTINGS,
  type GongDefaults,
  gongProblems,
  gongSettings,
  INTEGRATION_SETTINGS,
} from './gong/settings.js';
import { CUSTOM_FIELD_SETTINGS } from './graphql/settings.js';
import { LOG_LEVELS } from './log.js';
import { WATCH_SETTINGS, watchSettings } from './requests/settings.js';
import { MIN_SECRET_CHARS } from './secrets.js';
import { EXPOSURE_SETTINGS, exposureProblems, exposureSettings } from './server/exposure.js';
import { CONSOLE_SETTINGS } from './server/http/console.js';
import { allowedHosts, HOST_SETTINGS } from './server/http/hosts.js';
import { ANSWER_SETTINGS } from './server/http/settings.js';
import { EXECUTOR_SETTINGS } from './server/operations/executor.js';
import { LIMIT_SETTINGS } from './server/operations/limits.js';
import { TRUSTED_SETTINGS, trustedProblems } from './server/operations/trusted-documents.js';
import { STREAM_SETTINGS } from './server/streams/settings.js';
import { STORE_SETTINGS, storeProblems } from './store/settings.js';
import { TELEMETRY_SETTINGS, tracingSettings } from './telemetry/settings.js';
import { PASSTHROUGH_SETTINGS } from './tenants/settings.js';
import { WEBHOOK_SETTINGS, webhookProblems } from './webhooks/settings.js';
import { JOURNAL_SETTINGS, journalProblems } from './writes/journal/settings.js';
import { QUEUE_SETTINGS, queueSettings } from './writes/queue/settings.js';
import { UPLOAD_LIMITS, UPLOAD_SETTINGS } from './writes/settings.js';

const HOST = z.string().regex(/^\S+$/, 'a host name or address');
const ORIGIN_LIST = listOf(
  z.string().refine(isOrigin),
  'origins such as https://app.example.com, separated by commas',
);
const REDIS_URL = z
  .string()
  .refine(isRedisUrl, 'an address such as redis://127.0.0.1:6379, or rediss:// for TLS')
  .refine(hasNoShortPassword, `an address whose password has at least ${MIN_SECRET_CHARS} characters`);
const KEY_PREFIX = z.string().regex(/^[A-Za-z0-9:._-]{1,100}$/, 'letters, digits, ":", ".", "_" and "-"');

const GATEWAY_SETTINGS = {
  /** `production` turns off EXPLORER and INTROSPECTION unless they are set, and requires Gong or GONG_EMULATOR=true. */
  environment: setting('NODE_ENV', z.string()),
  /** Port on which the gateway listens; 0 takes a free one. */
  port: integer('PORT', 4000, [0, 65_535]),
  /** Address on which the gateway listens: 127.0.0.1 for this machine alone, 0.0.0.0 for every network interface. */
  host: setting('HOST', HOST, { default: '127.0.0.1' }),
  /** Least severe level that is logged: `fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`. */
  logLevel: setting('LOG_LEVEL', oneOf(LOG_LEVELS), { default: 'info' }),
  /** Origins whose pages may call the gateway from a browser, separated by commas, for example https://app.example.com */
  corsOrigins: setting('CORS_ORIGINS', ORIGIN_LIST),
  /**
   * Whether the gateway is a subgraph of Apollo Federation: routers can look up the objects that other subgraphs refer to.
   * The root fields `_service` and `_entities` are added.
   */
  federation: flag('FEDERATION', false),
};

const REPLICA_SETTINGS = {
  /**
   * Redis that the replicas share, for example redis://127.0.0.1:6379, or rediss:// for TLS. Without it each process works
   * alone.
   */
  redisUrl: setting('REDIS_URL', REDIS_URL, { secret: true }),
  /** Prefix of every key in Redis, so that other programs can use the same Redis. */
  keyPrefix: setting('REDIS_KEY_PREFIX', KEY_PREFIX, { default: 'gong-crm-graphql:' }),
  /** Number of replicas. Each keeps to its part of the limits while they cannot reach Redis. */
  replicas: integer('REPLICAS', 1, [1, 1_000]),
};

const SHUTDOWN_SETTINGS = {
  /** On SIGTERM: how long `/ready` answers 503 before the gateway stops accepting requests. */
  delayMs: integer('SHUTDOWN_DELAY_MS', 0, [0, 600_000], 'ms'),
  /** After that: how long requests in progress may take to finish. */
  graceMs: integer('SHUTDOWN_GRACE_MS', 30_000, [0, 3_600_000], 'ms'),
};

/** Every setting of the gateway, by room. */
export const CONFIG_TABLES = {
  gateway: GATEWAY_SETTINGS,
  hosts: HOST_SETTINGS,
  exposure: EXPOSURE_SETTINGS,
  console: CONSOLE_SETTINGS,
  auth: AUTH_SETTINGS,
  access: ACCESS_SETTINGS,
  client: CLIENT_SETTINGS,
  integration: INTEGRATION_SETTINGS,
  passthrough: PASSTHROUGH_SETTINGS,
  replicas: REPLICA_SETTINGS,
  store: STORE_SETTINGS,
  watch: WATCH_SETTINGS,
  journal: JOURNAL_SETTINGS,
  webhooks: WEBHOOK_SETTINGS,
  streams: STREAM_SETTINGS,
  telemetry: TELEMETRY_SETTINGS,
  shutdown: SHUTDOWN_SETTINGS,
  limits: LIMIT_SETTINGS,
  execution: EXECUTOR_SETTINGS,
  customFields: CUSTOM_FIELD_SETTINGS,
  answers: ANSWER_SETTINGS,
  trustedDocuments: TRUSTED_SETTINGS,
  queue: QUEUE_SETTINGS,
  uploads: UPLOAD_SETTINGS,
  uploadLimits: UPLOAD_LIMITS,
};

const SETTINGS = settingsIn(CONFIG_TABLES);
const SECRETS = SETTINGS.filter(({ secret }) => secret).map(({ variable }) => variable);

export const CONFIG_VARIABLES: readonly string[] = [
  ...SETTINGS.map(({ variable }) => variable),
  ...SECRETS.map((name) => `${name}_FILE`),
];

export type Config = ReturnType<typeof readConfig>;

/**
 * Reads the settings of the gateway, once at start.
 *
 * @throws EnvironmentError naming every variable at fault, what was needed and what was got
 */
export function readConfig(environment: Environment) {
  const values = readEnvironment(CONFIG_TABLES, withSecretFiles(environment, SECRETS));
  const { gateway, access, replicas, telemetry } = values;
  const isProduction = gateway.environment === 'production';
  const problems = [
    ...authProblems(values.auth, { host: gateway.host, gong: access }),
    ...gongProblems(access, isProduction),
    ...trustedProblems(values.trustedDocuments),
    ...exposureProblems(values.exposure, values.auth.mode),
    ...webhookProblems(values.webhooks),
    ...journalProblems(values.journal, values.webhooks),
    ...storeProblems(values.store.dataDir, replicas.redisUrl !== null),
  ];
  if (problems.length > 0) throw new EnvironmentError(problems);
  const auth = authSettings(values.auth);
  const gongDefaults: GongDefaults = { ...values.client, replicas: replicas.replicas };
  const { baseUrl } = access;
  return Object.freeze({
    port: gateway.port,
    host: gateway.host,
    logLevel: gateway.logLevel,
    production: isProduction,
    exposure: exposureSettings(values.exposure, isProduction),
    ...values.console,
    /** Origins that browsers may call from, in addition to Apollo's own tools. */
    corsOrigins: gateway.corsOrigins ?? [],
    federation: gateway.federation,
    allowedHosts: allowedHosts(values.hosts.allowedHosts, { host: gateway.host, auth }),
    auth,
    /** `null` if no credentials are set: callers bring their own, or the emulator takes the place of Gong. */
    gong: gongSettings(access, gongDefaults),
    /** Set if callers bring their own credentials for Gong. `baseUrl: null`: the emulator takes the place of Gong. */
    passthrough: access.mode === 'passthrough' ? { baseUrl, limits: values.passthrough } : null,
    gongDefaults,
    /** `null` if this process works alone. */
    redis: replicas.redisUrl === null ? null : { url: replicas.redisUrl, keyPrefix: replicas.keyPrefix },
    ...values.integration,
    /** `null` if nothing is kept on disk. */
    dataDir: values.store.dataDir,
    watch: watchSettings(values.watch, gongDefaults),
    watchLeaseMs: values.watch.leaseMs,
    journal: values.journal,
    webhooks: values.webhooks,
    streams: values.streams,
    serveMetrics: telemetry.metrics,
    /** `null` if there is no collector of traces. */
    tracing: tracingSettings(telemetry),
    shutdownDelayMs: values.shutdown.delayMs,
    shutdownGraceMs: values.shutdown.graceMs,
    limits: values.limits,
    execution: values.execution,
    customFields: values.customFields,
    answers: values.answers,
    trustedDocuments: values.trustedDocuments,
    queue: queueSettings(values.queue),
    uploads: values.uploads,
    uploadLimits: values.uploadLimits,
  });
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
