import DataLoader from 'dataloader';
import type { SchemaObjectType } from '../crm/object-types.js';
import type { CrmRecord, GongClient } from '../gong/types.js';

/** Gong answers at most this many objects a call, and drops the rest without a word (reference, section 3). */
export const MAX_OBJECTS_PER_CALL = 100;

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

/** Gives Gong's bare record the form that the caller works with. */
export type FromRecord<T> = (
  record: CrmRecord,
  origin: {
    readonly integrationId: string;
    readonly objectType: SchemaObjectType;
    readonly objectId: string;
  },
) => T;

/**
 * Ids asked for in the same turn share calls of up to 100. Loaders last one request, so nobody reads another's
 * or yesterday's answer.
 */
export function createObjectLoaders<T>(gong: GongClient, fromRecord: FromRecord<T>): ObjectLoaders<T> {
  const loaders = new Map<string, DataLoader<string, T | null>>();

  function loaderOf(integrationId: string, objectType: SchemaObjectType): DataLoader<string, T | null> {
    const key = `${integrationId}/${objectType}`;
    const existing = loaders.get(key);
    if (existing !== undefined) return existing;
    const loader = new DataLoader<string, T | null>(
      async (ids) => {
        const found = await gong.getObjects(integrationId, objectType, ids);
        return ids.map((objectId) => {
          const record = found.get(objectId);
          return record === undefined ? null : fromRecord(record, { integrationId, objectType, objectId });
        });
      },
      { maxBatchSize: MAX_OBJECTS_PER_CALL },
    );
    loaders.set(key, loader);
    return loader;
  }

  return {
    load: (integrationId, objectType, id) => loaderOf(integrationId, objectType).load(id),
    loadMany: (integrationId, objectType, ids) => loaderOf(integrationId, objectType).loadMany(ids),
  };
}
