import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import type { Logger } from 'pino';
import { type AuthSettings, createAuthenticator } from '../auth/authenticator.js';
import { isKnown } from '../auth/caller.js';
import type { ApiDialect } from '../crm/dialects.js';
import { createSchema } from '../graphql/schema.js';
import type { Redis } from '../redis.js';
import type { Invalidations } from '../requests/invalidations.js';
import type { WatchBackend } from '../requests/watch-backend.js';
import type { WatchSettings } from '../requests/watcher.js';
import type { Metrics } from '../telemetry/metrics.js';
import { noopObserver } from '../telemetry/observer.js';
import { noopTracer, type Tracer } from '../telemetry/tracer.js';
import { createTenants, type GongAccess } from '../tenants/access.js';
import { createUploadEngine } from '../writes/engine/engine.js';
import { sweepSpool } from '../writes/engine/spool.js';
import type { UploadEngineSettings } from '../writes/engine/types.js';
import type { ProgressBoard } from '../writes/files/progress-board.js';
import { createWriteMemory, type WriteMemory } from '../writes/memory.js';
import type { UploadLimits } from '../writes/settings.js';
import { createOperationContexts } from './context.js';
import { registerUploadEndpoints } from './files/endpoints.js';
import { registerMultipart } from './files/multipart.js';
import { registerRefusedUploads } from './files/refused-uploads.js';
import { registerUploadSlots } from './files/slots.js';
import { registerAuthentication } from './http/authentication.js';
import { createClientKey } from './http/client-address.js';
import { registerEarlyAnswers } from './http/early-answers.js';
import { answerFrameworkError, registerErrorHandlers } from './http/errors.js';
import { registerExplorers } from './http/explorers.js';
import { registerHealth, type Upstream } from './http/health.js';
import { type AllowedHosts, registerAllowedHosts } from './http/hosts.js';
import { collectMethods } from './http/methods.js';
import { createReadiness } from './http/readiness.js';
import type { AnswerLimits } from './http/settings.js';
import { registerSlowSenders, SLOW_SENDER_LIMITS, type SlowSenderLimits } from './http/slow-senders.js';
import { registerTracing, traceRootFields } from './http/tracing.js';
import { createUnreadAnswers, registerUnreadAnswers, type SlowReaderLimits } from './http/unread-answers.js';
import { startApollo } from './operations/apollo.js';
import { createDocuments } from './operations/documents.js';
import { createErrorFormatter } from './operations/errors.js';
import { registerGraphqlDoor } from './operations/http.js';
import type { OperationLimits } from './operations/limits.js';
import { createOperations } from './operations/prepare.js';
import { createOperationRules } from './operations/rules.js';
import type { TrustedDocuments, TrustedMode } from './operations/trusted-documents.js';
import { asksForWebSocket } from './streams/ignored-upgrades.js';
import { createStreamLimits, type StreamSettings } from './streams/limits.js';
import { createEventStreams, registerSse } from './streams/sse.js';
import { registerWebSocket, type StreamDeps } from './streams/websocket.js';

export interface GatewayOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly dialect: ApiDialect;
  /** Told at `/health`, so that sample data is never loaded into a real Gong. */
  readonly upstream: Upstream;
  /** On the legacy paths alone. */
  readonly requirePhone: boolean;
  readonly production: boolean;
  /** Origins beside Apollo's own tools that browsers may call from. */
  readonly corsOrigins: readonly string[];
  /** How callers prove who they are. */
  readonly auth: AuthSettings;
  /** What the explorers send along unless a person changes it; by default nothing. */
  readonly explorerHeaders?: Readonly<Record<string, string>> | undefined;
  /** What the `Host` of a request may be; by default anything. */
  readonly allowedHosts?: AllowedHosts;
  readonly limits: OperationLimits;
  readonly answers: AnswerLimits;
  /** Operations that were reviewed, and what becomes of others. */
  readonly trusted: { readonly trusted: TrustedDocuments | null; readonly mode: TrustedMode };
  readonly uploads: UploadEngineSettings;
  readonly uploadLimits: UploadLimits;
  readonly watch: WatchSettings;
  readonly streams: StreamSettings;
  /** What replicas share of watching. Owned. */
  readonly watchBackend: WatchBackend;
  /** What replicas tell each other of writes. Owned. */
  readonly invalidations: Invalidations;
  /** How long schemas and the active integration are cached. 0: not at all. */
  readonly cacheTtlMs: number;
  /** Where the progress of files is told. Owned. */
  readonly progressBoard: ProgressBoard;
  /** What replicas share of writes; by default this process remembers its own. Not owned. */
  readonly writeMemory?: WriteMemory | undefined;
  /** What happens is told there, and served at `/metrics`; by default nobody listens. */
  readonly metrics?: Metrics | undefined;
  /** Not owned. */
  readonly tracer?: Tracer | undefined;
  /** The replicas' Redis, to say at `/ready` whether it is there. */
  readonly redis?: Pick<Redis, 'status'> | undefined;
  /** Default `SLOW_SENDER_LIMITS`, and `uploadLimits` for files. */
  readonly slowSenders?: SlowSenderLimits;
  /** Default `SLOW_READER_LIMITS`. */
  readonly slowReaders?: SlowReaderLimits;
}

export interface Gateway {
  /** E.g. `http://127.0.0.1:4000`, without a path. */
  readonly url: string;
  /** `/ready` says no from now on; everything else goes on. */
  unready(): void;
  /** Answers what has begun, takes nothing new. */
  close(): Promise<void>;
}

/** Where Apollo Sandbox runs; it may call in development only. */
const SANDBOX_ORIGINS = ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'];

/** Time for the headers, for the longest upload in all, and for an idle connection; slow-senders.ts has the rest. */
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 900_000;
const IDLE_TIMEOUT_MS = 5_000;

/** The gateway, listening. It does not own the client it is given. */
export async function startGateway(
  access: GongAccess,
  logger: Logger,
  options: GatewayOptions,
): Promise<Gateway> {
  const loggerInstance: FastifyBaseLogger = logger;
  const app: FastifyInstance = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    // A caller's own request id is never trusted: it would let one caller forge another's log lines.
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    // Files have doors of their own.
    bodyLimit: options.limits.maxBodyBytes,
    frameworkErrors: answerFrameworkError,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
      ...{ shouldUpgradeCallback: asksForWebSocket },
    },
    forceCloseConnections: 'idle',
  });
  const { metrics, tracer = noopTracer, explorerHeaders = {} } = options;
  const observer = metrics?.observer ?? noopObserver;
  const { answers } = options;
  const unread = createUnreadAnswers(answers.maxUnreadBytes);
  const refuseOtherMethods = collectMethods(app);
  registerErrorHandlers(app, options.limits);
  registerAllowedHosts(app, options.allowedHosts ?? null);
  const origins = [...options.corsOrigins, ...(options.production ? [] : SANDBOX_ORIGINS)];
  await app.register(cors, {
    origin: origins,
    credentials: true,
    methods: ['GET', 'POST'],
  });

  const authenticator = createAuthenticator(options.auth, access.kind);
  registerAuthentication(app, authenticator);

  const schema = await createSchema();
  traceRootFields(schema, tracer);
  const rules = createOperationRules(schema, options.limits, !options.production);
  const formatError = createErrorFormatter(logger);
  const apollo = await startApollo({
    app,
    logger,
    schema,
    rules,
    formatError,
    observer,
    tracer,
    maxAnswerBytes: answers.maxBytes,
    explorerHeaders,
  });
  await sweepSpool(options.uploads.spoolDir);
  const engine = createUploadEngine(options.uploads, (error) =>
    logger.error({ err: error }, 'a thread of uploads was lost with its file'),
  );
  app.addHook('onClose', () => engine.close());
  const { progressBoard: board, watchBackend: backend, writeMemory: writes = createWriteMemory() } = options;
  const shared = { ...options, engine, board, backend, writes, logger, observer, tracer };
  const tenants = createTenants(access, shared);
  app.addHook('onClose', async () => {
    await tenants.close();
    await backend.close();
    await options.invalidations.close();
    await board.close();
  });
  const contexts = createOperationContexts(tenants);
  const clientKey = createClientKey(tenants, options.streams.proxyHops);
  // The first hook on answers: it turns large ones into streams.
  registerUnreadAnswers(app, { unread, clientKey, limits: options.slowReaders });
  registerTracing(app, tracer, (caller) => caller !== null && isKnown(caller, tenants.accepts(caller)));
  const { uploads, uploadLimits } = options;
  const { maxBytes: maxFileBytes } = uploads;
  registerEarlyAnswers(app);
  const fileBytesPerSecond = uploadLimits.minBytesPerSecond;
  registerSlowSenders(app, options.slowSenders ?? { ...SLOW_SENDER_LIMITS, fileBytesPerSecond });
  registerUploadSlots(app, { limits: uploadLimits, clientKey });
  registerMultipart(app, { maxFileBytes });
  registerUploadEndpoints(app, { tenants, maxFileBytes });
  const { limits, trusted } = options;
  const documents = createDocuments({ ...limits, ...trusted });
  registerRefusedUploads(app, { tenants, documents, rules });
  const streams: StreamDeps = {
    operations: createOperations({ apollo, schema, rules, documents, formatError }),
    contexts,
    authenticator,
    tenants,
    limits: createStreamLimits(options.streams, observer),
    settings: options.streams,
    origins,
    hosts: options.allowedHosts ?? null,
    unread,
    observer,
    tracer,
  };
  registerWebSocket(app, '/graphql', streams);
  const events = createEventStreams(app, streams);
  registerSse(app, '/graphql/stream', events);
  registerGraphqlDoor(app, '/graphql', {
    apollo,
    schema,
    rules,
    documents,
    contexts,
    streams: events,
    plainGets: !options.production,
  });
  const { redis } = options;
  const readiness = createReadiness({
    gong: access.kind === 'configured' ? access.gong : null,
    redis,
    issuer: authenticator.issuer,
  });
  metrics?.read({
    ...tenants,
    redisUp: () => (redis === undefined ? null : redis.status === 'ready'),
  });
  registerHealth(app, { upstream: options.upstream, readiness, metrics });
  if (!options.production) {
    const sendsCredentials = access.kind === 'passthrough' || options.auth.mode !== 'none';
    registerExplorers(app, { headers: explorerHeaders, sendsCredentials });
  }

  refuseOtherMethods();

  const url = await app.listen({ host: options.host, port: options.port });
  return { url, unready: () => readiness.shutDown(), close: () => app.close() };
}
