import DataLoader from 'dataloader';
import { MAX_IDS_PER_CALL } from '../crm/gong-limits.js';
import type { SchemaObjectType } from '../crm/object-types.js';
import type { CallAllowance } from './call-allowance.js';
import type { Found, ObjectBatcher } from './object-batcher.js';

/** Loads the objects of one operation, each once. A failed call is an error for its own IDs; a missing object is null. */
export interface ObjectLoaders<T> {
  /** Loads an ID given in the operation, whose cost was counted before it ran. */
  load(integrationId: string, objectType: SchemaObjectType, id: string): Promise<T | null>;
  /** Resolves in the order of `ids`, with an Error for each object that could not be fetched. */
  loadMany(
    integrationId: string,
    objectType: SchemaObjectType,
    ids: readonly string[],
  ): Promise<readonly Found<T>[]>;
  /**
   * Loads an ID that another object refers to, at the expense of the operation's allowance.
   *
   * @throws GatewayError OPERATION_TOO_COMPLEX where the allowance is used up; the object is not requested then
   */
  follow(integrationId: string, objectType: SchemaObjectType, id: string): Promise<T | null>;
  /**
   * Empties every list that the operation was given, once it has its answer. Promises made before Gong had answered are
   * old when it has, and the objects that they resolve to would stay until the old generation is collected.
   */
  release(): void;
}

type Objects<T> = Promise<Found<T>[]>;

/** What the operation has asked for of one type. */
interface Asked<T> {
  readonly integrationId: string;
  readonly objectType: SchemaObjectType;
  /** The first list, until a second look-up makes `places` of it: most operations have but one. */
  first: { readonly ids: readonly string[]; readonly objects: Objects<T> } | undefined;
  /** Where each ID is found. */
  readonly places: Map<string, Place<T>>;
}

interface Place<T> {
  readonly objects: Objects<T>;
  readonly index: number;
}

interface LookUp<T> {
  readonly asked: Asked<T>;
  readonly ids: readonly string[];
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
  const lists: Found<T>[][] = [];
  const lookUps = new DataLoader<LookUp<T>, Found<T>[]>(lookUpAll, { cache: false });

  function fetch({ integrationId, objectType }: Asked<T>, ids: readonly string[]): Objects<T> {
    return batcher.loadMany(integrationId, objectType, ids);
  }

  async function lookUpAll(wanted: readonly LookUp<T>[]): Promise<Found<T>[][]> {
    const [only] = wanted;
    if (
      only?.isPaid &&
      wanted.length === 1 &&
      only.asked.first === undefined &&
      only.asked.places.size === 0
    ) {
      only.asked.first = { ids: only.ids, objects: fetch(only.asked, only.ids) };
      return [listed(await only.asked.first.objects)];
    }
    askFor(wanted, true);
    askFor(wanted, false);
    const objects = new Map<Objects<T> | undefined, Found<T>[]>();
    for (const { asked, ids } of wanted) {
      for (const id of ids) objects.set(asked.places.get(id)?.objects, []);
    }
    for (const promise of objects.keys())
      if (promise !== undefined) objects.set(promise, listed(await promise));
    return wanted.map(({ asked, ids }) =>
      listed(
        ids.map((id) => {
          const place = asked.places.get(id);
          const found = place && objects.get(place.objects)?.[place.index];
          return found === undefined ? calls.refusal() : found;
        }),
      ),
    );
  }

  /** Notes a list that `release` is to empty. */
  function listed(list: Found<T>[]): Found<T>[] {
    lists.push(list);
    return list;
  }

  /** Fetches what is not under way yet; what nobody has paid for, as far as the allowance goes. */
  function askFor(wanted: readonly LookUp<T>[], isPaid: boolean): void {
    const missing = new Map<Asked<T>, Set<string>>();
    for (const { asked, ids, ...lookUp } of wanted) {
      if (lookUp.isPaid !== isPaid) continue;
      placeFirst(asked);
      const ofType = getOrCreate(missing, asked, () => new Set());
      for (const id of ids) if (!asked.places.has(id)) ofType.add(id);
    }
    for (const [asked, ofType] of missing) {
      const all = [...ofType];
      const ids = isPaid
        ? all
        : all.slice(0, calls.take(Math.ceil(all.length / MAX_IDS_PER_CALL)) * MAX_IDS_PER_CALL);
      if (ids.length > 0) putInPlace(asked, ids, fetch(asked, ids));
    }
  }

  function lookUp(
    integrationId: string,
    objectType: SchemaObjectType,
    ids: readonly string[],
    isPaid: boolean,
  ): Objects<T> {
    const create = () => ({ integrationId, objectType, first: undefined, places: new Map() });
    return lookUps.load({ asked: getOrCreate(types, `${integrationId}/${objectType}`, create), ids, isPaid });
  }

  async function lookUpOne(...given: Parameters<typeof lookUp>): Promise<T | null> {
    const [found] = await lookUp(...given);
    if (found instanceof Error) throw found;
    return found ?? null;
  }

  return {
    load: (integrationId, objectType, id) => lookUpOne(integrationId, objectType, [id], true),
    loadMany: (integrationId, objectType, ids) => lookUp(integrationId, objectType, ids, true),
    follow: (integrationId, objectType, id) => lookUpOne(integrationId, objectType, [id], false),
    release() {
      for (const list of lists) list.length = 0;
    },
  };
}

function placeFirst<T>(asked: Asked<T>): void {
  if (asked.first !== undefined) putInPlace(asked, asked.first.ids, asked.first.objects);
  asked.first = undefined;
}

function putInPlace<T>({ places }: Asked<T>, ids: readonly string[], objects: Objects<T>): void {
  for (const [index, id] of ids.entries()) places.set(id, { objects, index });
}

function getOrCreate<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const created = create();
  map.set(key, created);
  return created;
}
