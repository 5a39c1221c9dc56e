// type-graphql's decorators need it before any module of graphql/ is imported.
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import type { Logger } from 'pino';
import { createAuthenticator } from '../auth/authenticator.js';
import { isKnown } from '../auth/caller.js';
import { readBuild } from '../build.js';
import { createMemoryStore } from '../store/level-store.js';
import { scopedStore } from '../store/store.js';
import { noopObserver, type Observer } from '../telemetry/observer.js';
import { noopTracer, type Tracer } from '../telemetry/tracer.js';
import { createTenants, type GongAccess } from '../tenants/access.js';
import { createWebhooks } from '../webhooks/webhooks.js';
import { createUploadEngine } from '../writes/engine/engine.js';
import { sweepSpool } from '../writes/engine/spool.js';
import { createWriteMemory } from '../writes/memory.js';
import { createOperationContexts } from './context.js';
import { registerFiles } from './files/register.js';
import type { GatewayOptions } from './gateway-options.js';
import { registerAuthentication } from './http/authentication.js';
import { createClientKey } from './http/client-address.js';
import { registerConsole } from './http/console.js';
import { registerEarlyAnswers } from './http/early-answers.js';
import { answerFrameworkError, registerErrorHandlers } from './http/errors.js';
import { registerExplorers } from './http/explorers.js';
import { registerHealth } from './http/health.js';
import { registerAllowedHosts } from './http/hosts.js';
import { collectMethods } from './http/methods.js';
import { createReadiness } from './http/readiness.js';
import { registerSlowSenders, SLOW_SENDER_LIMITS } from './http/slow-senders.js';
import { registerTracing } from './http/tracing.js';
import { createUnreadAnswers, registerUnreadAnswers } from './http/unread-answers.js';
import { createFormatters } from './operations/errors.js';
import { createGraphs } from './operations/graphs.js';
import { registerGraphqlDoor } from './operations/http.js';
import { createKnownAnswers } from './operations/known-answers.js';
import { createOperations } from './operations/prepare.js';
import { registerSchemaText } from './operations/schema-text.js';
import { startGraphql } from './operations/start.js';
import { asksForWebSocket } from './streams/ignored-upgrades.js';
import { createStreamLimits } from './streams/limits.js';
import { createEventStreams, registerSse } from './streams/sse.js';
import { registerWebSocket, type StreamDeps } from './streams/websocket.js';

export interface Gateway {
  /** E.g. `http://127.0.0.1:4000`, without a path. */
  readonly url: string;
  /** From now on `/ready` answers 503; everything else continues. */
  unready(): void;
  /** Refuses new requests and completes those under way. */
  close(): Promise<void>;
}

/** Apollo Sandbox's origins, allowed where there are explorers. */
const SANDBOX_ORIGINS = ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'];

/** Time for the headers, for a whole request including the longest upload, and for an idle connection. */
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 900_000;
const IDLE_TIMEOUT_MS = 5_000;

/**
 * Starts the gateway and listens. Hooks run in the order in which they are registered here.
 *
 * @param access to Gong; a client that is passed in is not closed
 */
export async function startGateway(
  access: GongAccess,
  logger: Logger,
  options: GatewayOptions,
): Promise<Gateway> {
  const {
    production,
    exposure,
    limits,
    metrics,
    redis,
    uploadLimits,
    explorerHeaders = {},
    allowedHosts = null,
  } = options;
  const telemetry = { observer: metrics?.observer ?? noopObserver, tracer: options.tracer ?? noopTracer };
  const app = createServer(logger, limits.maxBodyBytes);

  // Before any route is registered.
  const refuseOtherMethods = collectMethods(app);
  registerErrorHandlers(app, limits);
  registerAllowedHosts(app, allowedHosts);
  const hasExplorer = exposure.explorer !== 'off';
  const origins = [...options.corsOrigins, ...(hasExplorer ? SANDBOX_ORIGINS : [])];
  if (origins.length > 0)
    await app.register(cors, { origin: origins, credentials: true, methods: ['GET', 'POST'] });
  const authenticator = createAuthenticator(options.auth, access.kind);
  registerAuthentication(app, authenticator);

  const graphql = await startGraphql(app, {
    ...telemetry,
    logger,
    limits,
    execution: options.execution,
    trusted: options.trusted,
    maxAnswerBytes: options.answers.maxBytes,
    exposure,
    explorerHeaders,
    federation: options.federation,
  });
  const tenants = await startTenants(app, access, logger, { ...options, ...telemetry });
  const { kind } = access;
  const graphs = createGraphs({ graphql, tenants, access: kind, settings: options.customFields, logger });
  app.addHook('onClose', async () => graphs.close());
  // A healthy Gong answers before the first caller does.
  await graphs.load(null);
  const gong = access.kind === 'configured' ? access.gong : null;
  const readiness = createReadiness({
    gong,
    redis,
    issuer: authenticator.issuer,
    hasCustomFields: graphs.isLoaded,
  });
  const { upstream, dialect } = options;
  const contexts = createOperationContexts(tenants, {
    upstream,
    dialect,
    version: readBuild().version,
    check: readiness.check,
  });

  const clientKey = createClientKey(tenants, options.streams.proxyHops);
  const unread = createUnreadAnswers(options.answers.maxUnreadBytes);
  // The first hook on answers: it turns large ones into streams.
  registerUnreadAnswers(app, { unread, clientKey, limits: options.slowReaders });
  registerTracing(
    app,
    telemetry.tracer,
    (caller) => caller !== null && isKnown(caller, tenants.accepts(caller)),
  );
  registerEarlyAnswers(app);
  const fileBytesPerSecond = uploadLimits.minBytesPerSecond;
  registerSlowSenders(app, options.slowSenders ?? { ...SLOW_SENDER_LIMITS, fileBytesPerSecond });
  const maxFileBytes = options.uploads.maxBytes;
  registerFiles(app, {
    ...graphql,
    rules: graphql.base.rules,
    tenants,
    clientKey,
    maxFileBytes,
    limits: uploadLimits,
  });

  const streams: StreamDeps = {
    graphs,
    operations: createOperations({ ...graphql, graphOf: graphs.of }),
    contexts,
    authenticator,
    tenants,
    limits: createStreamLimits(options.streams, telemetry.observer),
    settings: options.streams,
    origins,
    hosts: allowedHosts,
    unread,
    ...telemetry,
  };
  registerWebSocket(app, '/graphql', streams);
  const events = createEventStreams(app, streams);
  registerSse(app, '/graphql/stream', events, graphs);
  registerGraphqlDoor(app, '/graphql', {
    ...graphql,
    graphs,
    contexts,
    knownAnswers: createKnownAnswers({
      ...telemetry,
      formatResult: createFormatters(graphql.formatError).result,
      maxAnswerBytes: options.answers.maxBytes,
    }),
    streams: events,
    plainGets: !production,
    explorer: exposure.explorer,
  });

  registerSchemaText(app, { graphs, introspectionRefusal: graphql.introspectionRefusal });

  metrics?.read({ ...tenants, redisUp: () => (redis === undefined ? null : redis.status === 'ready') });
  registerHealth(app, { upstream, readiness, metrics });
  if (hasExplorer) {
    const sendsCredentials = access.kind === 'passthrough' || options.auth.mode !== 'none';
    registerExplorers(app, {
      exposure: exposure.explorer,
      headers: explorerHeaders,
      sendsCredentials,
      hasConsole: options.console,
    });
  }
  if (options.console) registerConsole(app, { auth: options.auth.mode, credentials: kind });
  refuseOtherMethods();

  const url = await app.listen({ host: options.host, port: options.port });
  return { url, unready: () => readiness.shutDown(), close: () => app.close() };
}

function createServer(logger: Logger, bodyLimit: number): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = logger;
  return fastify({
    loggerInstance,
    // No route has options for its logger, with which pino would build it from parts.
    childLoggerFactory: (parent, bindings) => parent.child(bindings),
    logController: new LogController({ disableRequestLogging: true }),
    // A request ID from the caller is ignored: with it, one caller could forge another's log lines.
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    // Files have limits of their own.
    bodyLimit,
    frameworkErrors: answerFrameworkError,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
      // Spread, since the types of Node 20 do not know this option.
      ...{ shouldUpgradeCallback: asksForWebSocket },
    },
    forceCloseConnections: 'idle',
  });
}

/** The tenants and what they share, all closed with the server. */
async function startTenants(
  app: FastifyInstance,
  access: GongAccess,
  logger: Logger,
  options: GatewayOptions & { readonly observer: Observer; readonly tracer: Tracer },
) {
  const { progressBoard: board, watchBackend: backend, invalidations } = options;
  await sweepSpool(options.uploads.spoolDir);
  const engine = createUploadEngine(options.uploads, (error) =>
    logger.error({ err: error }, 'an upload thread was lost with its file'),
  );
  // Closed last: Fastify runs these hooks in reverse order.
  app.addHook('onClose', () => engine.close());
  const store = options.store ?? createMemoryStore();
  const writes = options.writeMemory ?? createWriteMemory(store);
  const webhooks = createWebhooks(options.webhooks, {
    ...options,
    store: scopedStore(store, 'webhooks/'),
    logger,
    pausesMs: options.webhookPausesMs,
  });
  const journals = scopedStore(store, 'journal/');
  const shared = { ...options, engine, board, backend, writes, store, journals, webhooks, logger };
  const tenants = createTenants(access, shared);
  app.addHook('onClose', async () => {
    await tenants.close();
    await webhooks.close();
    await backend.close();
    await invalidations.close();
    await board.close();
  });
  return tenants;
}
