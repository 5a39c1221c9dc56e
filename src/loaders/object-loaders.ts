import DataLoader from 'dataloader';
import { MAX_IDS_PER_CALL } from '../crm/gong-limits.js';
import type { SchemaObjectType } from '../crm/object-types.js';
import type { CallAllowance } from './call-allowance.js';
import type { ObjectBatcher } from './object-batcher.js';

/** Loads the objects of one operation, each once. A failed call is an error for its own IDs; a missing object is null. */
export interface ObjectLoaders<T> {
  /** Loads an ID given in the operation, whose cost was counted before it ran. */
  load(integrationId: string, objectType: SchemaObjectType, id: string): Promise<T | null>;
  /** Resolves in the order of `ids`, with an Error for each object that could not be fetched. */
  loadMany(
    integrationId: string,
    objectType: SchemaObjectType,
    ids: readonly string[],
  ): Promise<readonly (T | Error | null)[]>;
  /**
   * Loads an ID that another object refers to, at the expense of the operation's allowance.
   *
   * @throws GatewayError OPERATION_TOO_COMPLEX where the allowance is used up; the object is not requested then
   */
  follow(integrationId: string, objectType: SchemaObjectType, id: string): Promise<T | null>;
}

/** The requested objects of one type, by ID. The promises never reject. */
type Asked<T> = Map<string, Promise<T | Error | null>>;

interface LookUp<T> {
  readonly integrationId: string;
  readonly objectType: SchemaObjectType;
  readonly id: string;
  readonly asked: Asked<T>;
  readonly isPaid: boolean;
}

/**
 * Creates the memo of one operation over the shared batcher, so that an operation sees each object in one state only.
 *
 * Look-ups made in the same turn settle together, whether they hit the memo or need several calls. The objects that these
 * refer to are then looked up together, too: in full calls, and in as many as the operation's text predicts.
 */
export function createObjectLoaders<T>(batcher: ObjectBatcher<T>, calls: CallAllowance): ObjectLoaders<T> {
  const types = new Map<string, Asked<T>>();
  const lookUps = new DataLoader<LookUp<T>, T | null>(lookUpAll, { cache: false });

  async function fetch({ integrationId, objectType, id }: LookUp<T>): Promise<T | Error | null> {
    try {
      return await batcher.load(integrationId, objectType, id);
    } catch (error) {
      return error instanceof Error ? error : new Error('the object could not be read', { cause: error });
    }
  }

  function lookUpAll(wanted: readonly LookUp<T>[]): Promise<(T | Error | null)[]> {
    const found = new Map<Asked<T>, Map<string, LookUp<T>>>();
    for (const lookUp of wanted) {
      const { asked, id, isPaid } = lookUp;
      if (asked.has(id)) continue;
      if (isPaid) asked.set(id, fetch(lookUp));
      else getOrCreate(found, asked, () => new Map<string, LookUp<T>>()).set(id, lookUp);
    }
    for (const [asked, ofType] of found) {
      const unpaid = [...ofType.values()].filter(({ id }) => !asked.has(id));
      const room = calls.take(Math.ceil(unpaid.length / MAX_IDS_PER_CALL)) * MAX_IDS_PER_CALL;
      for (const lookUp of unpaid.slice(0, room)) asked.set(lookUp.id, fetch(lookUp));
    }
    return Promise.all(wanted.map(({ asked, id }) => asked.get(id) ?? calls.refusal()));
  }

  function lookUpOf(integrationId: string, objectType: SchemaObjectType, isPaid: boolean) {
    const asked = getOrCreate(types, `${integrationId}/${objectType}`, () => new Map());
    return (id: string): LookUp<T> => ({ integrationId, objectType, id, asked, isPaid });
  }

  return {
    load: (integrationId, objectType, id) => lookUps.load(lookUpOf(integrationId, objectType, true)(id)),
    loadMany: (integrationId, objectType, ids) =>
      lookUps.loadMany(ids.map(lookUpOf(integrationId, objectType, true))),
    follow: (integrationId, objectType, id) => lookUps.load(lookUpOf(integrationId, objectType, false)(id)),
  };
}

function getOrCreate<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const created = create();
  map.set(key, created);
  return created;
}
