import { type Store, type Transaction, transact } from '../../store/store.js';
import type { TimeKeys } from '../../store/time-keys.js';
import type { Observer } from '../../telemetry/observer.js';
import { SLICE } from './batches.js';
import { countEnds, type End, endChanges, type TicketEnded } from './end-changes.js';
import { keepObject } from './forget.js';
import {
  type Batch,
  type DeadRecord,
  isOlder,
  keysOf,
  type Members,
  type ObjectRecord,
  readDead,
  readObject,
  type Version,
} from './records.js';
import type { ChangeReason } from './types.js';

/** What becomes of a version that was sent. */
export type Outcome =
  /** Gong has stored it. */
  | { readonly kind: 'done' }
  /**
   * It goes back into the queue, unless a newer version is there.
   *
   * @param dueAt the time, as in its key, before which it is not sent; `null`: at once
   * @param mostTogether how many may be sent with it
   */
  | {
      readonly kind: 'again';
      readonly dueAt: string | null;
      readonly mostTogether: number | null;
      readonly reason: ChangeReason | null;
    }
  /** It becomes a dead letter, unless a newer version is queued or has become one. */
  | { readonly kind: 'dead'; readonly reason: ChangeReason; readonly message: string | null };

export interface SettleDeps {
  readonly store: Store;
  readonly sequence: TimeKeys;
  readonly now: () => number;
  readonly onEnded: TicketEnded;
  readonly observer: Pick<Observer, 'changesEnded'>;
}

/**
 * Records what became of a batch's versions, and forgets the batch. If it is interrupted, it can be run again: a version
 * that is not in the batch any more is left alone.
 *
 * @param seq the batch's name in the store
 */
export async function settleBatch(
  integrationId: string,
  seq: string,
  batch: Batch,
  members: Members,
  outcomeOf: (version: Version) => Outcome,
  deps: SettleDeps,
): Promise<void> {
  await settleMembers(integrationId, seq, batch, members, outcomeOf, deps);
  const keys = keysOf(integrationId);
  await transact(deps.store, async (transaction) => {
    transaction.delete(keys.batch(batch.objectType, seq));
    for (let slice = 0; slice < batch.slices; slice++) transaction.delete(keys.members(seq, slice));
  });
}

/** Records what became of some of a batch's versions. */
export async function settleMembers(
  integrationId: string,
  seq: string,
  { objectType, clientRequestId }: Pick<Batch, 'objectType' | 'clientRequestId'>,
  members: Members,
  outcomeOf: (version: Version) => Outcome,
  { store, sequence, now, onEnded, observer }: SettleDeps,
): Promise<void> {
  const keys = keysOf(integrationId);
  for (let start = 0; start < members.length; start += SLICE) {
    const slice = members.slice(start, start + SLICE);
    const ended = await transact(store, async (transaction) => {
      const ends: End[] = [];
      const found = await transaction.getAll(slice.map(([objectId]) => keys.object(objectType, objectId)));
      for (const [index, [objectId, versionSeq]] of slice.entries()) {
        const record = readObject(found[index]);
        const version = record?.sent ?? null;
        if (record === null || version?.batch !== seq || version.seq !== versionSeq) continue;
        const settled = await settleOne(transaction, objectId, record, version, ends);
        const key = keys.object(objectType, objectId);
        transaction.put(key, JSON.stringify(keepObject(transaction, key, settled, sequence)));
      }
      await endChanges(transaction, ends, onEnded);
      return ends;
    });
    countEnds(ended, observer);
  }

  async function settleOne(
    transaction: Transaction,
    objectId: string,
    record: ObjectRecord,
    { batch: _, ...version }: Version & { readonly batch: string },
    ends: End[],
  ): Promise<ObjectRecord> {
    const { queued, dead } = record;
    const { waiters, modifiedAt, digest, accountId } = version;
    const outcome = outcomeOf(version);
    const told = { objectType, objectId, clientRequestId } as const;
    if (queued !== null) transaction.put(keys.next(objectType, queued.place), objectId);
    if (outcome.kind === 'done') {
      ends.push({ waiters, change: { ...told, state: 'DONE', reason: null, message: null } });
      transaction.delete(keys.line(version.seq));
      return { ...record, sent: null, done: { modifiedAt, digest } };
    }
    if (queued !== null) {
      // The newer version decides how both end.
      transaction.delete(keys.line(version.seq));
      return { ...record, sent: null, queued: { ...queued, waiters: [...waiters, ...queued.waiters] } };
    }
    const attempts = version.attempts + 1;
    if (outcome.kind === 'again') {
      const { dueAt, mostTogether, reason } = outcome;
      const turn =
        dueAt === null ? keys.next(objectType, version.place) : keys.later(dueAt, objectType, objectId);
      transaction.put(turn, objectId);
      return { ...record, sent: null, queued: { ...version, attempts, mostTogether, dueAt, reason } };
    }
    const { reason, message } = outcome;
    ends.push({ waiters, change: { ...told, state: 'DEAD', reason, message } });
    const known = dead === null ? null : readDead(await transaction.get(keys.dead(dead)));
    const line = (await transaction.get(keys.line(version.seq))) ?? '';
    transaction.delete(keys.line(version.seq));
    if (known !== null && isOlder(modifiedAt, known.modifiedAt)) return { ...record, sent: null };
    const letter: DeadRecord = {
      ...{ objectType, objectId, modifiedAt, accountId, reason, message, attempts, line, diedAt: now() },
      clientRequestId,
    };
    transaction.put(keys.dead(version.seq), JSON.stringify(letter));
    if (dead !== null) transaction.delete(keys.dead(dead));
    return { ...record, sent: null, dead: version.seq };
  }
}
