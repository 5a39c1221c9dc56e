import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Caller } from '../../auth/caller.js';
import { GatewayError } from '../../errors.js';
import { createLiveSchema, type LiveSchema, RETRY_MS } from '../../graphql/live-schema.js';
import type { CustomFieldSettings } from '../../graphql/settings.js';
import type { Tenant } from '../../tenants/tenant.js';
import type { Lease, Tenants } from '../../tenants/tenants.js';
import type { Graph, Graphql } from './start.js';

/** Finds the version of the schema that an operation runs against. One that has begun keeps the version it began with. */
export interface Graphs {
  of(caller: Caller | null): Graph;
  /**
   * Makes `of` return the caller's own graph, as far as Gong answers in time. Never rejects. `null`: there is nothing to wait
   * for.
   */
  load(caller: Caller | null): Promise<void> | null;
  /** `null` where there is nothing to load: custom fields are off, or each caller has its own. */
  isLoaded: (() => boolean) | null;
  close(): void;
}

export interface GraphsOptions {
  readonly graphql: Graphql;
  readonly tenants: Tenants;
  readonly access: 'configured' | 'passthrough';
  readonly settings: CustomFieldSettings;
  readonly logger: Logger;
}

/** How long an operation, or the start of the gateway, waits for a schema. */
const PATIENCE_MS = 2_000;
/** Where callers bring their own credentials: the graphs used last are kept. Each takes one to several megabytes. */
const MAX_GRAPHS = 20;

export function createGraphs({ access, settings, ...options }: GraphsOptions): Graphs {
  if (settings.mode === 'off') {
    return { of: () => options.graphql.base, load: () => null, isLoaded: null, close: () => undefined };
  }
  return access === 'configured'
    ? createSharedGraph(options, settings)
    : createCallersGraphs(options, settings);
}

type Options = Omit<GraphsOptions, 'access' | 'settings'>;

/** One graph for all callers, refreshed on a timer. */
function createSharedGraph(options: Options, settings: CustomFieldSettings): Graphs {
  const { graphOf, live } = createEntry(options.tenants.lease(null).tenant, options, settings);
  const interval = Math.min(settings.refreshMs, RETRY_MS);
  const timer = setInterval(() => {
    if (live.isDue()) void live.refresh();
  }, interval).unref();
  let first: Promise<void> | null = withinPatience(live.refresh()).then(() => {
    first = null;
  });
  return {
    of: graphOf,
    load: () => first,
    isLoaded: () => live.isLoaded(),
    close() {
      clearInterval(timer);
      live.close();
    },
  };
}

/** A graph for each set of credentials, refreshed when it is used. */
function createCallersGraphs(options: Options, settings: CustomFieldSettings): Graphs {
  const { tenants, graphql } = options;
  const entries = new LRUCache<string, Entry>({ max: MAX_GRAPHS, dispose: ({ live }) => live.close() });

  function entryOf(hash: string, tenant: Tenant): Entry {
    const known = entries.get(hash);
    // A tenant that was closed and opened again no longer tells the old entry of its writes.
    if (known?.tenant.admission === tenant.admission) return known;
    const entry = createEntry(tenant, options, settings);
    entries.set(hash, entry);
    return entry;
  }

  return {
    isLoaded: null,
    of: (caller) =>
      (caller?.gong == null ? undefined : entries.get(caller.gong.hash)?.graphOf()) ?? graphql.base,
    async load(caller) {
      if (caller?.gong == null) return;
      let lease: Lease;
      try {
        lease = tenants.lease(caller);
      } catch (error) {
        // The operation itself meets the same error.
        if (error instanceof GatewayError) return;
        throw error;
      }
      const { live } = entryOf(caller.gong.hash, lease.tenant);
      const reading = (live.isDue() ? live.refresh() : Promise.resolve()).finally(lease.release);
      if (!live.isLoaded()) await withinPatience(reading);
    },
    close: () => entries.clear(),
  };
}

interface Entry {
  readonly tenant: Tenant;
  readonly live: LiveSchema;
  graphOf(): Graph;
}

function createEntry(
  tenant: Tenant,
  { graphql, logger }: Options,
  { refreshMs }: CustomFieldSettings,
): Entry {
  let graph = graphql.base;
  const live = createLiveSchema({
    base: graphql.base.schema,
    tenant,
    logger,
    refreshMs,
    async onChange(schema) {
      graph = schema === graphql.base.schema ? graphql.base : await graphql.createGraph(schema);
    },
  });
  return { tenant, live, graphOf: () => graph };
}

async function withinPatience(reading: Promise<void>): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  const patience = sleep(PATIENCE_MS, undefined, { ref: false, signal }).catch(() => undefined);
  await Promise.race([reading, patience]);
  over.abort();
}
