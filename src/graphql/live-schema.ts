import type { GraphQLSchema } from 'graphql';
import { planCustomFields } from '../crm/custom-fields.js';
import { SCHEMA_OBJECT_TYPES } from '../crm/object-types.js';
import { GatewayError } from '../errors.js';
import { withoutFlaws } from '../gong/flaw.js';
import type { SchemaListing } from '../gong/types.js';
import type { Log } from '../log.js';
import type { Tenant } from '../tenants/tenant.js';
import { type CustomFieldPlans, withCustomFields } from './custom-fields.js';

/** The GraphQL schema with the custom fields of a tenant's active integration, kept as Gong has them. */
export interface LiveSchema {
  /** Whether Gong's schema has ever been read. */
  isLoaded(): boolean;
  /** Whether it is time to read it again. */
  isDue(): boolean;
  /** Reads Gong's schema again. Never rejects: a failure is logged, and the schema stays as it is. */
  refresh(): Promise<void>;
  close(): void;
}

export interface LiveSchemaOptions {
  readonly base: GraphQLSchema;
  readonly tenant: Pick<Tenant, 'reads' | 'activeIntegration' | 'onWritten'>;
  readonly logger: Pick<Log, 'info' | 'warn'>;
  readonly refreshMs: number;
  /** Called with each new schema; the one given as `base` if there are no custom fields. */
  readonly onChange: (schema: GraphQLSchema) => Promise<void>;
}

/** After a failure the next attempt does not wait for the whole interval. */
export const RETRY_MS = 10_000;
/** Fields that were left out are logged with so many examples. */
const MAX_LOGGED = 10;

export function createLiveSchema({
  base,
  tenant,
  logger,
  refreshMs,
  onChange,
}: LiveSchemaOptions): LiveSchema {
  let loaded: string | undefined;
  let failed: string | undefined;
  let reading: Promise<void> | undefined;
  let isStale = false;
  let isClosed = false;
  let dueAt = 0;

  async function read(): Promise<void> {
    try {
      const plans = await readPlans();
      failed = undefined;
      dueAt = performance.now() + refreshMs;
      const version = JSON.stringify([...plans]);
      if (version === loaded || isClosed) return;
      await onChange(withCustomFields(base, plans));
      loaded = version;
      tell(plans);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      dueAt = performance.now() + Math.min(RETRY_MS, refreshMs);
      if (reason !== failed) logger.warn({ err: error }, 'the custom fields could not be read from Gong');
      failed = reason;
    }
  }

  async function readPlans(): Promise<CustomFieldPlans> {
    const listing = await readListing();
    return new Map(
      SCHEMA_OBJECT_TYPES.map((type) => [
        type,
        planCustomFields(type, withoutFlaws(listing.get(type) ?? [])),
      ]),
    );
  }

  async function readListing(): Promise<SchemaListing> {
    try {
      const integrationId = await tenant.activeIntegration.id();
      return await tenant.reads.listSchema(integrationId, undefined, { priority: 'poll' });
    } catch (error) {
      // Without an integration there are no custom fields.
      if (error instanceof GatewayError && error.code === 'NOT_FOUND') return new Map();
      throw error;
    }
  }

  function tell(plans: CustomFieldPlans): void {
    const fields = [...plans.values()].reduce((sum, plan) => sum + plan.fields.length, 0);
    if (fields > 0) logger.info({ fields }, 'the schema has the custom fields of Gong');
    const leftOut = [...plans].flatMap(([objectType, plan]) =>
      plan.leftOut.map((field) => ({ objectType, ...field })),
    );
    if (leftOut.length === 0) return;
    logger.warn(
      { count: leftOut.length, first: leftOut.slice(0, MAX_LOGGED) },
      'custom fields that GraphQL cannot express were left out',
    );
  }

  function refresh(): Promise<void> {
    reading ??= readUntilFresh().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function readUntilFresh(): Promise<void> {
    do {
      isStale = false;
      await read();
    } while (isStale && !isClosed);
  }

  const stopListening = tenant.onWritten(() => {
    // A read that is under way may have begun before the write.
    isStale = true;
    void refresh();
  });
  return {
    isLoaded: () => loaded !== undefined,
    isDue: () => performance.now() >= dueAt,
    refresh,
    close() {
      isClosed = true;
      stopListening();
    },
  };
}
