import { type Caller, callerKey } from '../auth/caller.js';
import { clientForCaller } from '../gong/client-for-caller.js';
import type { SharedReads } from '../gong/shared-reads.js';
import type { Tenant } from './tenant.js';

/** Unauthenticated callers take turns as one. */
const UNIDENTIFIED = 'unidentified';

/**
 * A view of the tenant whose calls to Gong take the turns of one caller.
 *
 * @param operationId identifies the caller's operation in the log
 */
export function tenantFor<T extends Tenant>(tenant: T, caller: Caller | null, operationId?: string): T {
  const key = callerKey(caller, true) ?? UNIDENTIFIED;
  const { batcher, activeIntegration, requests } = tenant;
  const gong = clientForCaller(tenant.gong, key);
  const reads = readsFor(tenant.reads, key);
  return {
    ...tenant,
    gong,
    reads,
    batcher: {
      loadMany: (integrationId, objectType, ids) => batcher.loadMany(integrationId, objectType, ids, key),
    },
    activeIntegration: { ...activeIntegration, id: () => activeIntegration.id(key) },
    requests: { ...requests, watch: (integrationId, ids) => requests.watch(integrationId, ids, key) },
    uploads: tenant.uploadsWith({ gong, reads }, key, {
      caller: caller?.id ?? null,
      operationId: operationId ?? null,
    }),
  };
}

function readsFor(reads: SharedReads, caller: string): SharedReads {
  return {
    listSchema: (id, type, options) => reads.listSchema(id, type, { caller, ...options }),
    listIntegrations: (options) => reads.listIntegrations({ caller, ...options }),
    knownIntegrations: (options) => reads.knownIntegrations({ caller, ...options }),
    requestStatus: (id, requestId, options) => reads.requestStatus(id, requestId, { caller, ...options }),
  };
}
