import type { FixedCredentials } from '../auth/gong-credential.js';
import type { ApiDialect } from '../crm/dialects.js';
import type { SchemaObjectType, UploadObjectType } from '../crm/object-types.js';
import type { RequestStatus } from '../crm/request-status.js';
import type { SchemaField, SchemaFieldPush } from '../crm/schema-field.js';
import type { ErrorCode } from '../errors.js';
import type { Redis } from '../redis.js';
import type { Observer } from '../telemetry/observer.js';
import type { Tracer } from '../telemetry/tracer.js';
import type { CallPriority } from './budget/call-priority.js';
import type { Sharers } from './budget/sharers.js';
import type { OrFlaw } from './flaw.js';

export type { CallPriority } from './budget/call-priority.js';

export interface GongIntegration {
  /** A 64-bit integer as a string of digits. */
  readonly integrationId: string;
  readonly name: string;
  readonly ownerEmail: string;
}

/**
 * The fields of an object as Gong gave them. Integers beyond 2^53 are strings of their digits; everything else
 * is what `JSON.parse` gives.
 */
export type CrmRecord = Readonly<Record<string, unknown>>;

/** A stage in the deprecated, synchronous form (reference, section 2). */
export interface DealStage {
  readonly internalName: string;
  readonly name: string;
  readonly isActive: boolean;
  readonly sortOrder: number;
}

/** A call that may be made. */
export interface Permit {
  /** The request is on its way. */
  sent(): void;
  /**
   * Reports that Gong answered.
   *
   * @param pauseMs how long no call may start, after a 429; `null` for any other answer
   */
  answered(pauseMs: number | null): void;
  /** The call ended, however; further times do nothing. A call that was never sent gives its slot back. */
  settled(): void;
  /**
   * Splits the cost of the call between callers.
   *
   * @param shares fractions of a turn that add up to 1, by caller; unless this is called, whoever's turn it was pays all
   */
  split(shares: ReadonlyMap<string, number>): void;
}

export interface CallOptions {
  /** Default `interactive`. */
  readonly priority?: CallPriority;
  /** Whose turn in the budget the call takes; see `forCaller`. Default: the gateway's own. */
  readonly caller?: string | undefined;
  /** Replaces `caller` for a call that several callers wait for. */
  readonly sharers?: Sharers | undefined;
  /** Gives up waiting for the budget or for Gong. */
  readonly signal?: AbortSignal;
  /** Of `reserve`: the first attempt does not wait for the budget. */
  readonly permit?: Permit;
}

export interface BudgetState {
  /** `left` is `null` where there is no limit. */
  readonly perSecond: { readonly limit: number; readonly left: number | null };
  /** `resetsInSeconds`: until the oldest call of the last 24 hours stops counting. */
  readonly perDay: { readonly limit: number; readonly left: number | null; readonly resetsInSeconds: number };
  /** How much longer Gong wants no calls, after a 429. */
  readonly heldForMs: number;
  /** How long until a single call may probe whether that still holds; at most `heldForMs`. */
  readonly probeInMs: number;
  /** Redis is away: this replica keeps to its own share. */
  readonly degraded: boolean;
  /** Calls that wait for their turn. */
  readonly queued: Readonly<Record<CallPriority, number>>;
}

/** Bytes of known length that can be read again for a repeat; a Blob, or a file on disk. */
export interface FileBody {
  readonly size: number;
  /** From the first byte. */
  stream(): AsyncIterable<Uint8Array>;
}

export interface UploadRequest {
  readonly integrationId: string;
  readonly clientRequestId: string;
  /** LDJSON. */
  readonly file: FileBody;
}

/** Types without a schema are absent. */
export type SchemaListing = ReadonlyMap<SchemaObjectType, readonly OrFlaw<SchemaField>[]>;

/**
 * Gong's CRM API, a method an operation, the same for both dialects. Every method rejects with a `GatewayError`
 * of the catalogue and with nothing else.
 */
export interface GongClient {
  listIntegrations(options?: CallOptions): Promise<readonly OrFlaw<GongIntegration>[]>;
  registerIntegration(input: { name: string; ownerEmail: string }, options?: CallOptions): Promise<string>;
  deleteIntegration(integrationId: string, clientRequestId: string, options?: CallOptions): Promise<void>;
  /** All four types where `objectType` is left out. */
  listSchema(
    integrationId: string,
    objectType?: SchemaObjectType,
    options?: CallOptions,
  ): Promise<SchemaListing>;
  pushSchema(
    integrationId: string,
    objectType: SchemaObjectType,
    fields: readonly SchemaFieldPush[],
    options?: CallOptions,
  ): Promise<void>;
  /**
   * At most 100 ids, or a RangeError: Gong would drop the rest without a word. The map has an entry for each id:
   * `null` where Gong does not have the object.
   */
  getObjects(
    integrationId: string,
    objectType: SchemaObjectType,
    ids: readonly string[],
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, OrFlaw<CrmRecord | null>>>;
  uploadObjects(objectType: UploadObjectType, request: UploadRequest, options?: CallOptions): Promise<void>;
  requestStatus(
    integrationId: string,
    clientRequestId: string,
    options?: CallOptions,
  ): Promise<RequestStatus>;
  /** Deprecated; legacy dialect only, else a TypeError. Lines of `{crmUserId, emailAddress, isDeleted?}`. */
  mapUsers(request: UploadRequest, options?: CallOptions): Promise<void>;
  /** Deprecated; legacy dialect only, else a TypeError. Stored when the promise resolves. */
  uploadDealStages(integrationId: string, stages: readonly DealStage[], options?: CallOptions): Promise<void>;
  /**
   * Waits for the turn of a call that is still to be put together. The permit goes into the call's options;
   * whatever happens, `settled()` must be called in the end.
   */
  reserve(options?: Omit<CallOptions, 'permit'>): Promise<Permit>;
  /** For metrics, and for those who want to know whether it makes sense to ask. */
  budget(): BudgetState;
  /** @param forget whether replicas forget what these credentials have spent: Gong has refused them */
  close(forget?: boolean): Promise<void>;
}

/** A refresh token, with which access tokens are renewed. */
export interface OauthCredentials {
  readonly kind: 'oauth';
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  readonly tokenUrl: string;
}

export type GongCredentials = FixedCredentials | OauthCredentials;

export interface GongClientSettings {
  readonly baseUrl: string;
  readonly credentials: GongCredentials;
  readonly dialect: ApiDialect;
  /** From a call's grant by the budget to the last byte of its answer, all repeats and pauses included. */
  readonly timeoutMs: number;
  /** The same for calls that send a file. */
  readonly uploadTimeoutMs: number;
  /** Of an answer, decoded. */
  readonly maxResponseBytes: number;
  /** In any second, as Gong counts them on arrival. 0: no limit. */
  readonly callsPerSecond: number;
  /** In any 24 hours. 0: no limit. */
  readonly callsPerDay: number;
  /** How many percent of the day's calls polls may use. */
  readonly pollDayShare: number;
  /** The percentage of the day's calls one caller may use while there are others. */
  readonly callerDayShare: number;
  /** How many calls one caller may have waiting for the budget, in each priority. */
  readonly queueMaxPerCaller: number;
  /** How long a `Retry-After` is honoured before a single call probes whether it still holds. */
  readonly probeAfterMs: number;
  /** How long a call may wait for the budget, repeats after a 429 included, before RATE_LIMITED. */
  readonly queueMaxMs: number;
  /** After five failures in a row, how long Gong is not asked. */
  readonly breakerOpenMs: number;
  /** How many gateways share the budget in Redis: each one's part of it while Redis is away. */
  readonly replicas: number;
}

/** What was learnt of one attempt at a call; for metrics. */
export interface GongCall {
  readonly operation: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** Waiting for the budget. */
  readonly waitedMs: number;
  /** From the grant to the end of the answer. */
  readonly durationMs: number;
  /** `null` where no answer came. */
  readonly status: number | null;
  /** Gong's own reference for its support. */
  readonly gongRequestId: string | null;
  /** Of the catalogue; absent for a success. */
  readonly code?: ErrorCode;
  /** Gong knows the credentials, but they lack this scope. */
  readonly missingScope?: string;
}

/** The part of pino that is used. */
export interface GongLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface GongClientDeps {
  readonly logger: GongLogger;
  /** Where all replicas share one budget; without it, this client has the whole of it. Stays the giver's. */
  readonly redis?: Redis | undefined;
  /** Told of tokens that were not in the settings, so that no log shows them. */
  readonly onSecrets?: ((secrets: readonly string[]) => void) | undefined;
  /** Told of every attempt that got a permit, once it has ended. */
  readonly onCall?: (call: GongCall) => void;
  readonly observer?: Observer | undefined;
  readonly tracer?: Tracer | undefined;
}
