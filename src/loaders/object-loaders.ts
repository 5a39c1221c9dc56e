import DataLoader from 'dataloader';
import type { SchemaObjectType } from '../crm/object-types.js';
import type { ObjectBatcher } from './object-batcher.js';

/**
 * The objects one request asks for, each fetched once. A failed call is an error for its own ids and for no
 * others; a missing object is null.
 */
export interface ObjectLoaders<T> {
  load(integrationId: string, objectType: SchemaObjectType, id: string): Promise<T | null>;
  /** In the order of `ids`, with an Error in the place of each that could not be fetched. */
  loadMany(
    integrationId: string,
    objectType: SchemaObjectType,
    ids: readonly string[],
  ): Promise<readonly (T | Error | null)[]>;
}

/**
 * The memo of one request over the batcher that all share: an operation sees each object in one state only.
 */
export function createObjectLoaders<T>(batcher: ObjectBatcher<T>): ObjectLoaders<T> {
  const loaders = new Map<string, DataLoader<string, T | null>>();

  function loaderOf(integrationId: string, objectType: SchemaObjectType): DataLoader<string, T | null> {
    const key = `${integrationId}/${objectType}`;
    const existing = loaders.get(key);
    if (existing !== undefined) return existing;
    const fetch = async (objectId: string): Promise<T | Error | null> => {
      try {
        return await batcher.load(integrationId, objectType, objectId);
      } catch (error) {
        return error instanceof Error ? error : new Error('the object could not be read', { cause: error });
      }
    };
    const loader = new DataLoader<string, T | null>((ids) => Promise.all(ids.map(fetch)));
    loaders.set(key, loader);
    return loader;
  }

  return {
    load: (integrationId, objectType, id) => loaderOf(integrationId, objectType).load(id),
    loadMany: (integrationId, objectType, ids) => loaderOf(integrationId, objectType).loadMany(ids),
  };
}
