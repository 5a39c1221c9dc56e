import { type Caller, callerKey } from '../auth/caller.js';
import { clientForCaller } from '../gong/client-for-caller.js';
import type { SharedReads } from '../gong/shared-reads.js';
import type { GongClient } from '../gong/types.js';
import type { UploadService } from '../writes/service.js';
import type { Tenant } from './tenant.js';

/** Unauthenticated callers take turns as one. */
const UNIDENTIFIED = 'unidentified';

/**
 * A view of the tenant whose calls to Gong take the turns of one caller.
 *
 * @param operationId identifies the caller's operation in the log
 */
export function tenantFor(tenant: Tenant, caller: Caller | null, operationId?: string): Tenant {
  return new CallersTenant(tenant, caller, operationId);
}

/** There is one for each operation, and most use but one or two of its parts: the others are not made. */
class CallersTenant implements Tenant {
  private readonly key: string;
  private ownGong: GongClient | undefined;
  private ownReads: SharedReads | undefined;
  private ownUploads: UploadService | undefined;

  constructor(
    private readonly tenant: Tenant,
    private readonly caller: Caller | null,
    private readonly operationId: string | undefined,
  ) {
    this.key = callerKey(caller, true) ?? UNIDENTIFIED;
  }

  get gong(): GongClient {
    this.ownGong ??= clientForCaller(this.tenant.gong, this.key);
    return this.ownGong;
  }

  get reads(): SharedReads {
    this.ownReads ??= readsFor(this.tenant.reads, this.key);
    return this.ownReads;
  }

  get batcher(): Tenant['batcher'] {
    const { tenant, key } = this;
    return {
      loadMany: (integrationId, objectType, ids) =>
        tenant.batcher.loadMany(integrationId, objectType, ids, key),
    };
  }

  get activeIntegration(): Tenant['activeIntegration'] {
    const { tenant, key } = this;
    return { ...tenant.activeIntegration, id: () => tenant.activeIntegration.id(key) };
  }

  get requests(): Tenant['requests'] {
    const { tenant, key } = this;
    return {
      ...tenant.requests,
      watch: (integrationId, ids) => tenant.requests.watch(integrationId, ids, key),
    };
  }

  get uploads(): UploadService {
    const { tenant, gong, reads, key, caller, operationId = null } = this;
    this.ownUploads ??= tenant.uploadsWith({ gong, reads }, key, { caller: caller?.id ?? null, operationId });
    return this.ownUploads;
  }

  get uploadsWith(): Tenant['uploadsWith'] {
    return this.tenant.uploadsWith;
  }

  get journal(): Tenant['journal'] {
    return this.tenant.journal;
  }

  get queue(): Tenant['queue'] {
    return this.tenant.queue;
  }

  get admission(): Tenant['admission'] {
    return this.tenant.admission;
  }

  get onWritten(): Tenant['onWritten'] {
    return this.tenant.onWritten;
  }

  close(): Promise<void> {
    return this.tenant.close();
  }
}

function readsFor(reads: SharedReads, caller: string): SharedReads {
  return {
    listSchema: (id, type, options) => reads.listSchema(id, type, { caller, ...options }),
    listIntegrations: (options) => reads.listIntegrations({ caller, ...options }),
    knownIntegrations: (options) => reads.knownIntegrations({ caller, ...options }),
    requestStatus: (id, requestId, options) => reads.requestStatus(id, requestId, { caller, ...options }),
  };
}
