import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import { type AuthSettings, createAuthenticator } from '../auth/authenticator.js';
import type { ApiDialect, GongClient } from '../gong/types.js';
import { createSchema } from '../graphql/schema.js';
import { createActiveIntegration } from '../loaders/active-integration.js';
import type { Redis } from '../redis.js';
import type { WatchBackend } from '../requests/watch-backend.js';
import { createRequestWatcher, type WatchSettings } from '../requests/watcher.js';
import type { Metrics } from '../telemetry/metrics.js';
import { unobserved } from '../telemetry/observer.js';
import { type Tracer, untraced } from '../telemetry/tracer.js';
import { createUploadEngine } from '../uploads/engine/engine.js';
import { sweepSpool } from '../uploads/engine/spool.js';
import type { UploadEngineSettings } from '../uploads/engine/types.js';
import { observeUploads } from '../uploads/observed-uploads.js';
import type { ProgressBoard } from '../uploads/progress-board.js';
import { untilFinal } from '../uploads/until-final.js';
import { createUploadService } from '../uploads/upload-service.js';
import { startApollo } from './apollo.js';
import { registerAuthentication } from './authentication.js';
import { createContextFactory } from './context.js';
import { createDocuments } from './documents.js';
import { registerExpectContinue } from './expect-continue.js';
import { createErrorFormatter } from './format-error.js';
import { registerGraphqlDoor } from './graphql-door.js';
import { registerHealth, type Upstream } from './health.js';
import { registerErrorHandlers } from './http-errors.js';
import { registerLingering } from './lingering.js';
import { registerFileLog } from './log-files.js';
import { isMultipart, registerMultipart } from './multipart.js';
import { observeStreams } from './observed-streams.js';
import type { OperationLimits } from './operation-limits.js';
import { createOperationRules } from './operation-rules.js';
import { createOperations } from './operations.js';
import { registerFrontDoor, registerGraphiql } from './pages.js';
import { createReadiness } from './readiness.js';
import { registerRefusedUploads } from './refused-uploads.js';
import { registerSlowSenders, type SlowSenderLimits } from './slow-senders.js';
import { registerSse } from './sse.js';
import { createStreamLimits, type StreamSettings } from './stream-limits.js';
import { registerTracing, traceRootFields } from './tracing.js';
import type { TrustedDocuments, TrustedMode } from './trusted-documents.js';
import { registerUploadDoor } from './upload-door.js';
import { registerWebSocket, type StreamDeps } from './websocket.js';

export interface GatewayOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly dialect: ApiDialect;
  /** Told at `/health`, so that sample data is never loaded into a real Gong. */
  readonly upstream: Upstream;
  readonly requirePhone: boolean;
  readonly production: boolean;
  /** Origins beside Apollo's own tools that browsers may call from. */
  readonly corsOrigins: readonly string[];
  /** How callers prove who they are. */
  readonly auth: AuthSettings;
  readonly limits: OperationLimits;
  /** Operations that were reviewed, and what becomes of others. */
  readonly trusted: { readonly trusted: TrustedDocuments | null; readonly mode: TrustedMode };
  readonly uploads: UploadEngineSettings;
  readonly watch: WatchSettings;
  readonly streams: StreamSettings;
  /** What replicas share of watching. Owned. */
  readonly watchBackend: WatchBackend;
  /** Where the progress of files is told. Owned. */
  readonly progressBoard: ProgressBoard;
  /** What happens is told there, and served at `/metrics`; by default nobody listens. */
  readonly metrics?: Metrics | undefined;
  /** Not owned. */
  readonly tracer?: Tracer | undefined;
  /** The replicas' Redis, to say at `/ready` whether it is there. */
  readonly redis?: Pick<Redis, 'status'> | undefined;
  /** Default `SLOW_SENDER_LIMITS`. */
  readonly slowSenders?: SlowSenderLimits;
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

const FILE_ROUTES = new Set(['/upload/:objectType', '/validate/:objectType']);
const isFile = (request: FastifyRequest) =>
  isMultipart(request) || FILE_ROUTES.has(request.routeOptions.url ?? '');

/** The gateway over a client of Gong, listening. It does not own the client. */
export async function startGateway(
  gong: GongClient,
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
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: 1_000 },
    forceCloseConnections: 'idle',
  });
  const { metrics, tracer = untraced } = options;
  const observer = metrics?.observer ?? unobserved;
  registerErrorHandlers(app);
  registerTracing(app, tracer);
  const origins = [...options.corsOrigins, ...(options.production ? [] : SANDBOX_ORIGINS)];
  await app.register(cors, {
    origin: origins,
    credentials: true,
    methods: ['GET', 'POST'],
  });

  const authenticator = createAuthenticator(options.auth);
  registerAuthentication(app, authenticator, { landingPage: !options.production });

  const schema = await createSchema();
  traceRootFields(schema, tracer);
  const rules = createOperationRules(options.limits, !options.production);
  const formatError = createErrorFormatter(logger);
  const apollo = await startApollo({ app, logger, schema, rules, formatError, observer, tracer });
  const { dialect, requirePhone } = options;
  await sweepSpool(options.uploads.spoolDir);
  const engine = createUploadEngine(options.uploads);
  app.addHook('onClose', () => engine.close());
  app.addHook('onClose', () => options.progressBoard.close());
  const activeIntegration = createActiveIntegration(gong);
  const uploads = observeUploads(
    createUploadService({
      gong,
      dialect,
      requirePhone,
      engine,
      board: options.progressBoard,
      untilFinal: (integrationId, clientRequestId) => untilFinal(gong, integrationId, clientRequestId),
    }),
    observer,
  );
  const requests = createRequestWatcher(options.watch, { gong, backend: options.watchBackend, logger });
  app.addHook('onClose', () => requests.close());
  const services = { gong, dialect, activeIntegration, uploads, requests };
  const contextOf = createContextFactory(services, { observer, tracer });
  const context = async (request: FastifyRequest) => contextOf(request.log, request.caller);
  const { maxBytes: maxFileBytes } = options.uploads;
  registerLingering(app);
  registerExpectContinue(app, isFile);
  registerSlowSenders(app, isFile, options.slowSenders);
  registerMultipart(app, { maxFileBytes });
  registerFileLog(app, FILE_ROUTES);
  registerUploadDoor(app, { uploads, activeIntegration, maxFileBytes });
  const { limits, trusted } = options;
  const documents = createDocuments({ ...limits, ...trusted });
  registerRefusedUploads(app, { uploads, documents, rules });
  registerGraphqlDoor(app, '/graphql', {
    apollo,
    documents,
    contextOf: context,
    plainGets: !options.production,
  });
  const streams: StreamDeps = {
    schema,
    operations: createOperations({ apollo, schema, rules, documents, formatError }),
    contextOf,
    authenticator,
    limits: createStreamLimits(options.streams),
    settings: options.streams,
    origins,
  };
  const telemetry = { observer, tracer };
  registerWebSocket(app, '/graphql', { ...streams, ...observeStreams(streams, 'websocket', telemetry) });
  registerSse(app, '/graphql/stream', { ...streams, ...observeStreams(streams, 'sse', telemetry) });
  const { redis } = options;
  const readiness = createReadiness({ gong, redis });
  metrics?.read({
    budget: () => gong.budget(),
    watchedRequests: () => requests.count(),
    redisUp: () => (redis === undefined ? null : redis.status === 'ready'),
  });
  registerHealth(app, { upstream: options.upstream, readiness, metrics });
  if (!options.production) {
    registerFrontDoor(app);
    registerGraphiql(app);
  }

  const url = await app.listen({ host: options.host, port: options.port });
  return { url, unready: () => readiness.shutDown(), close: () => app.close() };
}
