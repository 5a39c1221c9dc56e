import type { Caller } from '../auth/caller.js';
import type { GongClient } from '../gong/types.js';
import { scopedStore } from '../store/store.js';
import type { MetricSources } from '../telemetry/metrics.js';
import { ADMITTED } from './admission.js';
import { createTenant, type SharedByTenants, type Tenant } from './tenant.js';
import { tenantFor } from './tenant-for-caller.js';

/** A tenant in use by one caller. It stays open until released, and its calls take that caller's turns. */
export interface Lease {
  readonly tenant: Tenant;
  /** Idempotent. */
  release(): void;
}

/** Totals: metrics have no label for the caller. */
type MetricsOfTenants = Pick<MetricSources, 'budget' | 'watchedRequests' | 'queuedChanges' | 'credentials'>;

/** Finds the tenant that serves a caller. */
export interface Tenants extends MetricsOfTenants {
  /**
   * Holds the caller's tenant for one operation.
   *
   * @param operationId identifies the operation in the log; none for work of the gateway's own
   * @throws GatewayError UNAUTHENTICATED, RATE_LIMITED
   */
  lease(caller: Caller | null, operationId?: string): Lease;
  /** Whether Gong is known to accept the credentials that serve this caller. */
  accepts(caller: Caller): boolean;
  /** Ends every watch and releases its lease. */
  close(): Promise<void>;
}

/** New credentials for the same company must find what was stored with the old ones, so it does not depend on them. */
const OWN_SCOPE = 'gateway/';

/** One tenant for all callers, with the gateway's own credentials. Does not own the client. */
export function createSingleTenant(gong: GongClient, shared: SharedByTenants): Tenants {
  const store = scopedStore(shared.store, OWN_SCOPE);
  const tenant = createTenant(gong, ADMITTED, { ...shared, store, scope: OWN_SCOPE });
  return {
    lease: (caller, operationId) => ({
      tenant: tenantFor(tenant, caller, operationId),
      release: () => undefined,
    }),
    accepts: () => true,
    budget: () => gong.budget(),
    watchedRequests: () => tenant.requests.count(),
    queuedChanges: () => tenant.queue.size(),
    credentials: () => null,
    close: () => tenant.close(),
  };
}
