import type { SchemaObjectType, UploadObjectType } from '../crm/object-types.js';
import type { RequestStatus } from '../crm/request-status.js';
import type { SchemaField, SchemaFieldPush } from '../crm/schema-field.js';
import type { ErrorCode } from '../errors.js';
import type { Log } from '../log.js';
import type { Redis } from '../redis/connection.js';
import type { EndedCall, Observer } from '../telemetry/observer.js';
import type { Tracer } from '../telemetry/tracer.js';
import type { BudgetState, CallPriority, Permit } from './budget/ledger.js';
import type { Sharers } from './budget/sharers.js';
import type { OrFlaw } from './flaw.js';

export type { BudgetState, CallPriority, Permit } from './budget/ledger.js';
export type { GongClientSettings, GongCredentials, OauthCredentials } from './settings.js';

export interface GongIntegration {
  /** A 64-bit integer as a string of digits. */
  readonly integrationId: string;
  readonly name: string;
  readonly ownerEmail: string;
}

/** An object's fields as Gong returned them; integers beyond 2^53 are strings of digits (see lossless-json.ts). */
export type CrmRecord = Readonly<Record<string, unknown>>;

/** A stage in the deprecated, synchronous form (reference, section 2). */
export interface DealStage {
  readonly internalName: string;
  readonly name: string;
  readonly isActive: boolean;
  readonly sortOrder: number;
}

export interface CallOptions {
  /** Default `interactive`. */
  readonly priority?: CallPriority;
  /** The client of the gateway whose turn in the budget the call takes; see `clientForCaller`. Default: the gateway itself. */
  readonly caller?: string | undefined;
  /** Replaces `caller` where several callers wait for the same call. */
  readonly sharers?: Sharers | undefined;
  /** Abandons the call, whether it is waiting for the budget or for Gong. */
  readonly signal?: AbortSignal;
  /** From `reserve`: the first attempt does not wait for the budget. */
  readonly permit?: Permit;
  /** Called after every attempt that got a permit. */
  readonly onAttempt?: (attempt: CallAttempt) => void;
}

export interface CallAttempt extends Pick<GongCall, 'gongRequestId'> {
  /** Whether Gong may have carried the call out or not: there was no answer that says so. */
  readonly isUnsure: boolean;
}

/** Bytes of known length that can be read again for a repeat: a Blob, or a file on disk. */
export interface FileBody {
  readonly size: number;
  /** Starts at the first byte each time. */
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

/** Gong's CRM API, one method per operation, the same for both dialects. Calls reject with a `GatewayError`. */
export interface GongClient {
  listIntegrations(options?: CallOptions): Promise<readonly OrFlaw<GongIntegration>[]>;
  registerIntegration(input: { name: string; ownerEmail: string }, options?: CallOptions): Promise<string>;
  deleteIntegration(integrationId: string, clientRequestId: string, options?: CallOptions): Promise<void>;
  /** Lists all four types where `objectType` is left out. */
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
   * Resolves in the order of `ids`, with `null` where Gong does not have the object. The list is the caller's own. Rejects
   * with a RangeError for more than `MAX_IDS_PER_CALL` ids.
   */
  getObjects(
    integrationId: string,
    objectType: SchemaObjectType,
    ids: readonly string[],
    options?: CallOptions,
  ): Promise<OrFlaw<CrmRecord | null>[]>;
  uploadObjects(objectType: UploadObjectType, request: UploadRequest, options?: CallOptions): Promise<void>;
  requestStatus(
    integrationId: string,
    clientRequestId: string,
    options?: CallOptions,
  ): Promise<RequestStatus>;
  /** Deprecated; a TypeError in the current dialect. Lines are `{crmUserId, emailAddress, isDeleted?}`. */
  mapUsers(request: UploadRequest, options?: CallOptions): Promise<void>;
  /** Deprecated; a TypeError in the current dialect. Synchronous: the stages are stored once this resolves. */
  uploadDealStages(integrationId: string, stages: readonly DealStage[], options?: CallOptions): Promise<void>;
  /**
   * Waits for the turn of a call that is still to be put together. Pass the permit in that call's options, and call its
   * `settled()` in the end, whatever happens.
   */
  reserve(options?: Omit<CallOptions, 'permit'>): Promise<Permit>;
  budget(): BudgetState;
  /** @param forget whether to delete what these credentials have spent from Redis, because Gong has refused them */
  close(forget?: boolean): Promise<void>;
}

/** An attempt at a call, for metrics and the log. `durationMs` begins with the call's turn in the budget. */
export interface GongCall extends EndedCall {
  /** Time spent waiting for the budget. */
  readonly waitedMs: number;
  /** What Gong's support asks for. */
  readonly gongRequestId: string | null;
  readonly code?: ErrorCode;
  /** Gong accepts the credentials, but they lack this scope. */
  readonly missingScope?: string;
}

export interface GongClientDeps {
  readonly logger: Log;
  /** Where replicas share one budget. Without it this client has the whole budget. Not owned. */
  readonly redis?: Redis | undefined;
  /** Called with tokens that were not in the settings, so that they can be kept out of the log. */
  readonly onSecrets?: ((secrets: readonly string[]) => void) | undefined;
  /** Called after every attempt that got a permit. */
  readonly onCall?: (call: GongCall) => void;
  readonly observer?: Observer | undefined;
  readonly tracer?: Tracer | undefined;
}
