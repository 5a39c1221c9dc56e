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
   * Resolves to `null` where Gong does not have the object. Callers share the result and must not modify it.
   *
   * @param caller whose turn in the queue the call takes; by default the gateway's own
   * @throws GatewayError of the call; other calls' objects are not affected. UPSTREAM_INVALID_RESPONSE may concern this
   *   object alone
   */
  load(integrationId: string, objectType: SchemaObjectType, id: string, caller?: string): Promise<T | null>;
}

export interface ObjectOrigin {
  readonly integrationId: string;
  readonly objectType: SchemaObjectType;
  readonly objectId: string;
}

/** Converts Gong's record to the form that resolvers work with. */
export type FromRecord<T> = (record: CrmRecord, origin: ObjectOrigin) => T;

type Grant = { readonly permit: Permit } | { readonly error: unknown };

/** The IDs of one call. */
interface Batch {
  readonly sharers: Sharers;
  /** How many of the IDs each caller asked for. */
  readonly idsOf: Map<string, number>;
  /** Ends its wait for other calls' answers. */
  release(): void;
  isOpen: boolean;
  /** Whether a caller joined after the budget had refused the others: the refusal does not apply to it. */
  hasNewcomers: boolean;
}

interface Fetching<T> {
  readonly object: Promise<T | null>;
  readonly batch: Batch;
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
  /** Called when no object is being fetched any more. */
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
    mergeMs = 0,
    observer = noopObserver,
    tracer = noopTracer,
  } = options;
  /** Replaces DataLoader's cache, whose hits would wait for the next batch to be sent. */
  const fetching = new Map<string, Fetching<T>>();
  /** The span of the operation that asked for each object first. */
  const askers = new Map<string, Span>();
  let grant: (Grant & { readonly batch: Batch }) | undefined;
  /** The batch that DataLoader put the last ID into. */
  let latest: Batch | undefined;
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
  function hold(batch: Batch, send: () => void): void {
    const restMs = underWay === undefined ? 0 : underWay.sentAt + mergeMs - performance.now();
    if (underWay === undefined || restMs <= 0 || idsIn(batch) >= MAX_IDS_PER_CALL) {
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
      const end = begin();
      try {
        observer.batchSent(objectType, ids.length);
        const found = await inSpan(ids, () =>
          gong.getObjects(integrationId, objectType, ids, { permit, sharers: batch.sharers }),
        );
        return ids.map((id) => {
          const record = found.get(id);
          if (record === undefined) return new TypeError('needed an entry for every ID');
          return record === null || isFlaw(record) ? record : toObject(record, id);
        });
      } finally {
        end();
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
          release: () => undefined,
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
        afterThisTurn(() => hold(batch, reserve));
      },
    },
  );

  /** Whether the caller can share this fetch: its call is made, or the caller is or can be among those it waits for. */
  function isShared({ batch }: Fetching<T>, caller: string | undefined): boolean {
    if (!batch.isOpen) return !batch.sharers.isRefused;
    return batch === latest || batch.sharers.has(caller);
  }

  function join(batch: Batch, caller: string | undefined): void {
    batch.hasNewcomers ||= batch.sharers.isRefused;
    batch.sharers.join({ caller });
  }

  return {
    load(id, caller) {
      const underWay = fetching.get(id);
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
      if (idsIn(latest) === MAX_IDS_PER_CALL) latest.release();
      fetching.set(id, entry);
      if (tracer !== noopTracer) askers.set(id, tracer.current());
      return entry.object;

      function forget(): void {
        pending -= 1;
        if (fetching.get(id) === entry) {
          fetching.delete(id);
          askers.delete(id);
        }
        if (pending === 0) onIdle();
      }
    },
  };
}

function idsIn({ idsOf }: Batch): number {
  return [...idsOf.values()].reduce((sum, ids) => sum + ids, 0);
}

function partsOf(batch: Batch): Map<string, number> {
  const all = idsIn(batch);
  return new Map([...batch.idsOf].map(([caller, ids]) => [caller, ids / all]));
}

/** Runs the callback once all pending promise jobs have run, as DataLoader's own scheduling does. */
function afterThisTurn(callback: () => void): void {
  void Promise.resolve().then(() => process.nextTick(callback));
}
