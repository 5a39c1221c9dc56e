import type { Call, Handler } from '../call.js';
import type { Integration } from '../company.js';
import { DIALECT_RULES } from '../dialect-rules.js';
import type { Answer } from '../http.js';
import { ingest, type LineTaker } from '../ingest.js';
import { receiveDataFile } from '../multipart.js';
import { CLIENT_REQUEST_ID, INTEGRATION_ID, readParameters, UPLOAD_TYPE } from '../parameters.js';
import { processWaitingDeals } from '../process-waiting.js';
import { generalError } from '../requests.js';
import { createObjectTaker } from '../take-objects.js';
import { createUserTaker } from '../take-users.js';
import { UserMappingRequest } from '../users.js';
import { accept, requireUnused } from './requests.js';

export const uploadObjects: Handler = (call) => {
  const { objectType, ...ids } = readParameters(call.query, {
    integrationId: INTEGRATION_ID,
    objectType: UPLOAD_TYPE,
    clientRequestId: CLIENT_REQUEST_ID,
  });
  const { dialect, settings } = call;
  const { requirePhone } = settings;
  return receive(call, ids, (integration, mapping) =>
    createObjectTaker({ dialect, integration, objectType, upload: call.nextUpload(), requirePhone, mapping }),
  );
};

/** Deprecated in favour of uploading BUSINESS_USER objects. */
export const mapUsers: Handler = (call) => {
  const ids = readParameters(call.query, {
    integrationId: INTEGRATION_ID,
    clientRequestId: CLIENT_REQUEST_ID,
  });
  return receive(call, ids, (_integration, mapping) => createUserTaker(mapping));
};

/** Receives a file and queues it. Of concurrent uploads with one `clientRequestId`, the first complete one wins. */
async function receive(
  call: Call,
  { integrationId, clientRequestId }: { integrationId: string; clientRequestId: string },
  createTaker: (integration: Integration, mapping: UserMappingRequest) => LineTaker,
): Promise<Answer> {
  const requireUsable = () => requireUnused(call.company.find(integrationId), clientRequestId);
  if (!DIALECT_RULES[call.dialect].looksForFileFirst) requireUsable();
  const file = await receiveDataFile(call.openBody(), call.settings.maxFileBytes, requireUsable);
  const integration = call.company.find(integrationId);
  return accept(call, integration, clientRequestId, async (slices) => {
    if (!call.company.isActive(integration.id)) {
      return generalError('The integration was deleted before the request was processed');
    }
    const mapping = new UserMappingRequest(integration.users);
    const outcome = await ingest(file, createTaker(integration, mapping), slices);
    await processWaitingDeals(integration, mapping.mapped, slices);
    return outcome;
  });
}
