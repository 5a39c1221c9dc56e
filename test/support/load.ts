import type { SchemaObjectType } from '../../src/crm/object-types.js';
import type { ObjectBatcher } from '../../src/loaders/object-batcher.js';

/** Loads one object. */
export async function load<T>(
  batcher: ObjectBatcher<T>,
  integrationId: string,
  objectType: SchemaObjectType,
  id: string,
  caller?: string,
): Promise<T | null | undefined> {
  const [found] = await batcher.loadMany(integrationId, objectType, [id], caller);
  if (found instanceof Error) throw found;
  return found;
}
