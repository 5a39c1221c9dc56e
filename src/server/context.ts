import type { Caller } from '../auth/caller.js';
import type { Context } from '../graphql/context.js';
import type { GatewayState } from '../graphql/gateway-state.js';
import { createCallAllowance } from '../loaders/call-allowance.js';
import { createObjectLoaders } from '../loaders/object-loaders.js';
import { createSchemaLoader } from '../loaders/schema-loader.js';
import type { Log } from '../log.js';
import type { Tenant } from '../tenants/tenant.js';
import type { Tenants } from '../tenants/tenants.js';

/** The context of a running operation. The caller's tenant stays in use until `release`. */
export interface Begun {
  readonly context: Context;
  release(): void;
}

/** Creates a context per operation: the services of the caller's tenant, and memos of the operation's own. */
export interface OperationContexts {
  /**
   * @param operationId the `reqId` of its lines in the log
   * @param onAccepted called once Gong has accepted the caller's credentials, unless the operation ends before
   * @throws GatewayError UNAUTHENTICATED, RATE_LIMITED
   */
  begin(logger: Log, operationId: string, caller: Caller | null, onAccepted?: () => void): Begun;
}

export function createOperationContexts(tenants: Tenants, gateway: GatewayState): OperationContexts {
  return {
    begin(logger, operationId, caller, onAccepted) {
      const { tenant, release } = tenants.lease(caller, operationId);
      const forget = onAccepted === undefined ? undefined : tenant.admission.onAccepted(onAccepted);
      const context = new OperationContext(tenant, gateway, logger, caller);
      return {
        context,
        release() {
          context.loaders.objects.release();
          forget?.();
          release();
        },
      };
    },
  };
}

/** Asks the tenant for its parts as they are used: it makes some for each operation. */
class OperationContext implements Context {
  readonly calls = createCallAllowance();
  readonly loaders: Context['loaders'];

  constructor(
    private readonly tenant: Tenant,
    readonly gateway: GatewayState,
    readonly logger: Log,
    readonly caller: Caller | null,
  ) {
    this.loaders = {
      objects: createObjectLoaders(tenant.batcher, this.calls),
      schemas: createSchemaLoader(tenant),
    };
  }

  get gong(): Context['gong'] {
    return this.tenant.gong;
  }

  get reads(): Context['reads'] {
    return this.tenant.reads;
  }

  get activeIntegration(): Context['activeIntegration'] {
    return this.tenant.activeIntegration;
  }

  get uploads(): Context['uploads'] {
    return this.tenant.uploads;
  }

  get queue(): Context['queue'] {
    return this.tenant.queue;
  }

  get requests(): Context['requests'] {
    return this.tenant.requests;
  }

  get journal(): Context['journal'] {
    return this.tenant.journal;
  }

  get admission(): Context['admission'] {
    return this.tenant.admission;
  }
}
