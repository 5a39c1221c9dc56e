import { isSchemaObjectType, type UploadObjectType } from '../crm/object-types.js';
import type { SchemaField } from '../crm/schema-field.js';
import { withoutFlaws } from '../gong/flaw.js';
import type { SharedReads } from '../gong/shared-reads.js';
import type { CallPriority } from '../gong/types.js';

export type SchemaReads = Pick<SharedReads, 'listSchema'>;

/**
 * Returns the fields that objects of a type are checked against, without those that Gong's answer garbles; none for
 * types without a schema. Costs a call unless the schema was read just before.
 */
export async function readLiveSchema(
  reads: SchemaReads,
  integrationId: string,
  objectType: UploadObjectType,
  priority: CallPriority = 'interactive',
): Promise<readonly SchemaField[]> {
  if (!isSchemaObjectType(objectType)) return [];
  const schemas = await reads.listSchema(integrationId, objectType, { priority });
  return withoutFlaws(schemas.get(objectType) ?? []);
}
