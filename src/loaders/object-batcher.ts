import DataLoader from 'dataloader';
import { MAX_IDS_PER_CALL } from '../crm/gong-limits.js';
import type { SchemaObjectType } from '../crm/object-types.js';
import { GATEWAY } from '../gong/budget/ledger.js';
import { createSharers, type Sharers } from '../gong/budget/sharers.js';
import { isFlaw } from '../gong/flaw.js';
import type { CrmRecord, GongClient, Permit } from '../gong/types.js';
import { noopObserver, type Observer } from '../telemetry/observer.js';
import { noopTracer, type Span, type Tracer, traced } from '../telemetry/tracer.js';
import { IdTable } from './id-table.js';

/**
 * Batches the look-ups of all operations that use one client of Gong, and so one credential.
 *
 * A batch is sent when the budget grants its call. Until then, IDs that any operation asks for join it. An idle gateway
 * sends at once; while a call for objects of that type is on its way, a batch waits for its answer, unless it is full or that
 * call was sent too long ago (Nagle's rule). So an idle gateway adds no delay, and a busy one sends full calls. An object that is being
 * fetched is not requested twice. Nothing is cached: a later look-up is a new request.
 *
 * A batch is queued for every caller with IDs in it and is sent at the first turn of any of them, so a caller with a
 * backlog does not delay the others. Each caller is charged for its share of the IDs, no matter whose turn it was:
 * joining another caller's batch is neither free nor at that caller's expense.
 */
export interface ObjectBatcher<T> {
  /**
   * Resolves in the order of `ids`, which may repeat. Never rejects: the error of a call is in the place of each of its
   * objects, a GatewayError as a rule, and other calls' objects are not affected. The list is the caller's own, but its
   * objects are shared and must not be modified.
   *
   * @param caller whose turn in the queue the calls take; by default the gateway's own
   */
  loadMany(
    integrationId: string,
    objectType: SchemaObjectType,
    ids: readonly string[],
    caller?: string,
  ): Promise<Found<T>[]>;
}

/** An object, `null` where Gong does not have it, or why it could not be read. */
export type Found<T> = T | Error | null;

/** Where the objects of a batch are from. */
export interface ObjectPlace {
  readonly integrationId: string;
  readonly objectType: SchemaObjectType;
}

/** Converts Gong's record to the form that resolvers work with. It may change the record, which nobody else has. */
export type FromRecord<T> = (record: CrmRecord, place: ObjectPlace, id: string) => T;

type Grant = { readonly permit: Permit } | { readonly error: unknown };

/** The IDs of one call. */
interface Batch<T> {
  /** Gathers the parts until the call's turn. Its keys are lists of IDs: it makes a promise for each key. */
  readonly loader: DataLoader<Part<T>, Found<T>[]>;
  readonly sharers: Sharers;
  /** How many of the IDs each caller asked for. */
  readonly idsOf: Map<string, number>;
  size: number;
  /** Ends its wait for other calls' answers. */
  release(): void;
  isOpen: boolean;
  /** Whether a caller joined after the budget had refused the others: the refusal does not apply to it. */
  hasNewcomers: boolean;
}

/** The IDs that one look-up added to a batch. */
interface Part<T> {
  readonly batch: Batch<T>;
  /** Each once. */
  readonly ids: string[];
  readonly asker: Span;
  readonly found: Promise<Found<T>[]>;
  /** How many look-ups have yet to take from what is found. No others come once it is there. */
  takers: number;
  /** Whether another part fetches some of the IDs, too, and is the one that look-ups can join. */
  isReplaced: boolean;
  /** Where each ID is; made when a look-up needs it. */
  indexes?: ReadonlyMap<string, number>;
}

export interface ObjectBatcherDeps {
  /** How long after a call was sent further IDs of its type wait for its answer, in milliseconds. Default 0: not at all. */
  readonly mergeMs?: number | undefined;
  readonly observer?: Observer | undefined;
  readonly tracer?: Tracer | undefined;
}

export function createObjectBatcher<T>(
  gong: Pick<GongClient, 'getObjects' | 'reserve'>,
  fromRecord: FromRecord<T>,
  deps: ObjectBatcherDeps = {},
): ObjectBatcher<T> {
  const batches = new Map<string, Batches<T>>();

  return {
    loadMany(integrationId, objectType, ids, caller) {
      const key = `${integrationId}/${objectType}`;
      let found = batches.get(key);
      if (found === undefined) {
        const onIdle = () => batches.delete(key);
        found = createBatches(gong, { ...deps, place: { integrationId, objectType }, fromRecord, onIdle });
        batches.set(key, found);
      }
      return found.loadMany(ids, caller);
    },
  };
}

interface Batches<T> {
  loadMany(ids: readonly string[], caller: string | undefined): Promise<Found<T>[]>;
}

interface BatchesOptions<T> extends ObjectBatcherDeps {
  readonly place: ObjectPlace;
  readonly fromRecord: FromRecord<T>;
  /** Called when no object is being fetched any more. */
  readonly onIdle: () => void;
}

/** The batches of one object type. */
function createBatches<T>(
  gong: Pick<GongClient, 'getObjects' | 'reserve'>,
  options: BatchesOptions<T>,
): Batches<T> {
  const { place, fromRecord, onIdle, mergeMs = 0, observer = noopObserver, tracer = noopTracer } = options;
  const { integrationId, objectType } = place;
  /** Replaces DataLoader's cache, whose hits would wait for the next batch to be sent. */
  const fetching = new IdTable<Part<T>>();
  /** The batch that was opened last. */
  let latest: Batch<T> | undefined;
  let pending = 0;
  /** The call that was sent last, while it has no answer. */
  let underWay: { readonly sentAt: number; readonly answered: Promise<void> } | undefined;

  /** Notes that a call is under way until the returned function is called. */
  function begin(): () => void {
    let end = () => {};
    const answered = new Promise<void>((resolve) => {
      end = resolve;
    });
    const call = { sentAt: performance.now(), answered };
    underWay = call;
    return () => {
      if (underWay === call) underWay = undefined;
      end();
    };
  }

  /** Waits for the answer of the call under way, while that was sent a short time ago; or calls back at once. */
  function hold(batch: Batch<T>, send: () => void): void {
    const restMs = underWay === undefined ? 0 : underWay.sentAt + mergeMs - performance.now();
    if (underWay === undefined || restMs <= 0 || batch.size >= MAX_IDS_PER_CALL) {
      send();
      return;
    }
    const timer = setTimeout(() => batch.release(), restMs);
    void underWay.answered.then(() => batch.release());
    batch.release = () => {
      batch.release = () => undefined;
      clearTimeout(timer);
      send();
    };
  }

  /** The span's parent is the operation that opened the batch; the others are linked. */
  function inSpan<R>(parts: readonly Part<T>[], objects: number, run: () => Promise<R>): Promise<R> {
    const links = [...new Set(parts.map(({ asker }) => asker))];
    const attributes = { 'batch.object_type': objectType, 'batch.objects': objects };
    return traced(tracer, `batch ${objectType}`, { attributes, links }, run);
  }

  async function send(
    batch: Batch<T>,
    parts: readonly Part<T>[],
    grant: Grant | undefined,
  ): Promise<Found<T>[][]> {
    if (grant === undefined) throw new TypeError('needed a grant for the batch');
    if ('error' in grant) throw grant.error;
    const { permit } = grant;
    permit.split(sharesIn(batch));
    const answered = begin();
    try {
      const ids = parts.length === 1 ? (parts[0]?.ids ?? []) : parts.flatMap((part) => part.ids);
      observer.batchSent(objectType, ids.length);
      const records = await inSpan(parts, ids.length, () =>
        gong.getObjects(integrationId, objectType, ids, { permit, sharers: batch.sharers }),
      );
      // Nothing is left in the client's list: its promises are old, and would keep the records from being collected.
      return parts.map((part) =>
        records
          .splice(0, part.ids.length)
          .map((record, index) =>
            record === null || isFlaw(record) ? record : fromRecord(record, place, part.ids[index] ?? ''),
          ),
      );
    } finally {
      answered();
      permit.settled();
    }
  }

  function openBatch(): Batch<T> {
    let grant: Grant | undefined;
    const batch: Batch<T> = {
      loader: new DataLoader((parts) => send(batch, parts, grant), {
        cache: false,
        batchScheduleFn(dispatch) {
          const open = (granted: Grant) => {
            batch.isOpen = false;
            grant = granted;
            dispatch();
          };
          const reserve = (): void => {
            batch.hasNewcomers = false;
            gong.reserve({ sharers: batch.sharers }).then(
              (permit) => open({ permit }),
              (error: unknown) => (batch.hasNewcomers ? reserve() : open({ error })),
            );
          };
          afterThisTurn(() => hold(batch, reserve));
        },
      }),
      sharers: createSharers(),
      idsOf: new Map(),
      size: 0,
      release: () => undefined,
      isOpen: true,
      hasNewcomers: false,
    };
    return batch;
  }

  /** An empty part of the batch that takes more IDs. */
  function openPart(caller: string | undefined): Part<T> {
    if (latest === undefined || !latest.isOpen || latest.size >= MAX_IDS_PER_CALL) latest = openBatch();
    const batch = latest;
    const ids: string[] = [];
    // DataLoader passes the part on with the call, which is not before the end of this turn.
    const part = { batch, ids, asker: tracer.current(), takers: 0, isReplaced: false } as {
      -readonly [Key in keyof Part<T>]: Part<T>[Key];
    };
    part.found = batch.loader.load(part).then(
      (objects) => {
        forget(part);
        return objects;
      },
      (error: unknown) => {
        forget(part);
        const shown = readError(error);
        return ids.map(() => shown);
      },
    );
    pending += 1;
    join(batch, caller);
    return part;
  }

  function forget(part: Part<T>): void {
    pending -= 1;
    if (pending === 0) {
      onIdle();
      return;
    }
    for (const id of part.ids) if (!part.isReplaced || fetching.get(id) === part) fetching.delete(id);
  }

  function count({ batch, ids }: Part<T>, caller: string = GATEWAY): void {
    batch.idsOf.set(caller, (batch.idsOf.get(caller) ?? 0) + ids.length);
    if (batch.size === MAX_IDS_PER_CALL) batch.release();
  }

  /** Whether the caller can share this fetch: its call is made, or the caller is or can be among those it waits for. */
  function isShared({ batch }: Part<T>, caller: string | undefined): boolean {
    if (!batch.isOpen) return !batch.sharers.isRefused;
    return batch === latest || batch.sharers.has(caller);
  }

  function join(batch: Batch<T>, caller: string | undefined): void {
    batch.hasNewcomers ||= batch.sharers.isRefused;
    batch.sharers.join({ caller });
  }

  return {
    loadMany(ids, caller) {
      const own: Part<T>[] = [];
      let open: Part<T> | undefined;
      let joined: Part<T> | undefined;
      for (const id of ids) {
        const part = fetching.get(id);
        if (part !== undefined && part === open) continue;
        if (part !== undefined && (part === joined || isShared(part, caller))) {
          if (part !== joined) join(part.batch, caller);
          joined = part;
          continue;
        }
        if (part !== undefined) part.isReplaced = true;
        if (open === undefined || open.batch.size >= MAX_IDS_PER_CALL) {
          open = openPart(caller);
          own.push(open);
        }
        open.ids.push(id);
        open.batch.size += 1;
        fetching.set(id, open);
      }
      for (const part of own) count(part, caller);
      // One of its own or joined, with nothing of another part's.
      const whole = own.length === 0 ? joined : own[0];
      if (whole !== undefined && areSame(whole.ids, ids)) return takeAll(whole);
      return gather(
        ids,
        ids.map((id) => fetching.get(id)),
      );
    },
  };
}

/** What was thrown, as the error in place of an object. */
export function readError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('the object could not be read', { cause: thrown });
}

/** The last to take gets the list itself. */
async function takeAll<T>(part: Part<T>): Promise<Found<T>[]> {
  part.takers += 1;
  const objects = await part.found;
  part.takers -= 1;
  return part.takers === 0 ? objects : [...objects];
}

/** Puts together what several parts have found. The last to take leaves nothing in their lists. */
async function gather<T>(
  ids: readonly string[],
  partOf: readonly (Part<T> | undefined)[],
): Promise<Found<T>[]> {
  const objectsOf = new Map<Part<T>, Found<T>[]>();
  const parts = new Set(partOf.filter((part) => part !== undefined));
  for (const part of parts) part.takers += 1;
  for (const part of parts) objectsOf.set(part, await part.found);
  const gathered = ids.map((id, index) => {
    const part = partOf[index];
    const object = part && objectsOf.get(part)?.[indexIn(part, id)];
    if (object === undefined) throw new TypeError('needed an entry for every ID');
    return object;
  });
  for (const [part, objects] of objectsOf) {
    part.takers -= 1;
    if (part.takers === 0) objects.length = 0;
  }
  return gathered;
}

function indexIn<T>(part: Part<T>, id: string): number {
  part.indexes ??= new Map(part.ids.map((own, index) => [own, index]));
  return part.indexes.get(id) ?? -1;
}

function areSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((id, index) => id === right[index]);
}

function sharesIn({ idsOf, size }: Batch<unknown>): Map<string, number> {
  return new Map([...idsOf].map(([caller, ids]) => [caller, ids / size]));
}

/** Runs the callback once all pending promise jobs have run, as DataLoader's own scheduling does. */
function afterThisTurn(callback: () => void): void {
  void Promise.resolve().then(() => process.nextTick(callback));
}
