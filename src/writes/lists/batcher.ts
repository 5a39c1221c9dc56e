import type { UploadObjectType } from '../../crm/object-types.js';
import { GatewayError } from '../../errors.js';
import { GATEWAY } from '../../gong/budget/ledger.js';
import { noopTracer } from '../../telemetry/tracer.js';
import type { Author } from '../journal/types.js';
import { listContent } from '../ledger/content.js';
import type { Submitted } from '../ledger/types.js';
import {
  BATCH_LIMITS,
  type Batch,
  type BatchLimits,
  canJoin,
  createBatch,
  type Holders,
  join,
  type WaitingList,
} from './batch.js';
import type { ListLine } from './check.js';
import { type SharedUploadDeps, type UploadTarget, uploadBatch } from './shared-upload.js';

/**
 * Sends lists of all callers that use one client of Gong, and so one credential, in shared uploads.
 *
 * An upload is sent when the budget grants its call. Until then, lists of the same type for the same integration join it;
 * with an empty queue it is sent at once. So an idle gateway adds no delay, and a busy one sends full uploads.
 *
 * Versions of an object reach Gong in the order in which they came: a list with another version of an object that waits or
 * is on its way goes into a later upload, which is not sent before the earlier one was answered. Lists without such an
 * object do not wait for it.
 *
 * As in `ObjectBatcher`, an upload is queued for each of its callers and is sent at the first turn of any of them, and each
 * is charged for its share of the objects.
 */
export interface ListBatcher {
  /**
   * @returns what became of the upload; the same for everyone who shares it
   * @throws GatewayError of the upload. What Gong refuses as a whole is sent again in parts, so that this is the list's own;
   *   RATE_LIMITED also if the caller has too much waiting
   */
  submit(list: SharedList): Promise<Submitted>;
}

export interface SharedList {
  readonly objectType: UploadObjectType;
  readonly integrationId: string;
  /** As `checkList` returns them. */
  readonly lines: readonly ListLine[];
  /** Whose turn in the budget the upload takes; default: the gateway's own. */
  readonly caller: string | undefined;
  /** Whose list it is, for the journal. */
  readonly author: Author;
}

export interface ListBatcherDeps extends SharedUploadDeps {
  /** Asks Gong whether it accepts the credentials where that must be known first, so that no turn is held meanwhile. */
  readonly admit?: ((integrationId: string) => Promise<void>) | undefined;
}

/** 96 bits. */
const KEY_CHARS = 16;

export function createListBatcher(deps: ListBatcherDeps, limits: BatchLimits = BATCH_LIMITS): ListBatcher {
  const { failedLists, admit, tracer = noopTracer } = deps;
  const queues = new Map<string, Queue>();
  const waitingBytes = createWaitingBytes(limits.bytesWaiting);

  return {
    async submit({ objectType, integrationId, lines, caller, author }) {
      const span = tracer.current();
      const text = lines.map((line) => line.text).join('');
      const key = listContent(objectType, integrationId, text).slice(0, KEY_CHARS);
      const list: WaitingList = { caller, author, lines, bytes: Buffer.byteLength(text), key, span };
      await admit?.(integrationId);
      const isAlone = await failedLists.has(integrationId, list.key);
      waitingBytes.add(list);

      const name = `${integrationId}/${objectType}`;
      let queue = queues.get(name);
      if (queue === undefined) {
        queue = createQueue({
          ...{ target: { objectType, integrationId }, deps, limits },
          onSent: (sent) => sent.forEach(waitingBytes.remove),
          onIdle: () => queues.delete(name),
        });
        queues.set(name, queue);
      }
      return queue.add(list, isAlone);
    },
  };
}

function createWaitingBytes(most: number) {
  const waiting = new Map<string, number>();
  return {
    /** @throws GatewayError RATE_LIMITED */
    add({ caller = GATEWAY, bytes }: WaitingList): void {
      const before = waiting.get(caller) ?? 0;
      if (before > 0 && before + bytes > most) throw tooMuch(`lists of ${before} bytes waiting to be sent`);
      waiting.set(caller, before + bytes);
    },
    remove({ caller = GATEWAY, bytes }: WaitingList): void {
      const left = (waiting.get(caller) ?? 0) - bytes;
      if (left > 0) waiting.set(caller, left);
      else waiting.delete(caller);
    },
  };
}

function tooMuch(what: string): GatewayError {
  return new GatewayError('RATE_LIMITED', `This caller has ${what}, the most it may have: try again in 1 s`, {
    retryAfterSeconds: 1,
  });
}

/** The lists of one type for one integration. */
interface Queue {
  add(list: WaitingList, isAlone: boolean): Promise<Submitted>;
}

interface QueueOptions {
  readonly target: UploadTarget;
  readonly deps: SharedUploadDeps;
  readonly limits: BatchLimits;
  /** Called when these lists no longer wait: their upload begins, or was refused. */
  readonly onSent: (lists: readonly WaitingList[]) => void;
  /** Called when Gong has answered everything. */
  readonly onIdle: () => void;
}

function createQueue({ target, deps, limits, onSent, onIdle }: QueueOptions): Queue {
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
      throw tooMuch(`${waiting.length} uploads waiting for earlier versions of their objects`);
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
