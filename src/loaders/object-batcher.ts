import DataLoader from 'dataloader';
import { MAX_IDS_PER_CALL } from '../crm/gong-limits.js';
import type { SchemaObjectType } from '../crm/object-types.js';
import { GATEWAY } from '../gong/budget/ledger.js';
import { createSharers, type Sharers } from '../gong/budget/sharers.js';
import { isFlaw } from '../gong/flaw.js';
import type { CrmRecord, GongClient, Permit } from '../gong/types.js';
import { noopObserver, type Observer } from '../telemetry/observer.js';
import { noopTracer, type Span, type Tracer, traced } from '../telemetry/tracer.js';

/**
 * The objects that everybody asks for: one for each client of Gong, so within one credential.
 *
 * A batch opens when the budget grants its call. While it waits for its turn, ids that anyone asks for join it;
 * when nobody waits it leaves at once. So an idle gateway adds no delay, and a busy one sends full calls. Nobody
 * asks for an object that is already on its way. What has arrived is forgotten: the next to ask is answered anew.
 *
 * A batch is queued for every caller who has ids in it and leaves at the first turn of any of them, so a caller with a
 * backlog does not delay the others. Each caller pays for its share of the ids, whoever's turn it was: filling up
 * someone else's batch is neither free nor at their expense.
 */
export interface ObjectBatcher<T> {
  /**
   * `null`: Gong does not have it. What one call has brought is shared by all who asked: not to be changed.
   *
   * @param caller whose turn the call takes; default: the gateway's own
   * @throws GatewayError of the call that should have brought it, which does not affect other calls' objects;
   *   UPSTREAM_INVALID_RESPONSE where Gong's answer is wrong for this object alone
   */
  load(integrationId: string, objectType: SchemaObjectType, id: string, caller?: string): Promise<T | null>;
}

export interface ObjectOrigin {
  readonly integrationId: string;
  readonly objectType: SchemaObjectType;
  readonly objectId: string;
}

/** Gives Gong's bare record the form that callers work with. */
export type FromRecord<T> = (record: CrmRecord, origin: ObjectOrigin) => T;

type Grant = { readonly permit: Permit } | { readonly error: unknown };

/** The ids of one call. */
interface Batch {
  readonly sharers: Sharers;
  /** How many of the ids each caller asked for. */
  readonly idsOf: Map<string, number>;
  isOpen: boolean;
  /** Someone joined after the budget refused the others, and is not meant by that refusal. */
  hasNewcomers: boolean;
}

interface OnItsWay<T> {
  readonly object: Promise<T | null>;
  readonly batch: Batch;
}

export interface ObjectBatcherDeps {
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
    load(integrationId, objectType, id, caller) {
      const key = `${integrationId}/${objectType}`;
      let found = batches.get(key);
      if (found === undefined) {
        const toObject = (record: CrmRecord, objectId: string) =>
          fromRecord(record, { integrationId, objectType, objectId });
        const onIdle = () => batches.delete(key);
        found = createBatches(gong, { ...deps, integrationId, objectType, toObject, onIdle });
        batches.set(key, found);
      }
      return found.load(id, caller);
    },
  };
}

interface Batches<T> {
  load(id: string, caller: string | undefined): Promise<T | null>;
}

interface BatchesOptions<T> extends ObjectBatcherDeps {
  readonly integrationId: string;
  readonly objectType: SchemaObjectType;
  readonly toObject: (record: CrmRecord, id: string) => T;
  /** Nothing is waited for any more. */
  readonly onIdle: () => void;
}

/** The batches of one object type. */
function createBatches<T>(
  gong: Pick<GongClient, 'getObjects' | 'reserve'>,
  options: BatchesOptions<T>,
): Batches<T> {
  const {
    integrationId,
    objectType,
    toObject,
    onIdle,
    observer = noopObserver,
    tracer = noopTracer,
  } = options;
  /** In place of DataLoader's cache, whose hits wait for the next batch to open. */
  const onTheirWay = new Map<string, OnItsWay<T>>();
  /** On whose behalf each is fetched. */
  const askers = new Map<string, Span>();
  let grant: (Grant & { readonly batch: Batch }) | undefined;
  /** The batch that DataLoader put the last id into. */
  let latest: Batch | undefined;
  let pending = 0;

  /** Below the operation that asked first; the others are linked to it. */
  function inSpan<R>(ids: readonly string[], run: () => Promise<R>): Promise<R> {
    const links = new Set(ids.flatMap((id) => askers.get(id) ?? []));
    const attributes = { 'batch.object_type': objectType, 'batch.objects': ids.length };
    return traced(tracer, `batch ${objectType}`, { attributes, links: [...links] }, run);
  }

  const loader = new DataLoader<string, T | null>(
    async (ids) => {
      // DataLoader calls this before `dispatch` returns, so the grant is this batch's own.
      if (grant === undefined) throw new TypeError('needed a grant for the batch');
      if ('error' in grant) throw grant.error;
      const { permit, batch } = grant;
      permit.split(partsOf(batch));
      try {
        observer.batchSent(objectType, ids.length);
        const found = await inSpan(ids, () =>
          gong.getObjects(integrationId, objectType, ids, { permit, sharers: batch.sharers }),
        );
        return ids.map((id) => {
          const record = found.get(id);
          if (record === undefined) return new TypeError('needed a word on every id');
          return record === null || isFlaw(record) ? record : toObject(record, id);
        });
      } finally {
        permit.settled();
      }
    },
    {
      cache: false,
      maxBatchSize: MAX_IDS_PER_CALL,
      batchScheduleFn(dispatch) {
        const batch: Batch = {
          sharers: createSharers(),
          idsOf: new Map(),
          isOpen: true,
          hasNewcomers: false,
        };
        latest = batch;
        const open = (granted: Grant) => {
          batch.isOpen = false;
          grant = { ...granted, batch };
          dispatch();
          grant = undefined;
        };
        const reserve = (): void => {
          batch.hasNewcomers = false;
          gong.reserve({ sharers: batch.sharers }).then(
            (permit) => open({ permit }),
            (error: unknown) => (batch.hasNewcomers ? reserve() : open({ error })),
          );
        };
        afterThisTurn(reserve);
      },
    },
  );

  /** Whether the caller can wait for this id without taking another turn, or waiting for anybody else's. */
  function isShared({ batch }: OnItsWay<T>, caller: string | undefined): boolean {
    if (!batch.isOpen) return !batch.sharers.isRefused;
    return batch === latest || batch.sharers.has(caller);
  }

  function join(batch: Batch, caller: string | undefined): void {
    batch.hasNewcomers ||= batch.sharers.isRefused;
    batch.sharers.join({ caller });
  }

  return {
    load(id, caller) {
      const underWay = onTheirWay.get(id);
      if (underWay !== undefined && isShared(underWay, caller)) {
        join(underWay.batch, caller);
        return underWay.object;
      }
      const asked = loader.load(id);
      if (latest === undefined) throw new TypeError('needed the batch of the id');
      const entry = { object: asked.finally(forget), batch: latest };
      pending += 1;
      join(latest, caller);
      latest.idsOf.set(caller ?? GATEWAY, (latest.idsOf.get(caller ?? GATEWAY) ?? 0) + 1);
      onTheirWay.set(id, entry);
      if (tracer !== noopTracer) askers.set(id, tracer.current());
      return entry.object;

      function forget(): void {
        pending -= 1;
        if (onTheirWay.get(id) === entry) {
          onTheirWay.delete(id);
          askers.delete(id);
        }
        if (pending === 0) onIdle();
      }
    },
  };
}

function partsOf({ idsOf }: Batch): Map<string, number> {
  const all = [...idsOf.values()].reduce((sum, ids) => sum + ids, 0);
  return new Map([...idsOf].map(([caller, ids]) => [caller, ids / all]));
}

/** Once all that is ready to run has asked for what it needs, as DataLoader does by itself. */
function afterThisTurn(callback: () => void): void {
  void Promise.resolve().then(() => process.nextTick(callback));
}
