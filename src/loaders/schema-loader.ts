import { GONG_FIELDS } from '../crm/gong-fields.js';
import type { ReferenceTarget, SchemaObjectType } from '../crm/object-types.js';
import { isFlaw, withoutFlaws } from '../gong/flaw.js';
import type { SharedReads } from '../gong/shared-reads.js';
import type { SchemaListing } from '../gong/types.js';

/** Loads the schemas of one operation, which sees each in one state only. */
export interface SchemaLoader {
  /** Lists all four types if `objectType` is omitted. */
  list(integrationId: string, objectType?: SchemaObjectType): Promise<SchemaListing>;
  /**
   * Returns the type that a REFERENCE field refers to; `undefined` if there is no such field, or it has another type.
   *
   * @throws GatewayError UPSTREAM_INVALID_RESPONSE if Gong's answer is malformed and may concern the field
   */
  referenceTarget(
    integrationId: string,
    objectType: SchemaObjectType,
    field: string,
  ): Promise<ReferenceTarget | undefined>;
}

/** @param tenant whose `reads` is asked for when a schema is needed */
export function createSchemaLoader(tenant: {
  readonly reads: Pick<SharedReads, 'listSchema'>;
}): SchemaLoader {
  const memo = new Map<string, Promise<SchemaListing>>();

  function list(integrationId: string, objectType?: SchemaObjectType): Promise<SchemaListing> {
    const key = `${integrationId}/${objectType ?? '*'}`;
    const asked = memo.get(key) ?? tenant.reads.listSchema(integrationId, objectType);
    memo.set(key, asked);
    return asked;
  }

  return {
    list,
    async referenceTarget(integrationId, objectType, name) {
      const own = GONG_FIELDS.current[objectType].find((field) => field.name === name);
      if (own !== undefined) return own.referenceTo;
      const schema = (await list(integrationId, objectType)).get(objectType) ?? [];
      const field = withoutFlaws(schema).find(({ uniqueName }) => uniqueName === name);
      const flaw = schema.find(isFlaw);
      // The malformed entry may be the requested field.
      if (field === undefined && flaw !== undefined) throw flaw;
      return field?.type === 'REFERENCE' ? (field.referenceTo ?? undefined) : undefined;
    },
  };
}
