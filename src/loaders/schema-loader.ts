import { GONG_FIELDS } from '../crm/gong-fields.js';
import type { ReferenceTarget, SchemaObjectType } from '../crm/object-types.js';
import type { SchemaField } from '../crm/schema-field.js';
import type { GongClient } from '../gong/types.js';

type Schemas = ReadonlyMap<SchemaObjectType, readonly SchemaField[]>;

/** The schemas one request asks for, each fetched once. */
export interface SchemaLoader {
  /** All four types where `objectType` is left out. */
  list(integrationId: string, objectType?: SchemaObjectType): Promise<Schemas>;
  /** What a REFERENCE field points at; `undefined` where there is no such field, or it is of another type. */
  referenceTarget(
    integrationId: string,
    objectType: SchemaObjectType,
    field: string,
  ): Promise<ReferenceTarget | undefined>;
}

export function createSchemaLoader(gong: GongClient): SchemaLoader {
  const memo = new Map<string, Promise<Schemas>>();

  function list(integrationId: string, objectType?: SchemaObjectType): Promise<Schemas> {
    const key = `${integrationId}/${objectType ?? '*'}`;
    const asked = memo.get(key) ?? gong.listSchema(integrationId, objectType);
    memo.set(key, asked);
    return asked;
  }

  return {
    list,
    async referenceTarget(integrationId, objectType, name) {
      const own = GONG_FIELDS.current[objectType].find((field) => field.name === name);
      if (own !== undefined) return own.referenceTo;
      const schema = (await list(integrationId, objectType)).get(objectType) ?? [];
      return (
        schema.find((field) => field.uniqueName === name && field.type === 'REFERENCE')?.referenceTo ??
        undefined
      );
    },
  };
}
