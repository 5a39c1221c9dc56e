import type { Caller } from '../auth/caller.js';
import type { GongClient } from '../gong/types.js';
import type { MetricSources } from '../telemetry/metrics.js';
import { ADMITTED } from './admission.js';
import { createTenant, type SharedByTenants, type Tenant } from './tenant.js';
import { tenantFor } from './tenant-for-caller.js';

/** A tenant in use by one caller; its calls take that caller's turns. It is not closed before it is released. */
export interface Lease {
  readonly tenant: Tenant;
  /** Further times do nothing. */
  release(): void;
}

/** Of all together: metrics know no single caller. */
type MetricsOfTenants = Pick<MetricSources, 'budget' | 'watchedRequests' | 'credentials'>;

/** Whose credentials serve which caller. */
export interface Tenants extends MetricsOfTenants {
  /**
   * For one operation, from its beginning to its end.
   *
   * @throws GatewayError UNAUTHENTICATED, RATE_LIMITED
   */
  lease(caller: Caller | null): Lease;
  /** Whether Gong is known to take the credentials that serve this caller. */
  accepts(caller: Caller): boolean;
  /** Ends every watch and gives the leases back. */
  close(): Promise<void>;
}

/** One for all, with the gateway's own credentials. The client is not owned. */
export function createSingleTenant(gong: GongClient, shared: SharedByTenants): Tenants {
  const tenant = createTenant(gong, ADMITTED, shared);
  return {
    lease: (caller) => ({ tenant: tenantFor(tenant, caller), release: () => undefined }),
    accepts: () => true,
    budget: () => gong.budget(),
    watchedRequests: () => tenant.requests.count(),
    credentials: () => null,
    close: () => tenant.close(),
  };
}
