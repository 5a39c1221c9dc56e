import type { Logger } from 'pino';
import type { Emulator } from '../emulator/emulator.js';
import { type Environment, EnvironmentError } from '../env.js';
import { createMemoryLedger } from '../gong/budget/memory-ledger.js';
import { createGongClient } from '../gong/client.js';
import { createLogger } from '../log.js';
import { onParentGone } from '../parent.js';
import type { Redis, RedisSettings } from '../redis/connection.js';
import { createNoInvalidations, createRedisInvalidations } from '../requests/invalidations.js';
import { createRedisBackend } from '../requests/redis-backend.js';
import { createMemoryBackend } from '../requests/watch-backend.js';
import { createSecrets } from '../secrets.js';
import { startGateway } from '../server/gateway.js';
import { shutdownGracefully } from '../shutdown.js';
import { createMetrics } from '../telemetry/metrics.js';
import type { TracingSettings } from '../telemetry/otlp-tracer.js';
import { noopTracer, type Tracer } from '../telemetry/tracer.js';
import type { GongAccess } from '../tenants/access.js';
import { createProgressBoard } from '../writes/files/progress-board.js';
import { createWriteMemory } from '../writes/memory.js';
import { knownSecrets } from './known-secrets.js';
import { openStore } from './open-store.js';
import { type EmbeddedSettings, readSettings, trustedDocuments } from './settings.js';
import { upstreamOf } from './upstream.js';
import { explorerHeaders, welcome } from './welcome.js';

/**
 * Reads the settings, starts the gateway and shuts it down on a signal. If it cannot start, the reason is written to
 * standard error and the exit code is 1.
 */
export async function runGateway(environment: Environment): Promise<void> {
  await start(environment).catch(fail);
}

async function start(environment: Environment): Promise<void> {
  const { config, emulatorSettings, doubtful } = readSettings(environment);
  const emulator = await openEmulator(emulatorSettings);
  const upstream = upstreamOf(config, emulator);
  const secrets = createSecrets(knownSecrets(upstream, config));
  const isTerminal = process.stdout.isTTY === true;
  const logger = createLogger({ level: config.logLevel, pretty: isTerminal, secrets });
  if (doubtful.length > 0) {
    const names = doubtful.map(({ variable, nearest }) => `${variable} (did you mean ${nearest}?)`);
    logger.warn(`these variables are set but are not settings: ${names.join(', ')}`);
  }
  const metrics = config.serveMetrics ? createMetrics({ processMetrics: true }) : undefined;
  const tracer = await createTracer(config.tracing, logger);
  const redis = await openRedis(config.redis, logger);
  const store = await openStore(config.dataDir, redis, { logger, onFailure: metrics?.observer.storeFailed });
  const access: GongAccess =
    'credentials' in upstream
      ? {
          kind: 'configured',
          gong: createGongClient(
            upstream,
            {
              logger,
              redis,
              observer: metrics?.observer,
              tracer,
              onSecrets: (more) => void secrets.add(more),
            },
            // An emulator that starts with the gateway has counted no calls of an earlier one.
            emulator === null ? undefined : createMemoryLedger(upstream, { startsAt: 0 }),
          ),
        }
      : { kind: 'passthrough', client: upstream, limits: upstream.limits, redis, secrets };
  const watchBackend =
    redis === undefined ? createMemoryBackend() : createRedisBackend({ redis, leaseMs: config.watchLeaseMs });
  const gateway = await startGateway(access, logger, {
    ...config,
    dialect: upstream.dialect,
    // Plain HTTP is allowed on the loopback interface only, where Gong cannot be.
    upstream: upstream.baseUrl.startsWith('http:') ? 'emulator' : 'gong',
    explorerHeaders: config.passthrough === null ? undefined : explorerHeaders(emulator),
    trusted: trustedDocuments(config),
    watchBackend,
    invalidations: redis === undefined ? createNoInvalidations() : createRedisInvalidations(redis),
    progressBoard: createProgressBoard(redis),
    store,
    writeMemory: createWriteMemory(store, redis),
    metrics,
    tracer,
    redis,
  });

  const stop = shutdownGracefully({
    logger,
    delayMs: config.shutdownDelayMs,
    graceMs: config.shutdownGraceMs,
    unready: gateway.unready,
    async close() {
      await gateway.close();
      if (access.kind === 'configured') await access.gong.close();
      await store.close();
      redis?.disconnect();
      await emulator?.close();
      await tracer.close();
    },
  });
  if (environment.npm_lifecycle_event !== undefined) onParentGone(stop);
  const greeting = welcome(gateway.url, config, emulator);
  if (isTerminal) process.stdout.write(`${greeting}\n`);
  // Logged at any LOG_LEVEL, because whatever started the gateway waits for it.
  else logger.child({}, { level: 'info' }).info({ url: gateway.url }, greeting);
}

// What follows is large, and loaded only if it is used.

async function openEmulator(settings: EmbeddedSettings | null): Promise<Emulator | null> {
  if (settings === null) return null;
  const { startEmulator } = await import('../emulator/emulator.js');
  return startEmulator(settings, settings);
}

async function openRedis(settings: RedisSettings | null, logger: Logger): Promise<Redis | undefined> {
  if (settings === null) return undefined;
  const { createRedis } = await import('../redis/connection.js');
  return createRedis(settings, logger);
}

async function createTracer(settings: TracingSettings | null, logger: Logger): Promise<Tracer> {
  if (settings === null) return noopTracer;
  const { createOtlpTracer } = await import('../telemetry/otlp-tracer.js');
  return createOtlpTracer(settings, logger);
}

function fail(error: unknown): never {
  const known = error instanceof EnvironmentError || (error instanceof Error && 'code' in error);
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
