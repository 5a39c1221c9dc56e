import type { ApiDialect } from '../crm/dialects.js';
import { type DealStagesUpload, mapUsers, type UserMapping, uploadDealStages } from './deprecated.js';
import type { UploadEngine } from './engine/types.js';
import type { FileProgress, ProgressBoard, UploadFailure } from './files/progress-board.js';
import type { FileReport } from './files/report.js';
import type { PartSender } from './files/send-parts.js';
import {
  checkFile,
  type FileCheck,
  type FileUpload,
  type FileUploadResult,
  uploadFile,
} from './files/upload.js';
import type { SchemaReads } from './known-fields.js';
import type { SubmissionLedger } from './ledger/ledger.js';
import type { Submitted, SubmittedRequest } from './ledger/types.js';
import type { ListWarnings } from './lists/rules.js';
import type { SentObjects } from './lists/sent-objects.js';
import { type ListUpload, type ListUploadResult, uploadList } from './lists/upload.js';
import { pushSchema, type SchemaPush } from './push-schema.js';

/** Everything that changes what Gong has. */
export interface UploadService {
  /** `progressName` is what `followUpload` knows it by. */
  uploadFile(upload: FileUpload, progressName?: string): Promise<FileUploadResult>;
  /** How far the upload of this name has come, until it ends. One that has not begun is waited for. */
  followUpload(progressName: string): AsyncIterableIterator<FileProgress>;
  /** Whoever waits for this upload waits in vain, unless `uploadFile` was told of it: it has been refused. */
  refuseUpload(progressName: string, failure: UploadFailure | null): void;
  /** The checks of `uploadFile` alone. */
  checkFile(check: FileCheck): Promise<FileReport>;
  uploadList(upload: ListUpload): Promise<ListUploadResult>;
  mapUsers(mapping: UserMapping): Promise<Submitted & ListWarnings>;
  uploadDealStages(upload: DealStagesUpload): Promise<Submitted | null>;
  pushSchema(push: SchemaPush): ReturnType<typeof pushSchema>;
  /** An integration is deleted once: without an ID of the caller's, one is made from its own. */
  deleteIntegration(integrationId: string, clientRequestId?: string): Promise<SubmittedRequest>;
  /** Gong's errors in the lines of a request, with the objects that were sent in them. */
  readonly nameObjects: SentObjects['name'];
}

export interface UploadServiceDependencies extends PartSender {
  readonly reads: SchemaReads;
  readonly engine: UploadEngine;
  readonly board: ProgressBoard;
  readonly dialect: ApiDialect;
  readonly requirePhone: boolean;
  readonly ledger: SubmissionLedger;
  readonly admit: (integrationId: string) => Promise<void>;
}

export function createUploadService(deps: UploadServiceDependencies): UploadService {
  const { gong, ledger, sentObjects } = deps;
  const deprecated = { ...deps, now: () => new Date().toISOString().replace(/\.\d+Z$/, 'Z') };
  return {
    uploadFile(upload, name) {
      const onStep = name === undefined ? undefined : (step: FileProgress) => deps.board.post(name, step);
      return uploadFile({ ...upload, onStep }, deps);
    },
    followUpload: (name) => deps.board.follow(name),
    refuseUpload: deps.board.postRefusal,
    checkFile: (check) => checkFile(check, deps),
    uploadList: (upload) => uploadList(upload, deps),
    mapUsers: (mapping) => mapUsers(mapping, deprecated),
    uploadDealStages: (upload) => uploadDealStages(upload, deprecated),
    pushSchema: (push) => pushSchema(push, deps),
    async deleteIntegration(integrationId, clientRequestId) {
      const content = Promise.resolve(integrationId);
      const submission = { integrationId, clientRequestId, kind: 'delete', content };
      const { requests: _, ...request } = await ledger.submit(submission, async (attempt) => [
        await attempt.submit(attempt.clientRequestId, (name) =>
          gong.deleteIntegration(name.integrationId, name.clientRequestId),
        ),
      ]);
      return request;
    },
    nameObjects: sentObjects.name,
  };
}
