import type { ApiDialect } from '../crm/dialects.js';
import type { DealStage } from '../gong/types.js';
import { mapUsers, type UserMapping, uploadDealStages } from './deprecated.js';
import type { UploadEngine } from './engine/types.js';
import type { FileReport } from './file-report.js';
import {
  checkFile,
  type FileCheck,
  type FileUpload,
  type FileUploadResult,
  uploadFile,
} from './file-upload.js';
import type { SchemaReads } from './known-fields.js';
import { type ListUpload, type ListUploadResult, uploadList } from './list-upload.js';
import type { FileProgress, ProgressBoard } from './progress-board.js';
import { pushSchema, type SchemaPush } from './push-schema.js';
import type { PartSender } from './send-parts.js';
import { createSubmissionLedger, type SubmissionLedger, submitKnown } from './submission-ledger.js';
import type { SubmittedRequest } from './submit-once.js';

/** Everything that changes what Gong has. */
export interface UploadService {
  /** `progressName` is what `followUpload` knows it by. */
  uploadFile(upload: FileUpload, progressName?: string): Promise<FileUploadResult>;
  /** How far the upload of this name has come, until it ends. One that has not begun is waited for. */
  followUpload(progressName: string): AsyncIterableIterator<FileProgress>;
  /** Whoever waits for this upload waits in vain, unless `uploadFile` was told of it: it has been refused. */
  refuseUpload(progressName: string): void;
  /** The checks of `uploadFile` alone. */
  checkFile(check: FileCheck): Promise<FileReport>;
  uploadList(upload: ListUpload): Promise<ListUploadResult>;
  mapUsers(mapping: UserMapping): Promise<SubmittedRequest>;
  uploadDealStages(integrationId: string, stages: readonly DealStage[]): Promise<SubmittedRequest | null>;
  pushSchema(push: SchemaPush): ReturnType<typeof pushSchema>;
  /** An integration is deleted once: without an ID of the caller's, one is made from its own. */
  deleteIntegration(integrationId: string, clientRequestId?: string): Promise<SubmittedRequest>;
}

export interface UploadServiceDependencies extends PartSender {
  readonly reads: SchemaReads;
  readonly engine: UploadEngine;
  readonly board: ProgressBoard;
  readonly dialect: ApiDialect;
  readonly requirePhone: boolean;
  /** What was sent before, where that is known; otherwise it begins empty. */
  readonly ledger?: SubmissionLedger | undefined;
}

export function createUploadService(deps: UploadServiceDependencies): UploadService {
  const { gong, ledger = createSubmissionLedger() } = deps;
  const sender = { ...deps, ledger };
  const deprecated = { ...sender, now: () => new Date().toISOString().replace(/\.\d+Z$/, 'Z') };
  return {
    uploadFile(upload, name) {
      const onStep = name === undefined ? undefined : (step: FileProgress) => deps.board.post(name, step);
      return uploadFile({ ...upload, onStep }, sender);
    },
    followUpload: (name) => deps.board.follow(name),
    refuseUpload: (name) => deps.board.postRefusal(name),
    checkFile: (check) => checkFile(check, sender),
    uploadList: (upload) => uploadList(upload, sender),
    mapUsers: (mapping) => mapUsers(mapping, deprecated),
    uploadDealStages: (integrationId, stages) => uploadDealStages(integrationId, stages, deprecated),
    pushSchema: (push) => pushSchema(push, gong),
    deleteIntegration: (integrationId, clientRequestId = `delete-${integrationId}`) =>
      submitKnown(ledger, 'deletion', { integrationId, clientRequestId }, (request) =>
        gong.deleteIntegration(request.integrationId, request.clientRequestId),
      ),
  };
}
