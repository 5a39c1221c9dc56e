import type { Logger } from 'pino';
import type { ApiDialect } from '../crm/dialects.js';
import type { GongClient } from '../gong/types.js';
import { type ActiveIntegration, createActiveIntegration } from '../loaders/active-integration.js';
import { createObjectBatcher, type ObjectBatcher } from '../loaders/object-batcher.js';
import { type CrmObjectSource, createToSource } from '../loaders/object-source.js';
import type { WatchBackend } from '../requests/watch-backend.js';
import { createRequestWatcher, type RequestWatcher, type WatchSettings } from '../requests/watcher.js';
import type { Observer } from '../telemetry/observer.js';
import type { Tracer } from '../telemetry/tracer.js';
import type { UploadEngine } from '../uploads/engine/types.js';
import { createSubmissionLedger } from '../uploads/ledger/ledger.js';
import { observeUploads } from '../uploads/observed-uploads.js';
import type { ProgressBoard } from '../uploads/progress-board.js';
import { createUploadService, type UploadService } from '../uploads/upload-service.js';
import type { WriteMemory } from '../uploads/write-memory.js';
import type { Admission } from './admission.js';
import { admitUploads } from './admitted-uploads.js';

/**
 * Everything that belongs to one set of credentials for Gong. What Gong told one is never told another: batches,
 * memories, watches, names of uploads and the budget are its own.
 */
export interface Tenant {
  readonly gong: GongClient;
  readonly batcher: ObjectBatcher<CrmObjectSource>;
  readonly activeIntegration: ActiveIntegration;
  readonly requests: RequestWatcher;
  readonly uploads: UploadService;
  readonly admission: Admission;
}

/** What all tenants of a process share. */
export interface SharedByTenants {
  readonly dialect: ApiDialect;
  readonly requirePhone: boolean;
  readonly watch: WatchSettings;
  readonly engine: UploadEngine;
  readonly board: ProgressBoard;
  readonly backend: WatchBackend;
  readonly writes: WriteMemory;
  readonly logger: Logger;
  readonly observer: Observer;
  readonly tracer: Tracer;
}

/**
 * Owns its watcher alone: close that. What it is given of the board, the backend and the memory of writes must be its
 * own part of them.
 */
export function createTenant(gong: GongClient, admission: Admission, shared: SharedByTenants): Tenant {
  const { dialect, requirePhone, engine, board, observer, tracer, logger, backend, writes } = shared;
  const requests = createRequestWatcher(shared.watch, { gong, backend, logger });
  const ledger = createSubmissionLedger({
    ...writes,
    askStatus: gong.requestStatus,
    admit: writes.isShared ? (integrationId) => admission.prove(integrationId) : undefined,
  });
  const { sentObjects } = writes;
  const { untilFinal } = requests;
  const uploads = createUploadService({
    gong,
    dialect,
    requirePhone,
    engine,
    board,
    ledger,
    sentObjects,
    untilFinal,
  });
  return {
    gong,
    admission,
    batcher: createObjectBatcher(gong, createToSource(dialect, shared.logger), { observer, tracer }),
    activeIntegration: createActiveIntegration(gong),
    requests,
    uploads: observeUploads(admitUploads(uploads, admission), observer),
  };
}
