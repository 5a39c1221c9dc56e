import type { Logger } from 'pino';
import type { ApiDialect, GongClient } from '../gong/types.js';
import { type ActiveIntegration, createActiveIntegration } from '../loaders/active-integration.js';
import { createObjectBatcher, type ObjectBatcher } from '../loaders/object-batcher.js';
import { type CrmObjectSource, toSource } from '../loaders/object-source.js';
import type { WatchBackend } from '../requests/watch-backend.js';
import { createRequestWatcher, type RequestWatcher, type WatchSettings } from '../requests/watcher.js';
import type { Observer } from '../telemetry/observer.js';
import type { Tracer } from '../telemetry/tracer.js';
import type { UploadEngine } from '../uploads/engine/types.js';
import { observeUploads } from '../uploads/observed-uploads.js';
import type { ProgressBoard } from '../uploads/progress-board.js';
import { createSubmissionLedger, type SubmissionLedger } from '../uploads/submission-ledger.js';
import { untilFinal } from '../uploads/until-final.js';
import { createUploadService, type UploadService } from '../uploads/upload-service.js';
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
  /** The same service with another view of the client. */
  readonly uploadsWith: (gong: GongClient) => UploadService;
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
  readonly logger: Logger;
  readonly observer: Observer;
  readonly tracer: Tracer;
}

/**
 * Owns its watcher alone: close that. What it is given of the board and the backend must be its own part of them.
 *
 * @param ledger of the requests that an earlier tenant with the same credentials sent
 */
export function createTenant(
  gong: GongClient,
  admission: Admission,
  shared: SharedByTenants,
  ledger: SubmissionLedger = createSubmissionLedger(),
): Tenant {
  const { dialect, requirePhone, engine, board, observer, tracer } = shared;
  const uploadsWith = (client: GongClient) => {
    const uploads = createUploadService({
      gong: client,
      dialect,
      requirePhone,
      engine,
      board,
      ledger,
      untilFinal: (integrationId, clientRequestId) => untilFinal(client, integrationId, clientRequestId),
    });
    return observeUploads(admitUploads(uploads, admission), observer);
  };
  return {
    gong,
    admission,
    batcher: createObjectBatcher(gong, toSource, { observer, tracer }),
    activeIntegration: createActiveIntegration(gong),
    requests: createRequestWatcher(shared.watch, { gong, backend: shared.backend, logger: shared.logger }),
    uploads: uploadsWith(gong),
    uploadsWith,
  };
}
