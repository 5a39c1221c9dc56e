import type { Logger } from 'pino';
import { type Config, readConfig } from './config.js';
import { type Emulator, startEmulator } from './emulator/emulator.js';
import {
  DEFAULT_EMULATOR_SETTINGS,
  type EmulatorSettings,
  readEmulatorSettings,
} from './emulator/settings.js';
import { type Environment, EnvironmentError } from './env.js';
import { createGongClient } from './gong/client.js';
import { authorization } from './gong/errors.js';
import type { GongClientSettings, GongCredentials } from './gong/types.js';
import { createLogger } from './log.js';
import { onParentGone } from './parent.js';
import { createRedis } from './redis.js';
import { createRedisBackend } from './requests/redis-backend.js';
import { createMemoryBackend } from './requests/watch-backend.js';
import { createSecrets } from './secrets.js';
import { startGateway } from './server/gateway.js';
import { readTrustedDocuments } from './server/trusted-documents.js';
import { endInGoodOrder } from './shutdown.js';
import { createMetrics } from './telemetry/metrics.js';
import type { TracingSettings } from './telemetry/otlp-tracer.js';
import { type Tracer, untraced } from './telemetry/tracer.js';
import type { GongAccess } from './tenants/access.js';
import type { PassthroughLimits } from './tenants/callers-tenants.js';
import { createProgressBoard } from './uploads/progress-board.js';

/** Reads the environment, wires the parts, listens, and stops on a signal. */

type EmulatorKey = Pick<EmulatorSettings, 'accessKey' | 'accessKeySecret'>;

/** Of a client for callers who bring credentials of their own. */
type Unauthorized = Omit<GongClientSettings, 'credentials'> & { readonly limits: PassthroughLimits };

async function main(environment: Environment): Promise<void> {
  const { config, emulatorSettings } = readSettings(environment);
  const emulator = emulatorSettings === null ? null : await startEmulator(emulatorSettings, emulatorSettings);
  const upstream = upstreamOf(config, emulator, emulatorSettings);
  const secrets = createSecrets([
    ...('credentials' in upstream ? secretsOf(upstream.credentials) : []),
    ...passwordOf(config.redis?.url),
    ...headerSecrets(config.tracing),
  ]);
  const logger = createLogger({
    level: config.logLevel,
    pretty: process.stdout.isTTY === true,
    secrets,
  });
  const metrics = config.serveMetrics ? createMetrics({ processMetrics: true }) : undefined;
  const tracer = await createTracer(config.tracing, logger);
  const redis = config.redis === null ? undefined : createRedis(config.redis, logger);
  const access: GongAccess =
    'credentials' in upstream
      ? {
          kind: 'configured',
          gong: createGongClient(upstream, {
            logger,
            redis,
            observer: metrics?.observer,
            tracer,
            onSecrets: (more) => void secrets.add(more),
          }),
        }
      : { kind: 'passthrough', client: upstream, limits: upstream.limits, redis, secrets };
  const watchBackend =
    redis === undefined ? createMemoryBackend() : createRedisBackend({ redis, leaseMs: config.watchLeaseMs });
  const gateway = await startGateway(access, logger, {
    ...config,
    dialect: upstream.dialect,
    // Plain http is allowed to this machine alone, and Gong is not on it.
    upstream: upstream.baseUrl.startsWith('http:') ? 'emulator' : 'gong',
    explorerHeaders: config.passthrough === null ? undefined : explorerHeaders(emulatorSettings),
    trusted: trustedDocuments(config),
    watchBackend,
    progressBoard: createProgressBoard(redis),
    metrics,
    tracer,
    redis,
  });

  const stop = endInGoodOrder({
    logger,
    delayMs: config.shutdownDelayMs,
    graceMs: config.shutdownGraceMs,
    unready: gateway.unready,
    async close() {
      await gateway.close();
      if (access.kind === 'configured') await access.gong.close();
      redis?.disconnect();
      await emulator?.close();
      await tracer.close();
    },
  });
  if (environment.npm_lifecycle_event !== undefined) onParentGone(stop);
  process.stdout.write(`${welcome(gateway.url, config, emulator, emulatorSettings)}\n`);
}

/** Loaded only where it is wanted, for it is heavy. */
async function createTracer(settings: TracingSettings | null, logger: Logger): Promise<Tracer> {
  if (settings === null) return untraced;
  const { createOtlpTracer } = await import('./telemetry/otlp-tracer.js');
  return createOtlpTracer(settings, logger);
}

/** Problems of both programs' settings are reported together. */
function readSettings(environment: Environment) {
  const config = attempt(() => readConfig(environment));
  const embedded = config instanceof EnvironmentError || (config.gong ?? config.passthrough)?.baseUrl == null;
  // Embedded, the emulator takes a free port unless it is told one.
  const emulatorSettings = embedded
    ? attempt(() => readEmulatorSettings({ ...environment, EMULATOR_PORT: environment.EMULATOR_PORT ?? '0' }))
    : null;
  if (config instanceof EnvironmentError || emulatorSettings instanceof EnvironmentError) {
    throw new EnvironmentError(
      [config, emulatorSettings].flatMap((result) =>
        result instanceof EnvironmentError ? result.problems : [],
      ),
    );
  }
  return { config, emulatorSettings };
}

function attempt<T>(read: () => T): T | EnvironmentError {
  try {
    return read();
  } catch (error) {
    if (error instanceof EnvironmentError) return error;
    throw error;
  }
}

/** Where Gong is, or its emulator, and whose credentials it is called with. */
function upstreamOf(
  config: Config,
  emulator: Emulator | null,
  settings: EmulatorKey | null,
): GongClientSettings | Unauthorized {
  if (config.gong !== null) return config.gong;
  const { gongDefaults: defaults, passthrough } = config;
  const baseUrl = passthrough?.baseUrl ?? emulator?.url;
  if (baseUrl === undefined) throw new TypeError('needed an emulator where Gong is not configured');
  if (passthrough !== null) return { ...defaults, baseUrl, limits: passthrough.limits };
  if (settings === null) throw new TypeError('needed the key of the emulator');
  const { accessKey, accessKeySecret } = settings;
  return { ...defaults, baseUrl, credentials: { kind: 'basic', accessKey, accessKeySecret } };
}

/** The emulator's own key is known to everybody, and hiding it would blank out half the log. */
function secretsOf(credentials: GongCredentials): string[] {
  if (credentials.kind === 'bearer') return [credentials.token];
  if (credentials.kind === 'oauth') {
    const { clientId, clientSecret, refreshToken } = credentials;
    return [clientSecret, refreshToken, Buffer.from(`${clientId}:${clientSecret}`).toString('base64')];
  }
  const { accessKey, accessKeySecret } = credentials;
  const encoded = Buffer.from(`${accessKey}:${accessKeySecret}`).toString('base64');
  return accessKeySecret === 'emulator' ? [encoded] : [accessKeySecret, encoded];
}

function passwordOf(url: string | undefined): string[] {
  const password = url === undefined ? '' : new URL(url).password;
  return password === '' ? [] : [password, decodeURIComponent(password)];
}

/** A collector's token, and the part after a scheme such as `Bearer`. */
function headerSecrets(tracing: TracingSettings | null): string[] {
  return Object.values(tracing?.headers ?? {}).flatMap((value) => [value, ...value.split(' ').slice(1)]);
}

function trustedDocuments({ trustedDocuments: { path, mode } }: Config) {
  if (path === null) return { trusted: null, mode };
  try {
    return { trusted: readTrustedDocuments(path), mode };
  } catch (error) {
    const needed =
      'a JSON file of operations by their SHA-256, as npm run codegen writes schema/trusted.json';
    const got = `${path}: ${error instanceof Error ? error.message.slice(0, 200) : error}`;
    throw new EnvironmentError([{ variable: 'TRUSTED_DOCUMENTS', needed, got }]);
  }
}

function welcome(url: string, config: Config, emulator: Emulator | null, key: EmulatorKey | null): string {
  const { gong, passthrough, production } = config;
  const whose = passthrough === null ? '' : " with each caller's own credentials";
  const why = production
    ? 'as told by GONG_EMULATOR'
    : passthrough === null
      ? 'no Gong credentials are set'
      : 'no address of Gong is set';
  const upstream =
    emulator === null
      ? `talking to ${(gong ?? passthrough)?.baseUrl}${whose}`
      : `${why}, so it talks to the built-in emulator at ${emulator.url}${whose}${passthrough === null ? '' : hint(key)}`;
  const explorer = production ? '' : ` (explore it at ${url}/graphiql, or ${url}/ for Apollo Sandbox)`;
  return `Gong CRM gateway ready at ${url}/graphql${explorer}; ${upstream}.`;
}

/** A key that somebody has set is for those who know it. */
function isPublic(key: EmulatorKey | null): key is EmulatorKey {
  const { accessKey, accessKeySecret } = DEFAULT_EMULATOR_SETTINGS;
  return key?.accessKey === accessKey && key.accessKeySecret === accessKeySecret;
}

function hint(key: EmulatorKey | null): string {
  return isPublic(key)
    ? `, such as access key "${key.accessKey}", access key secret "${key.accessKeySecret}"`
    : '';
}

/** So that the explorers work with the emulator as they open. */
function explorerHeaders(key: EmulatorKey | null): Record<string, string> {
  return isPublic(key) ? { Authorization: authorization({ kind: 'basic', ...key }) } : {};
}

function fail(error: unknown): never {
  const known = error instanceof EnvironmentError || (error instanceof Error && 'code' in error);
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}

main(process.env).catch(fail);
