import DataLoader from 'dataloader';
import type { SchemaObjectType } from '../crm/object-types.js';
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
export interface ObjectBatcher {
  /**
   * `null`: Gong does not have it.
   *
   * @throws GatewayError of the call that should have brought it; other calls' objects are not affected
   */
  load(integrationId: string, objectType: SchemaObjectType, id: string): Promise<CrmRecord | null>;
}

type Grant = { readonly permit: Permit } | { readonly error: unknown };

export interface ObjectBatcherDeps {
  readonly observer?: Observer | undefined;
  readonly tracer?: Tracer | undefined;
}

export function createObjectBatcher(
  gong: Pick<GongClient, 'getObjects' | 'reserve'>,
  deps: ObjectBatcherDeps = {},
): ObjectBatcher {
  const batches = new Map<string, ReturnType<typeof createBatches>>();

  return {
    load(integrationId, objectType, id) {
      const key = `${integrationId}/${objectType}`;
      let found = batches.get(key);
      if (found === undefined) {
        found = createBatches(gong, deps, integrationId, objectType, () => batches.delete(key));
        batches.set(key, found);
      }
      return found.load(id);
    },
  };
}

/** The batches of one object type. `onIdle`: nothing is waited for any more. */
function createBatches(
  gong: Pick<GongClient, 'getObjects' | 'reserve'>,
  { observer = unobserved, tracer = untraced }: ObjectBatcherDeps,
  integrationId: string,
  objectType: SchemaObjectType,
  onIdle: () => void,
) {
  /** In place of DataLoader's cache, whose hits wait for the next batch to open. */
  const onTheirWay = new Map<string, Promise<CrmRecord | null>>();
  /** On whose behalf each is fetched. */
  const askers = new Map<string, Span>();
  let grant: Grant | undefined;

  /** Below the operation that asked first; the others are linked to it. */
  function inSpan<T>(ids: readonly string[], run: () => Promise<T>): Promise<T> {
    const links = new Set(ids.flatMap((id) => askers.get(id) ?? []));
    const attributes = { 'batch.object_type': objectType, 'batch.objects': ids.length };
    return traced(tracer, `batch ${objectType}`, { attributes, links: [...links] }, run);
  }

  const loader = new DataLoader<string, CrmRecord | null>(
    async (ids) => {
      // DataLoader calls this before `dispatch` returns, so the grant is this batch's own.
      if (grant === undefined) throw new TypeError('needed a grant for the batch');
      if ('error' in grant) throw grant.error;
      const { permit } = grant;
      try {
        observer.batchSent(objectType, ids.length);
        const found = await inSpan(ids, () => gong.getObjects(integrationId, objectType, ids, { permit }));
        return ids.map((id) => found.get(id) ?? null);
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
    load(id: string): Promise<CrmRecord | null> {
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
