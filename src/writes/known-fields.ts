import { isSchemaObjectType, type UploadObjectType } from '../crm/object-types.js';
import type { SchemaField } from '../crm/schema-field.js';
import { withoutFlaws } from '../gong/flaw.js';
import type { SharedReads } from '../gong/shared-reads.js';
import type { CallPriority } from '../gong/types.js';

export type SchemaReads = Pick<SharedReads, 'listSchema'>;

/**
 * The fields that objects of a type are checked against, as far as Gong's answer can be read; none for types without
 * a schema.
 */
export async function knownFields(
  reads: SchemaReads,
  integrationId: string,
  objectType: UploadObjectType,
  priority: CallPriority = 'interactive',
): Promise<readonly SchemaField[]> {
  if (!isSchemaObjectType(objectType)) return [];
  const schemas = await reads.listSchema(integrationId, objectType, { priority });
  return withoutFlaws(schemas.get(objectType) ?? []);
}
