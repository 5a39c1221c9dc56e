import { GatewayError } from '../../errors.js';
import type { Submitted } from '../ledger/types.js';
import {
  type Batch,
  type BatchLimits,
  canJoin,
  createBatch,
  type Holders,
  join,
  type WaitingList,
} from './batch.js';
import { type SharedUploadDeps, type UploadTarget, uploadBatch } from './shared-upload.js';

/** The lists of one type for one integration, in the order of their objects' versions. */
export interface BatchQueue {
  /**
   * @param isAlone whether the list must not share its upload
   * @throws GatewayError of the upload; RATE_LIMITED if the caller has too many uploads waiting for earlier ones
   */
  add(list: WaitingList, isAlone: boolean): Promise<Submitted>;
}

export interface BatchQueueOptions {
  readonly target: UploadTarget;
  readonly deps: SharedUploadDeps;
  readonly limits: BatchLimits;
  /** Called when these lists no longer wait: their upload begins, or was refused. */
  readonly onSent: (lists: readonly WaitingList[]) => void;
  /** Called when Gong has answered everything. */
  readonly onIdle: () => void;
}

export function createBatchQueue({ target, deps, limits, onSent, onIdle }: BatchQueueOptions): BatchQueue {
  /** Those that Gong has not answered yet, in order. */
  const batches = new Set<Batch>();
  /** The latest of them that holds an object. */
  const holders = new Map<string, Batch>();

  async function send(batch: Batch) {
    await Promise.allSettled([...batch.after].map(({ outcomes }) => outcomes));
    try {
      return await uploadBatch(batch, target, deps, () => onSent(batch.lists));
    } finally {
      settle(batch);
    }
  }

  function settle(batch: Batch): void {
    batches.delete(batch);
    for (const objectId of batch.lines.keys()) {
      if (holders.get(objectId) === batch) holders.delete(objectId);
    }
    for (const later of batches) later.after.delete(batch);
    if (batches.size === 0) onIdle();
  }

  function holdersOf({ lines }: WaitingList): Holders {
    const found = new Map<Batch, { areSame: boolean }>();
    for (const { objectId, text } of lines) {
      const holder = holders.get(objectId);
      if (holder === undefined) continue;
      const isSame = holder.lines.get(objectId)?.text === text;
      found.set(holder, { areSame: isSame && (found.get(holder)?.areSame ?? true) });
    }
    return found;
  }

  function open(caller: string | undefined, after: Holders, isAlone: boolean): Batch {
    const waiting = [...batches].filter((batch) => batch.after.size > 0 && batch.sharers.has(caller));
    if (after.size > 0 && waiting.length >= limits.uploadsWaiting)
      throw tooMuchWaiting(`${waiting.length} uploads waiting for earlier versions of their objects`);
    const batch = createBatch({ after: after.keys(), isOpen: !isAlone }, send);
    batches.add(batch);
    return batch;
  }

  return {
    async add(list, isAlone) {
      const earlier = holdersOf(list);
      const found = isAlone ? undefined : [...batches].find((batch) => canJoin(batch, list, earlier, limits));
      let batch: Batch;
      try {
        batch = found ?? open(list.caller, earlier, isAlone);
      } catch (error) {
        onSent([list]);
        throw error;
      }
      join(batch, list);
      for (const { objectId } of list.lines) holders.set(objectId, batch);
      const outcome = (await batch.outcomes).get(list);
      if (outcome === undefined) throw new TypeError('needed an outcome for every list');
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    },
  };
}

/** @param what what of the caller's waits */
export function tooMuchWaiting(what: string): GatewayError {
  return new GatewayError('RATE_LIMITED', `This caller has ${what}, the most it may have: try again in 1 s`, {
    retryAfterSeconds: 1,
  });
}
