import type { RequestLineError } from '../crm/request-status.js';
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
import type { Notices } from './journal/notices.js';
import type { Submitted, SubmittedRequest } from './ledger/types.js';
import type { ListWarnings } from './lists/rules.js';
import type { ObjectError } from './lists/sent-objects.js';
import {
  type ListUpload,
  type ListUploadDependencies,
  type ListUploadResult,
  uploadList,
} from './lists/upload.js';
import { pushSchema, type SchemaPush } from './push-schema.js';

const NO_OBJECTS = { objectType: null, objectCount: 0 };

import { checkChanges, type GivenChanges } from './queue/check-changes.js';
import type { AddOptions, ChangeQueue } from './queue/queue.js';
import type { Ticket } from './queue/types.js';

/** Every operation that changes data at Gong. */
export interface UploadService {
  /** @param progressName the name under which `followUpload` finds its progress */
  uploadFile(upload: FileUpload, progressName?: string): Promise<FileUploadResult>;
  /** The progress of the upload of this name until it ends. Waits for one that has not begun. */
  followUpload(progressName: string): AsyncIterableIterator<FileProgress>;
  /** Ends `followUpload` for an upload that was refused before it reached `uploadFile`. */
  refuseUpload(progressName: string, failure: UploadFailure | null): void;
  /** Runs the checks of `uploadFile` alone. */
  checkFile(check: FileCheck, progressName?: string): Promise<FileReport>;
  uploadList(upload: ListUpload): Promise<ListUploadResult>;
  /** Checks changes and queues them. */
  queueChanges(changes: GivenChanges & AddOptions): Promise<ListWarnings & { readonly ticket: Ticket }>;
  mapUsers(mapping: UserMapping): Promise<Submitted & ListWarnings>;
  uploadDealStages(upload: DealStagesUpload): Promise<Submitted | null>;
  pushSchema(push: SchemaPush): ReturnType<typeof pushSchema>;
  /** Returns the ID of the new integration. */
  registerIntegration(input: { readonly name: string; readonly ownerEmail: string }): Promise<string>;
  deleteIntegration(deletion: Deletion): Promise<SubmittedRequest>;
  /** What is wrong with an address for webhooks, as `needed …`; `undefined` if it may be used. */
  readonly addressRefusal: (url: string) => string | undefined;
  /**
   * Adds to Gong's errors, which only name lines of a request, the objects that were in them. If callers share the request,
   * only errors of this caller's objects are left.
   */
  nameObjects(
    integrationId: string,
    clientRequestId: string,
    errors: readonly RequestLineError[],
  ): Promise<ObjectError[]>;
}

export interface Deletion {
  readonly integrationId: string;
  /** Default: derived from the integration's ID, so that it is deleted once. */
  readonly clientRequestId?: string | undefined;
  /** Where to send a webhook once the deletion has ended. */
  readonly notify?: string | undefined;
}

export interface UploadServiceDependencies extends PartSender, ListUploadDependencies {
  readonly engine: UploadEngine;
  readonly board: ProgressBoard;
  readonly queue: ChangeQueue;
  readonly admit: (integrationId: string) => Promise<void>;
  readonly notices: Notices;
}

export function createUploadService(deps: UploadServiceDependencies): UploadService {
  const { gong, ledger, sentObjects, queue, record, notices, caller } = deps;
  const deprecated = { ...deps, now: () => new Date().toISOString().replace(/\.\d+Z$/, 'Z') };
  const poster = (name: string | undefined) =>
    name === undefined ? undefined : (step: FileProgress) => deps.board.post(name, step);
  return {
    async uploadFile(upload, name) {
      const result = await uploadFile({ ...upload, onStep: poster(name) }, deps);
      if (result.kind === 'REJECTED') return result;
      const { objectType, notify } = upload;
      return notices.promise(result, { kind: 'FILE', objectType, objectCount: null }, notify);
    },
    followUpload: (name) => deps.board.follow(name),
    refuseUpload: deps.board.postRefusal,
    checkFile: (check, name) => checkFile({ ...check, onStep: poster(name) }, deps),
    async uploadList(upload) {
      const result = await uploadList(upload, deps);
      const { objectType, objectCount } = result;
      return notices.promise(result, { kind: 'LIST', objectType, objectCount }, upload.notify);
    },
    async queueChanges(given) {
      const checker = { ...deps, reads: queue.lastKnown.schemas(deps.reads) };
      const { changes, integrationId, ...warnings } = await checkChanges(given, checker);
      return { ...warnings, ticket: await queue.add(integrationId, changes, given) };
    },
    mapUsers: (mapping) => mapUsers(mapping, deprecated),
    uploadDealStages: (upload) => uploadDealStages(upload, deprecated),
    pushSchema: (push) => pushSchema(push, deps),
    registerIntegration: (input) =>
      record(
        { kind: 'REGISTRATION', integrationId: null, clientRequestId: null, ...NO_OBJECTS },
        (options) => gong.registerIntegration(input, options),
        (integrationId) => integrationId,
      ),
    async deleteIntegration({ integrationId, clientRequestId, notify }) {
      const content = Promise.resolve(integrationId);
      const submission = { integrationId, clientRequestId, kind: 'delete', content };
      const submitted = await ledger.submit(submission, async (attempt) => [
        await attempt.submit(attempt.clientRequestId, (name) =>
          record({ kind: 'DELETION', ...name, ...NO_OBJECTS }, (options) =>
            gong.deleteIntegration(name.integrationId, name.clientRequestId, options),
          ),
        ),
      ]);
      const { requests: _, ...request } = await notices.promise(
        submitted,
        { kind: 'DELETION', ...NO_OBJECTS },
        notify,
      );
      return request;
    },
    addressRefusal: notices.refusalOf,
    nameObjects: (integrationId, clientRequestId, errors) =>
      sentObjects.name(integrationId, clientRequestId, errors, caller),
  };
}
