import type { Caller } from '../auth/caller.js';
import type { Context } from '../graphql/context.js';
import { createObjectLoaders } from '../loaders/object-loaders.js';
import { createSchemaLoader } from '../loaders/schema-loader.js';
import type { Log } from '../log.js';
import type { Tenants } from '../tenants/tenants.js';

/** What an operation has to run with, until it is released. */
export interface Begun {
  readonly context: Context;
  release(): void;
}

/** A context an operation: the services of the caller's tenant, and memos that nobody else sees. */
export interface OperationContexts {
  /** @throws GatewayError UNAUTHENTICATED, RATE_LIMITED */
  begin(logger: Log, caller: Caller | null): Begun;
}

export function createOperationContexts(tenants: Tenants): OperationContexts {
  return {
    begin(logger, caller) {
      const { tenant, release } = tenants.lease(caller);
      const { gong, activeIntegration, uploads, requests, batcher } = tenant;
      return {
        context: {
          gong,
          activeIntegration,
          uploads,
          requests,
          loaders: {
            objects: createObjectLoaders(batcher),
            schemas: createSchemaLoader(gong),
          },
          logger,
          caller,
        },
        release,
      };
    },
  };
}
