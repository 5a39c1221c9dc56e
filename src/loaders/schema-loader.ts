import { GONG_FIELDS } from '../crm/gong-fields.js';
import type { ReferenceTarget, SchemaObjectType } from '../crm/object-types.js';
import { isFlaw, withoutFlaws } from '../gong/flaw.js';
import type { SharedReads } from '../gong/shared-reads.js';
import type { SchemaListing } from '../gong/types.js';

/** The schemas one request asks for: it sees each in one state only. */
export interface SchemaLoader {
  /** All four types where `objectType` is left out. */
  list(integrationId: string, objectType?: SchemaObjectType): Promise<SchemaListing>;
  /**
   * What a REFERENCE field points at; `undefined` where there is no such field, or it is of another type.
   *
   * @throws GatewayError UPSTREAM_INVALID_RESPONSE where Gong's answer leaves that open
   */
  referenceTarget(
    integrationId: string,
    objectType: SchemaObjectType,
    field: string,
  ): Promise<ReferenceTarget | undefined>;
}

export function createSchemaLoader(reads: Pick<SharedReads, 'listSchema'>): SchemaLoader {
  const memo = new Map<string, Promise<SchemaListing>>();

  function list(integrationId: string, objectType?: SchemaObjectType): Promise<SchemaListing> {
    const key = `${integrationId}/${objectType ?? '*'}`;
    const asked = memo.get(key) ?? reads.listSchema(integrationId, objectType);
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
      // It may be the field that is asked for.
      if (field === undefined && flaw !== undefined) throw flaw;
      return field?.type === 'REFERENCE' ? (field.referenceTo ?? undefined) : undefined;
    },
  };
}
