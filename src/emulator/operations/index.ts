import type { Handler } from '../call.js';
import type { OperationName } from '../routes.js';
import { deleteIntegration, listIntegrations, registerIntegration } from './integrations.js';
import { getObjects } from './objects.js';
import { requestStatus } from './requests.js';
import { listSchema, pushSchema } from './schema.js';
import { uploadDealStages } from './stages.js';
import { mapUsers, uploadObjects } from './uploads.js';

export const HANDLERS: Readonly<Record<OperationName, Handler>> = {
  listIntegrations,
  registerIntegration,
  deleteIntegration,
  listSchema,
  pushSchema,
  getObjects,
  uploadObjects,
  requestStatus,
  mapUsers,
  uploadDealStages,
};
