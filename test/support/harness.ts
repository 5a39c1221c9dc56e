import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TypedDocumentString } from '../../client/src/generated/graphql.js';
import type { Complete } from '../../client/src/operations.js';
import { CONFIG_TABLES, readConfig } from '../../src/config.js';
import type { EmulatorCall } from '../../src/emulator/emulator.js';
import { startEmulator } from '../../src/emulator/emulator.js';
import { DEFAULT_EMULATOR_SETTINGS, type EmulatorSettings } from '../../src/emulator/settings.js';
import { readEnvironment } from '../../src/env.js';
import { createGongClient } from '../../src/gong/client.js';
import type { GongClient, GongClientSettings } from '../../src/gong/types.js';
import { createLogger, type LineSink } from '../../src/log.js';
import type { Redis } from '../../src/redis/connection.js';
import { createNoInvalidations } from '../../src/requests/invalidations.js';
import { createMemoryBackend } from '../../src/requests/watch-backend.js';
import { createSecrets, type Secrets } from '../../src/secrets.js';
import { exposureSettings } from '../../src/server/exposure.js';
import { startGateway } from '../../src/server/gateway.js';
import type { GatewayOptions } from '../../src/server/gateway-options.js';
import type { OperationLimits } from '../../src/server/operations/limits.js';
import type { StreamSettings } from '../../src/server/streams/limits.js';
import { createMetrics } from '../../src/telemetry/metrics.js';
import type { Tracer } from '../../src/telemetry/tracer.js';
import type { GongAccess } from '../../src/tenants/access.js';
import type { PassthroughLimits } from '../../src/tenants/settings.js';
import type { UploadEngineSettings } from '../../src/writes/engine/types.js';
import { createProgressBoard } from '../../src/writes/files/progress-board.js';
import type { UploadLimits } from '../../src/writes/settings.js';

export interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: Readonly<Record<string, unknown>> & { readonly code: string };
}

export interface GraphqlAnswer<T> {
  readonly httpStatus: number;
  readonly data: T | null;
  readonly errors: readonly GraphqlError[];
}

export interface Harness extends AsyncDisposable {
  /** Of the gateway, without a path. */
  readonly url: string;
  readonly emulatorUrl: string;
  /** What its caller sends with everything. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where uploads wait on their way; empty when none does. */
  readonly spoolDir: string;
  /** Every call that reached the emulator, in order of its answer. */
  readonly calls: readonly EmulatorCall[];
  /** The calls of one operation, e.g. `getObjects`. */
  callsOf(operation: string): readonly EmulatorCall[];
  /** One of the typed documents of schema/operations, for tests where it must succeed. */
  execute<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Complete<Result>>;
  /** The same gateway for a caller that sends these headers with everything. */
  as(headers: Readonly<Record<string, string>>): Harness;
  /** Any query text, with whatever comes of it. */
  query<T = Record<string, unknown>>(
    query: string,
    variables?: Record<string, unknown>,
  ): Promise<GraphqlAnswer<T>>;
}

export interface HarnessOptions {
  readonly emulator?: Partial<EmulatorSettings>;
  readonly gong?: Partial<GongClientSettings>;
  /** Callers bring their own credentials; by default the gateway has the emulator's. */
  readonly passthrough?: Partial<PassthroughLimits>;
  /** Of clients of Gong; not owned. */
  readonly redis?: Redis;
  /** Wraps the client of Gong, e.g. to hold back a turn; not with `passthrough`. */
  readonly client?: (gong: GongClient) => GongClient;
  readonly gateway?: Partial<Omit<GatewayOptions, 'uploads' | 'uploadLimits' | 'streams' | 'limits'>>;
  readonly uploads?: Partial<UploadEngineSettings>;
  readonly uploadLimits?: Partial<UploadLimits>;
  readonly streams?: Partial<StreamSettings>;
  /** Takes every line of the log, unscrubbed without `secrets`; by default there is no log. */
  readonly log?: LineSink;
  readonly secrets?: Secrets;
  readonly tracer?: Tracer;
  readonly limits?: Partial<OperationLimits>;
}

const DEFAULTS = readConfig({});
/** `COMPILED_QUERIES=all npm test` and `none` run every test that way. */
const { execution: EXECUTION } = readConfig({ COMPILED_QUERIES: process.env.COMPILED_QUERIES });
const { passthrough: PASSTHROUGH_LIMITS } = readEnvironment(CONFIG_TABLES, {});

/** The defaults, without the limits for one caller: a test is one caller. */
export const STREAM_SETTINGS: StreamSettings = {
  ...DEFAULTS.streams,
  maxConnectionsPerCaller: 1_000,
  maxGreetingsPerAddress: 1_000,
};

/** A whole gateway and its emulator on free ports, talking over real sockets, without Gong's limits unless asked. */
export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const spoolDir = await mkdtemp(join(tmpdir(), 'gateway-test-'));
  const calls: EmulatorCall[] = [];
  const emulatorSettings = {
    ...DEFAULT_EMULATOR_SETTINGS,
    callsPerSecond: 0,
    callsPerDay: 0,
    processingMs: 5,
  };
  const emulator = await startEmulator(
    { ...emulatorSettings, ...options.emulator },
    { onCall: (call) => calls.push(call) },
  );
  const { log = { write: () => undefined }, tracer, redis, secrets, client = (gong) => gong } = options;
  const level = options.log === undefined ? 'silent' : 'trace';
  const logger = createLogger({ level, pretty: false, secrets: secrets ?? createSecrets() }, log);
  const metrics = createMetrics({ processMetrics: false });
  const { accessKey, accessKeySecret } = emulatorSettings;
  const gongSettings: GongClientSettings = {
    ...DEFAULTS.gongDefaults,
    baseUrl: emulator.url,
    credentials: { kind: 'basic', accessKey, accessKeySecret },
    callsPerSecond: 0,
    callsPerDay: 0,
    callerDayShare: 100,
    ...options.gong,
  };
  const { observer } = metrics;
  const access: GongAccess =
    options.passthrough === undefined
      ? {
          kind: 'configured',
          gong: client(createGongClient(gongSettings, { logger, observer, tracer, redis })),
        }
      : {
          kind: 'passthrough',
          client: gongSettings,
          redis,
          limits: { ...PASSTHROUGH_LIMITS, ...options.passthrough },
          secrets: secrets ?? createSecrets(),
        };
  const gateway = await startGateway(access, logger, {
    ...DEFAULTS,
    exposure: exposureSettings({ introspection: null, explorer: null }, options.gateway?.production ?? false),
    port: 0,
    // Tests over raw sockets send any `Host`.
    allowedHosts: null,
    dialect: gongSettings.dialect,
    upstream: 'emulator',
    metrics,
    tracer,
    limits: { ...DEFAULTS.limits, ...options.limits },
    execution: { ...DEFAULTS.execution, ...EXECUTION },
    // Reading them takes two calls, and tests count calls.
    customFields: { ...DEFAULTS.customFields, mode: 'off' },
    // Polls are calls, too.
    journal: { ...DEFAULTS.journal, follow: 'off' },
    trusted: { trusted: null, mode: 'off' },
    watch: { intervals: { minMs: 5, maxMs: 50, deletionMaxMs: 100 }, pollsPerDay: 0, pollsPerSecond: 0 },
    streams: { ...STREAM_SETTINGS, ...options.streams },
    watchBackend: createMemoryBackend(),
    invalidations: createNoInvalidations(),
    progressBoard: createProgressBoard(),
    uploads: { ...DEFAULTS.uploads, spoolDir, ...options.uploads },
    uploadLimits: {
      ...DEFAULTS.uploadLimits,
      maxUnderWay: 1_000,
      maxPerCaller: 1_000,
      ...options.uploadLimits,
    },
    redis: undefined,
    ...options.gateway,
  });

  function as(caller: Readonly<Record<string, string>>): Harness {
    async function query<T>(text: string, variables?: Record<string, unknown>): Promise<GraphqlAnswer<T>> {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...caller },
        body: JSON.stringify({ query: text, variables }),
      });
      const body = (await response.json()) as { data?: T; errors?: GraphqlError[] };
      return { httpStatus: response.status, data: body.data ?? null, errors: body.errors ?? [] };
    }

    return {
      url: gateway.url,
      emulatorUrl: emulator.url,
      headers: caller,
      spoolDir,
      calls,
      callsOf: (operation) => calls.filter((call) => call.operation === operation),
      as,
      query,
      async execute(document, variables) {
        type Result = Complete<
          NonNullable<typeof document.__apiType> extends (variables: never) => infer R ? R : never
        >;
        const answer = await query<Result>(document.toString(), variables as Record<string, unknown>);
        if (answer.errors.length > 0 || answer.data === null) {
          throw new Error(`needed an answer without errors, got ${JSON.stringify(answer.errors)}`);
        }
        return answer.data;
      },
      async [Symbol.asyncDispose]() {
        await gateway.close();
        if (access.kind === 'configured') await access.gong.close();
        await emulator.close();
        await rm(spoolDir, { recursive: true });
      },
    };
  }
  return as({});
}
