import DataLoader from 'dataloader';
import type { SchemaObjectType } from '../crm/object-types.js';
import { isFlaw } from '../gong/flaw.js';
import type { CrmRecord, GongClient, Permit } from '../gong/types.js';
import { type Observer, unobserved } from '../telemetry/observer.js';
import { type Span, type Tracer, traced, untraced } from '../telemetry/tracer.js';

/** Gong answers at most this many objects a call, and drops the rest without a word (reference, section 3). */
export const MAX_OBJECTS_PER_CALL = 100;

/**
 * The objects that everybody asks for: one for each client of Gong, so within one credential.
 *
 * A batch opens when the budget grants its call. While it waits for its turn, ids that anyone asks for join it;
 * when nobody waits it leaves at once. So an idle gateway adds no delay, and a busy one sends full calls. Nobody
 * asks for an object that is already on its way. What has arrived is forgotten: the next to ask is answered anew.
 */
export interface ObjectBatcher<T> {
  /**
   * `null`: Gong does not have it. What one call has brought is shared by all who asked: not to be changed.
   *
   * @throws GatewayError of the call that should have brought it, which does not affect other calls' objects;
   *   UPSTREAM_INVALID_RESPONSE where Gong's answer is wrong for this object alone
   */
  load(integrationId: string, objectType: SchemaObjectType, id: string): Promise<T | null>;
}

export interface ObjectOrigin {
  readonly integrationId: string;
  readonly objectType: SchemaObjectType;
  readonly objectId: string;
}

/** Gives Gong's bare record the form that callers work with. */
export type FromRecord<T> = (record: CrmRecord, origin: ObjectOrigin) => T;

type Grant = { readonly permit: Permit } | { readonly error: unknown };

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
    load(integrationId, objectType, id) {
      const key = `${integrationId}/${objectType}`;
      let found = batches.get(key);
      if (found === undefined) {
        const toObject = (record: CrmRecord, objectId: string) =>
          fromRecord(record, { integrationId, objectType, objectId });
        const onIdle = () => batches.delete(key);
        found = createBatches(gong, { ...deps, integrationId, objectType, toObject, onIdle });
        batches.set(key, found);
      }
      return found.load(id);
    },
  };
}

interface Batches<T> {
  load(id: string): Promise<T | null>;
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
  const { integrationId, objectType, toObject, onIdle, observer = unobserved, tracer = untraced } = options;
  /** In place of DataLoader's cache, whose hits wait for the next batch to open. */
  const onTheirWay = new Map<string, Promise<T | null>>();
  /** On whose behalf each is fetched. */
  const askers = new Map<string, Span>();
  let grant: Grant | undefined;

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
      const { permit } = grant;
      try {
        observer.batchSent(objectType, ids.length);
        const found = await inSpan(ids, () => gong.getObjects(integrationId, objectType, ids, { permit }));
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
      maxBatchSize: MAX_OBJECTS_PER_CALL,
      batchScheduleFn(dispatch) {
        const open = (granted: Grant) => {
          grant = granted;
          dispatch();
          grant = undefined;
        };
        afterThisTurn(() => {
          gong.reserve().then(
            (permit) => open({ permit }),
            (error: unknown) => open({ error }),
          );
        });
      },
    },
  );

  return {
    load(id: string): Promise<T | null> {
      const underWay = onTheirWay.get(id);
      if (underWay !== undefined) return underWay;
      const asked = loader.load(id).finally(() => {
        onTheirWay.delete(id);
        askers.delete(id);
        if (onTheirWay.size === 0) onIdle();
      });
      onTheirWay.set(id, asked);
      if (tracer !== untraced) askers.set(id, tracer.current());
      return asked;
    },
  };
}

/** Once all that is ready to run has asked for what it needs, as DataLoader does by itself. */
function afterThisTurn(callback: () => void): void {
  void Promise.resolve().then(() => process.nextTick(callback));
}
