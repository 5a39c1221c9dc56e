import type { ApiDialect, DealStage, GongClient } from '../gong/types.js';
import { mapUsers, type UserMapping, uploadDealStages } from './deprecated.js';
import { type ListUpload, type ListUploadResult, uploadList } from './list-upload.js';
import { pushSchema, type SchemaPush } from './push-schema.js';
import { type SubmittedRequest, submitOnce } from './submit-once.js';

/** Everything that changes what Gong has. */
export interface UploadService {
  uploadList(upload: ListUpload): Promise<ListUploadResult>;
  mapUsers(mapping: UserMapping): Promise<SubmittedRequest>;
  uploadDealStages(integrationId: string, stages: readonly DealStage[]): Promise<SubmittedRequest | null>;
  pushSchema(push: SchemaPush): ReturnType<typeof pushSchema>;
  /** An integration is deleted once: without an ID of the caller's, one is made from its own. */
  deleteIntegration(integrationId: string, clientRequestId?: string): Promise<SubmittedRequest>;
}

export interface UploadServiceDependencies {
  readonly gong: GongClient;
  readonly dialect: ApiDialect;
  readonly requirePhone: boolean;
}

export function createUploadService(deps: UploadServiceDependencies): UploadService {
  const { gong } = deps;
  const deprecated = { ...deps, now: () => new Date().toISOString().replace(/\.\d+Z$/, 'Z') };
  return {
    uploadList: (upload) => uploadList(upload, deps),
    mapUsers: (mapping) => mapUsers(mapping, deprecated),
    uploadDealStages: (integrationId, stages) => uploadDealStages(integrationId, stages, deprecated),
    pushSchema: (push) => pushSchema(push, gong),
    deleteIntegration: (integrationId, clientRequestId = `delete-${integrationId}`) =>
      submitOnce({ integrationId, clientRequestId }, (request) =>
        gong.deleteIntegration(request.integrationId, request.clientRequestId),
      ),
  };
}
