import type { Logger } from 'pino';
import type { ApiDialect } from '../crm/dialects.js';
import { type SharedReads, withSharedReads } from '../gong/shared-reads.js';
import type { GongClient } from '../gong/types.js';
import { type ActiveIntegration, createActiveIntegration } from '../loaders/active-integration.js';
import { createObjectBatcher, type ObjectBatcher } from '../loaders/object-batcher.js';
import { type CrmObjectSource, createToSource } from '../loaders/object-source.js';
import type { Invalidations } from '../requests/invalidations.js';
import type { WatchBackend } from '../requests/watch-backend.js';
import {
  createRequestWatcher,
  finalStatus,
  type RequestWatcher,
  type WatchSettings,
} from '../requests/watcher.js';
import type { Store } from '../store/store.js';
import type { Observer } from '../telemetry/observer.js';
import type { Tracer } from '../telemetry/tracer.js';
import type { Webhooks } from '../webhooks/webhooks.js';
import type { UploadEngine } from '../writes/engine/types.js';
import type { ProgressBoard } from '../writes/files/progress-board.js';
import { createFollower } from '../writes/journal/follower.js';
import { createJournal } from '../writes/journal/journal.js';
import { createNotices } from '../writes/journal/notices.js';
import { createRecorder } from '../writes/journal/recorder.js';
import type { JournalSettings } from '../writes/journal/settings.js';
import { type Author, GATEWAY, type Journal } from '../writes/journal/types.js';
import { createSubmissionLedger } from '../writes/ledger/ledger.js';
import { createListBatcher } from '../writes/lists/batcher.js';
import type { WriteMemory } from '../writes/memory.js';
import { observeUploads } from '../writes/observed.js';
import {
  type ChangeQueue,
  type ChangeQueueDeps,
  type ChangeQueueSettings,
  createChangeQueue,
  createNoQueue,
} from '../writes/queue/queue.js';
import { createUploadService, type UploadService } from '../writes/service.js';
import { ADMITTED, type Admission } from './admission.js';

/**
 * Everything that belongs to one set of credentials for Gong. Nothing that Gong answered is shared between tenants: each
 * has its own batches, caches, watches, upload names and budget.
 */
export interface Tenant {
  /** Reads are not shared or cached; writes invalidate the cache of `reads`. */
  readonly gong: GongClient;
  readonly reads: SharedReads;
  readonly batcher: ObjectBatcher<CrmObjectSource>;
  readonly activeIntegration: ActiveIntegration;
  readonly requests: RequestWatcher;
  readonly uploads: UploadService;
  /** The same service on one caller's views of the client, for one of its operations. */
  readonly uploadsWith: (
    views: Pick<Tenant, 'gong' | 'reads'>,
    caller?: string,
    author?: Author,
  ) => UploadService;
  readonly journal: Journal;
  /** Changes that are sent whatever happens meanwhile. */
  readonly queue: ChangeQueue;
  readonly admission: Admission;
  /**
   * Calls back after a write to integrations or schemas, of this replica or another, also if the write has failed. Returns a
   * function that ends this.
   */
  readonly onWritten: (callback: () => void) => () => void;
  /** Ends every watch and releases its lease. */
  close(): Promise<void>;
}

/** A write invalidates the tenant's whole cache: writes are rare. */
const EVERYTHING = '';

/** Shared by all tenants of a process. */
export interface SharedByTenants {
  readonly dialect: ApiDialect;
  readonly requirePhone: boolean;
  readonly watch: WatchSettings;
  readonly engine: UploadEngine;
  readonly board: ProgressBoard;
  readonly backend: WatchBackend;
  readonly writes: WriteMemory;
  readonly store: Store;
  /** For what is kept about all tenants in one place; not scoped. */
  readonly journals: Store;
  readonly queue: ChangeQueueSettings;
  readonly journal: JournalSettings;
  readonly webhooks: Webhooks;
  readonly invalidations: Invalidations;
  /** How long schemas and the active integration are cached, in milliseconds. 0: not at all. */
  readonly cacheTtlMs: number;
  /** How long objects wait for others that can be read with them. 0: not at all. */
  readonly readMergeMs: number;
  readonly logger: Logger;
  readonly observer: Observer;
  readonly tracer: Tracer;
}

/** What a tenant has for itself. */
export interface TenantPart extends SharedByTenants {
  /** Tells the tenants' journals apart; ends in a slash. */
  readonly scope: string;
}

/**
 * Does not own the client. The board, the backend, the invalidations, the memory of writes and the store must be scoped to
 * this tenant (scoped.ts, `scopedStore`).
 */
export function createTenant(client: GongClient, admission: Admission, shared: TenantPart): Tenant {
  const { dialect, requirePhone, engine, board, observer, tracer, logger, backend, writes, invalidations } =
    shared;
  const listeners = new Set<() => void>();
  const tellListeners = () => {
    for (const callback of listeners) callback();
  };
  const { sentObjects } = writes;
  const journal = createJournal(shared.journal, { ...shared, store: shared.journals, sentObjects });
  const { gong, reads, invalidate } = withSharedReads(withStatuses(client, journal), shared, () => {
    tellListeners();
    return invalidations.announce(EVERYTHING);
  });
  const stopListening = invalidations.onAnnounced(EVERYTHING, () => {
    invalidate();
    tellListeners();
  });
  const requests = createRequestWatcher(shared.watch, { gong, backend, logger });
  const { failedLists } = writes;
  const admit = admission.prove;
  const ledger = createSubmissionLedger({ ...writes, askStatus: gong.requestStatus, admit });
  const lists = createListBatcher({
    ...{ gong, ledger, sentObjects, failedLists, admit, observer, tracer },
    record: createRecorder(journal, GATEWAY),
  });
  const follower = createFollower(shared.journal, {
    ...{ ...shared, store: shared.journals, journal, requests },
    isScarce() {
      const { left, limit } = gong.budget().perDay;
      return left !== null && left < limit / 2;
    },
  });
  const queue = createQueue({ admission, requests, gong, sentObjects, journal, logger, observer }, shared);
  // Nothing is read for credentials that anyone may have made up.
  const doNotStart = admission.onAccepted(follower.start);
  const uploadsWith: Tenant['uploadsWith'] = (views, caller, author = GATEWAY) => {
    const uploads = createUploadService({
      ...views,
      dialect,
      requirePhone,
      engine,
      board,
      admit: admission.prove,
      ledger: { ...ledger, submit: (submission, send) => ledger.submit({ ...submission, caller }, send) },
      sentObjects,
      batcher: lists,
      caller,
      author,
      queue,
      record: createRecorder(journal, author),
      notices: createNotices(journal, shared.webhooks, author),
      untilFinal: (integrationId, clientRequestId) =>
        requests.untilFinal(integrationId, clientRequestId, caller),
    });
    return observeUploads(uploads, observer);
  };
  return {
    gong,
    reads,
    admission,
    onWritten(callback) {
      listeners.add(callback);
      return () => void listeners.delete(callback);
    },
    batcher: createObjectBatcher(gong, createToSource(dialect, shared.logger), {
      mergeMs: shared.readMergeMs,
      observer,
      tracer,
    }),
    activeIntegration: createActiveIntegration(reads),
    requests,
    queue,
    uploads: uploadsWith({ gong, reads }),
    uploadsWith,
    journal,
    async close() {
      stopListening();
      doNotStart();
      await follower.close();
      await queue.close();
      await requests.close();
      await journal.close();
    },
  };
}

/** The journal learns of every status that Gong answers, whoever has asked. */
function withStatuses(client: GongClient, journal: Pick<Journal, 'saw'>): GongClient {
  return {
    ...client,
    async requestStatus(integrationId, clientRequestId, options) {
      const status = await client.requestStatus(integrationId, clientRequestId, options);
      journal.saw(integrationId, clientRequestId, status);
      return status;
    },
  };
}

type QueueNeeds = Omit<ChangeQueueDeps, 'store' | 'webhooks' | 'untilFinal'> & {
  readonly admission: Admission;
  readonly requests: RequestWatcher;
};

/** Callers' own credentials are not stored, so nothing could be sent once they are gone. */
function createQueue({ admission, requests, ...deps }: QueueNeeds, shared: SharedByTenants): ChangeQueue {
  const { store, webhooks } = shared;
  if (admission !== ADMITTED)
    return createNoQueue('the gateway’s own credentials for Gong, and GONG_CREDENTIALS is passthrough');
  if (!store.isDurable) return createNoQueue('DATA_DIR or REDIS_URL, so that changes outlive the process');
  const untilFinal = (integrationId: string, clientRequestId: string) =>
    finalStatus(requests.follow(integrationId, clientRequestId, 0));
  return createChangeQueue(shared.queue, { ...deps, store, webhooks, untilFinal });
}
