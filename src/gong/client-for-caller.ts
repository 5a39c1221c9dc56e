import type { CallOptions, GongClient } from './types.js';

/**
 * Returns a view of the client whose calls take the turns of one caller. Must not be closed.
 *
 * @param caller identifies the caller; not empty
 */
export function clientForCaller(gong: GongClient, caller: string): GongClient {
  const own = (options?: CallOptions): CallOptions => ({ caller, ...options });
  return {
    ...gong,
    listIntegrations: (options) => gong.listIntegrations(own(options)),
    registerIntegration: (input, options) => gong.registerIntegration(input, own(options)),
    deleteIntegration: (id, requestId, options) => gong.deleteIntegration(id, requestId, own(options)),
    listSchema: (id, type, options) => gong.listSchema(id, type, own(options)),
    pushSchema: (id, type, fields, options) => gong.pushSchema(id, type, fields, own(options)),
    getObjects: (id, type, ids, options) => gong.getObjects(id, type, ids, own(options)),
    uploadObjects: (type, request, options) => gong.uploadObjects(type, request, own(options)),
    requestStatus: (id, requestId, options) => gong.requestStatus(id, requestId, own(options)),
    mapUsers: (request, options) => gong.mapUsers(request, own(options)),
    uploadDealStages: (id, stages, options) => gong.uploadDealStages(id, stages, own(options)),
    reserve: (options) => gong.reserve(own(options)),
  };
}
