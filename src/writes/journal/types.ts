import type { UploadObjectType } from '../../crm/object-types.js';
import type { RequestStatus } from '../../crm/request-status.js';
import type { ObjectError } from '../lists/sent-objects.js';

/** What was written. A file is a request for each of its parts; the two deprecated calls are lists. */
export const JOURNAL_KINDS = ['LIST', 'FILE', 'QUEUE', 'SCHEMA_PUSH', 'REGISTRATION', 'DELETION'] as const;
export type JournalKind = (typeof JOURNAL_KINDS)[number];

/** Gong's states, and `LOST`: what became of the request cannot be found out. */
export const JOURNAL_STATES = ['PENDING', 'IN_PROGRESS', 'DONE', 'FAILED', 'LOST'] as const;
export type JournalState = (typeof JOURNAL_STATES)[number];

/** Who is behind a write. */
export interface Author {
  /** `Caller.id`; `null` for the gateway itself. */
  readonly caller: string | null;
  /** The `reqId` of the operation's lines in the log. */
  readonly operationId: string | null;
}

export const GATEWAY: Author = { caller: null, operationId: null };

/** One of those whose objects are in a request. */
export interface Writer extends Author {
  /** `null` if it is not known. */
  readonly objectCount: number | null;
}

/** A request that Gong has, or may have. */
export interface SentRequest {
  readonly kind: JournalKind;
  /** `null` for a registration whose answer was lost. */
  readonly integrationId: string | null;
  /** `null` for calls that Gong carries out at once. */
  readonly clientRequestId: string | null;
  readonly objectType: UploadObjectType | null;
  /** `null` if it is not known. 0 for what has no objects. */
  readonly objectCount: number | null;
  /** Several where callers share the request. */
  readonly writers: readonly Writer[];
  /** Gong's own ID of the call, which its support asks for; `null` if it is not known. */
  readonly gongRequestId: string | null;
  /** Whether the answer was lost, so that Gong may have the request or not. */
  readonly isUnsure: boolean;
}

export type NamedRequest = SentRequest & { readonly integrationId: string; readonly clientRequestId: string };

/** A request as the journal remembers it. */
export interface JournalEntry extends Omit<SentRequest, 'isUnsure'> {
  /** Sorts by the time of sending. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly state: JournalState;
  /** When the state became final; `null` until then. */
  readonly endedAt: number | null;
  /** Why it is not known what became of it; otherwise `null`. */
  readonly message: string | null;
  /** The first 20. */
  readonly errors: readonly ObjectError[];
  readonly totalErrorCount: number | null;
  readonly totalSuccessCount: number | null;
}

export interface JournalFilter {
  readonly objectType?: UploadObjectType | undefined;
  readonly state?: JournalState | undefined;
  readonly kind?: JournalKind | undefined;
  readonly caller?: string | undefined;
  /** An object of which Gong has reported an error. */
  readonly refusedObjectId?: string | undefined;
  /** Sent at this time or later, in milliseconds since 1970. */
  readonly since?: number | undefined;
}

export interface JournalPage {
  /** The newest first. */
  readonly entries: readonly JournalEntry[];
  /** Where the next page begins: pass it as `after`. `null` after the last entry. */
  readonly next: string | null;
}

/**
 * Every request that was written to Gong with one set of credentials, what became of it, and whose it was. The oldest
 * entries expire.
 */
export interface Journal {
  /**
   * Records a request that was just sent; or adds its writers to one that is known, which was sent again. Never rejects,
   * because the request has been sent: an entry that cannot be stored is logged and counted. Waits for the store, but no
   * longer than a second.
   */
  record(request: SentRequest): Promise<void>;
  /**
   * Sends a webhook to this address, which `Webhooks.refusalOf` has accepted, once the request has ended. Never rejects, and
   * waits no longer than a second.
   *
   * @returns whether that is certain
   */
  tell(request: NamedRequest, url: string): Promise<boolean>;
  /** Takes note of a status that Gong has answered, whoever asked. Never throws. */
  saw(integrationId: string, clientRequestId: string, status: RequestStatus): void;
  /** @throws StoreError */
  page(filter: JournalFilter, first: number, after?: string): Promise<JournalPage>;
  /** @throws StoreError */
  find(integrationId: string, clientRequestId: string): Promise<JournalEntry | null>;
  /** Calls back whenever an entry was added or has changed. Returns a function that ends that. */
  onChanged(callback: () => void): () => void;
}

/** Whether the state can no longer change by itself. */
export function isEnded(state: JournalState): boolean {
  return state === 'DONE' || state === 'FAILED' || state === 'LOST';
}
