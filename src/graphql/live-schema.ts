import type { GraphQLSchema } from 'graphql';
import { planCustomFields } from '../crm/custom-fields.js';
import { SCHEMA_OBJECT_TYPES } from '../crm/object-types.js';
import { withoutFlaws } from '../gong/flaw.js';
import type { Log } from '../log.js';
import type { Tenant } from '../tenants/tenant.js';
import { type CustomFieldPlans, withCustomFields } from './custom-fields.js';

/** The GraphQL schema with the custom fields of a tenant's active integration, kept as Gong has them. */
export interface LiveSchema {
  /** Without custom fields until Gong has been read. */
  current(): GraphQLSchema;
  /** Whether Gong's schema has been read: the newest attempt's failure does not undo that. */
  isLoaded(): boolean;
  /** Reads Gong's schema again. Never rejects: what fails is logged, and the schema stays as it is. */
  refresh(): Promise<void>;
  close(): void;
}

export interface LiveSchemaOptions {
  readonly base: GraphQLSchema;
  readonly tenant: Pick<Tenant, 'reads' | 'activeIntegration' | 'onWritten'>;
  readonly logger: Pick<Log, 'info' | 'warn'>;
  /** Called with each new schema before it is `current()`. */
  readonly onChange: (schema: GraphQLSchema) => Promise<void>;
}

/** What of a schema can be left out is told with at most so many examples. */
const MAX_LOGGED = 10;

export function createLiveSchema({ base, tenant, logger, onChange }: LiveSchemaOptions): LiveSchema {
  let current = base;
  let loaded: string | undefined;
  let failed: string | undefined;
  let reading: Promise<void> | undefined;
  let isStale = false;
  let isClosed = false;

  async function read(): Promise<void> {
    try {
      const integrationId = await tenant.activeIntegration.id();
      const listing = await tenant.reads.listSchema(integrationId, undefined, { priority: 'poll' });
      const plans: CustomFieldPlans = new Map(
        SCHEMA_OBJECT_TYPES.map((type) => [type, planCustomFields(type, withoutFlaws(listing.get(type) ?? []))]),
      );
      failed = undefined;
      const version = JSON.stringify([...plans]);
      if (version === loaded || isClosed) return;
      const schema = withCustomFields(base, plans);
      await onChange(schema);
      current = schema;
      loaded = version;
      tell(plans);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== failed) logger.warn({ err: error }, 'the custom fields could not be read from Gong');
      failed = reason;
    }
  }

  function tell(plans: CustomFieldPlans): void {
    const fields = [...plans.values()].reduce((sum, plan) => sum + plan.fields.length, 0);
    logger.info({ fields }, 'the schema has the custom fields of Gong');
    const leftOut = [...plans].flatMap(([objectType, plan]) =>
      plan.leftOut.map((field) => ({ objectType, ...field })),
    );
    if (leftOut.length === 0) return;
    logger.warn(
      { count: leftOut.length, first: leftOut.slice(0, MAX_LOGGED) },
      'custom fields that GraphQL cannot express were left out',
    );
  }

  async function refresh(): Promise<void> {
    // A write that ends while Gong is being read may not be in what was read.
    if (reading !== undefined) {
      isStale = true;
      return reading;
    }
    reading = (async () => {
      do {
        isStale = false;
        await read();
      } while (isStale && !isClosed);
    })().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  const stopListening = tenant.onWritten(() => void refresh());
  return {
    current: () => current,
    isLoaded: () => loaded !== undefined,
    refresh,
    close() {
      isClosed = true;
      stopListening();
    },
  };
}
