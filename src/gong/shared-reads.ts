import { isFlaw, type OrFlaw } from './flaw.js';
import { createSharedCall, type SharedCallOptions } from './shared-call.js';
import type { CallOptions, GongClient, GongIntegration, SchemaListing } from './types.js';

type ReadOptions = Omit<CallOptions, 'permit' | 'sharers'>;
type IntegrationListing = readonly OrFlaw<GongIntegration>[];

/**
 * Reads that many callers share: identical calls under way become one, and schemas and integrations are cached for a short
 * while. Only complete answers are cached, and an empty list of integrations never is. Errors are those of `GongClient`.
 *
 * A shared call starts at the first turn in the budget of any caller who waits for it.
 */
export interface SharedReads {
  /** May answer from the cache. To plan a write, read with the client itself. */
  listSchema: GongClient['listSchema'];
  /** Never answers from the cache. */
  listIntegrations(options?: ReadOptions): Promise<IntegrationListing>;
  /** May answer from the cache. */
  knownIntegrations(options?: ReadOptions): Promise<IntegrationListing>;
  /** Never answers from the cache. */
  requestStatus: GongClient['requestStatus'];
}

export interface SharedReadsSettings {
  /** How long schemas and integrations are cached, in milliseconds. 0: not at all. */
  readonly cacheTtlMs: number;
  readonly now?: () => number;
}

export interface ClientWithSharedReads {
  readonly reads: SharedReads;
  /** The same client, but its writes invalidate what was read before they ended, even if they fail. */
  readonly gong: GongClient;
  /** Call it when another replica may have written. */
  invalidate(): void;
}

/** @param announce tells the other replicas about a write; must not reject */
export function withSharedReads(
  client: GongClient,
  { cacheTtlMs, now }: SharedReadsSettings,
  announce: () => Promise<void>,
): ClientWithSharedReads {
  const common = { reserve: client.reserve, ...(now === undefined ? {} : { now }) };
  const schemas = createSharedCall<SchemaListing>({
    ...common,
    ttlMs: cacheTtlMs,
    isCacheable: (listing) => ![...listing.values()].some((fields) => fields.some(isFlaw)),
  });
  const integrations = createSharedCall<IntegrationListing>({
    ...common,
    ttlMs: cacheTtlMs,
    // An empty list is outdated as soon as somebody registers an integration.
    isCacheable: (list) => list.length > 0 && !list.some(isFlaw),
  });
  const statuses = createSharedCall<Awaited<ReturnType<GongClient['requestStatus']>>>({
    ...common,
    ttlMs: 0,
  });

  const readIntegrations = (options: SharedCallOptions) =>
    integrations.get('', options, (call) => client.listIntegrations(call));

  function invalidate(): void {
    schemas.invalidate();
    integrations.invalidate();
    statuses.invalidate();
  }

  async function invalidating<T>(write: () => Promise<T>, learn?: (value: T) => void): Promise<T> {
    try {
      const value = await write();
      invalidate();
      learn?.(value);
      return value;
    } catch (error) {
      // Gong may have carried it out all the same.
      invalidate();
      throw error;
    } finally {
      await announce();
    }
  }

  return {
    invalidate,
    reads: {
      listSchema: (integrationId, objectType, options = {}) =>
        schemas.get(`${integrationId}/${objectType ?? '*'}`, options, (call) =>
          client.listSchema(integrationId, objectType, call),
        ),
      listIntegrations: (options) => readIntegrations({ ...options, fresh: true }),
      knownIntegrations: (options = {}) => readIntegrations(options),
      requestStatus: (integrationId, clientRequestId, options = {}) =>
        statuses.get(`${integrationId}/${clientRequestId}`, options, (call) =>
          client.requestStatus(integrationId, clientRequestId, call),
        ),
    },
    gong: {
      ...client,
      pushSchema: (...args) => invalidating(() => client.pushSchema(...args)),
      deleteIntegration: (...args) => invalidating(() => client.deleteIntegration(...args)),
      registerIntegration: (input, options) =>
        invalidating(
          () => client.registerIntegration(input, options),
          (integrationId) => integrations.put('', [{ integrationId, ...input }]),
        ),
      uploadObjects: (...args) => client.uploadObjects(...args).finally(statuses.invalidate),
      mapUsers: (...args) => client.mapUsers(...args).finally(statuses.invalidate),
    },
  };
}
