import type { GongClient } from '../gong/types.js';
import { createCallersTenants } from './callers-tenants.js';
import { createOpenTenant, type Passthrough } from './open-tenant.js';
import type { SharedByTenants } from './tenant.js';
import { createSingleTenant, type Tenants } from './tenants.js';

/** Whose credentials Gong is called with. */
export type GongAccess =
  /** The gateway's own. The client is not owned. */
  | { readonly kind: 'configured'; readonly gong: GongClient }
  /** Each caller's own. */
  | ({ readonly kind: 'passthrough' } & Passthrough);

export function createTenants(access: GongAccess, shared: SharedByTenants): Tenants {
  switch (access.kind) {
    case 'configured':
      return createSingleTenant(access.gong, shared);
    case 'passthrough':
      return createCallersTenants(access.limits, {
        open: createOpenTenant(access, shared),
        callLimits: access.client,
        logger: shared.logger,
      });
  }
}
