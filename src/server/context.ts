import type { Caller } from '../auth/caller.js';
import type { Context } from '../graphql/context.js';
import type { GatewayState } from '../graphql/gateway-state.js';
import { createCallAllowance } from '../loaders/call-allowance.js';
import { createObjectLoaders } from '../loaders/object-loaders.js';
import { createSchemaLoader } from '../loaders/schema-loader.js';
import type { Log } from '../log.js';
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
      const { gong, reads, activeIntegration, uploads, queue, requests, journal, admission, batcher } =
        tenant;
      const calls = createCallAllowance();
      const forget = onAccepted === undefined ? undefined : admission.onAccepted(onAccepted);
      return {
        context: {
          gong,
          reads,
          activeIntegration,
          uploads,
          queue,
          requests,
          journal,
          admission,
          loaders: {
            objects: createObjectLoaders(batcher, calls),
            schemas: createSchemaLoader(reads),
          },
          calls,
          gateway,
          logger,
          caller,
        },
        release() {
          forget?.();
          release();
        },
      };
    },
  };
}
