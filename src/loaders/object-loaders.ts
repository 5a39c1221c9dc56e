import DataLoader from 'dataloader';
import { MAX_IDS_PER_CALL } from '../crm/gong-limits.js';
import type { SchemaObjectType } from '../crm/object-types.js';
import type { CallAllowance } from './call-allowance.js';
import type { ObjectBatcher } from './object-batcher.js';

/**
 * The objects that one operation asks for, each fetched once. A failed call is an error for its own ids and for no
 * others; a missing object is null.
 */
export interface ObjectLoaders<T> {
  /** An id that stands in the operation: what it costs was counted before it ran. */
  load(integrationId: string, objectType: SchemaObjectType, id: string): Promise<T | null>;
  /** In the order of `ids`, with an Error in the place of each that could not be fetched. */
  loadMany(
    integrationId: string,
    objectType: SchemaObjectType,
    ids: readonly string[],
  ): Promise<readonly (T | Error | null)[]>;
  /**
   * An id that another object names: what it costs is taken from the operation's allowance.
   *
   * @throws GatewayError OPERATION_TOO_COMPLEX where nothing is left; the object is not asked for then
   */
  follow(integrationId: string, objectType: SchemaObjectType, id: string): Promise<T | null>;
}

/** The objects of one type that were asked for. The promises never reject. */
type Asked<T> = Map<string, Promise<T | Error | null>>;

interface LookUp<T> {
  readonly integrationId: string;
  readonly objectType: SchemaObjectType;
  readonly id: string;
  readonly asked: Asked<T>;
  readonly isPaid: boolean;
}

/**
 * The memo of one operation over the batcher that all share: an operation sees each object in one state only.
 *
 * Look-ups that happen at the same time end at the same time, whether they were answered before or need several calls.
 * What these objects refer to is then looked up together, too: in full calls, and as many as the operation's text
 * lets one foresee.
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
