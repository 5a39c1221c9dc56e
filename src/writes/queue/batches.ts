import type { UploadObjectType } from '../../crm/object-types.js';
import { keysUnder, type Store, transact } from '../../store/store.js';
import type { TimeKeys } from '../../store/time-keys.js';
import {
  type AccountsSent,
  type Batch,
  keysOf,
  type Members,
  type ObjectRecord,
  readAccountsSent,
  readBatch,
  readMembers,
  readObject,
  type Version,
} from './records.js';

/** Versions that are moved in one transaction. The more there are, the likelier it is to meet another one. */
export const SLICE = 2_000;

/** No pause after accounts is longer. */
const LONGEST_PAUSE_MS = 3_600_000;

export interface BatchLimits {
  readonly maxObjects: number;
  readonly maxBytes: number;
}

export interface TakeDeps {
  readonly store: Store;
  readonly sequence: TimeKeys;
  readonly limits: BatchLimits;
}

/** What else fits into a batch. */
interface Room {
  readonly objects: number;
  readonly bytes: number;
  /** That of its members, which all have the same; `undefined` before there is one. */
  readonly mostTogether: number | null | undefined;
}

/**
 * Moves queued versions into a new batch, in the order of their places. If it is interrupted, the batch is what was moved
 * until then. Resolves with its name in the store, or with `null` if there is nothing to move.
 *
 * @param mayGo whether a version's turn has come
 */
export async function takeBatch(
  integrationId: string,
  objectType: UploadObjectType,
  mayGo: (version: Version) => boolean,
  { store, sequence, limits }: TakeDeps,
): Promise<string | null> {
  const keys = keysOf(integrationId);
  const seq = sequence();
  let batch: Batch = {
    ...{ clientRequestId: `queue-${seq}`, objectType, slices: 0, isClosed: false, oldest: seq },
    ...{ writers: [], acceptedAt: null },
  };
  let room: Room | null = { objects: limits.maxObjects, bytes: limits.maxBytes, mostTogether: undefined };
  let { from, before } = keysUnder(keys.next(objectType));
  const [newest] = await store.list({ from, before, limit: 1, reverse: true });
  // Not those that are queued meanwhile: they could go on for ever.
  if (newest !== undefined) before = after(newest[0]);

  while (room !== null) {
    const listed = await store.list({ from, before, limit: SLICE });
    const last = listed.at(-1);
    if (last === undefined) break;
    from = after(last[0]);
    [batch, room] = await takeSlice(batch, room, listed);
  }
  return batch.slices === 0 ? null : seq;

  /** Returns the batch with those of the listed versions that fit, and the room that is left; `null`: none. */
  function takeSlice(
    soFar: Batch,
    roomBefore: Room,
    listed: Awaited<ReturnType<Store['list']>>,
  ): Promise<readonly [Batch, Room | null]> {
    return transact(store, async (transaction) => {
      const objectKeys = listed.map(([, objectId]) => keys.object(objectType, objectId));
      const [stored, ...found] = await transaction.getAll([keys.batch(objectType, seq), ...objectKeys]);
      const current = readBatch(stored);
      // Another replica has taken over meanwhile, and may have sent it as it was.
      const isTakenOver = current === null ? soFar.slices > 0 : current.isClosed;
      if (isTakenOver) return [soFar, null] as const;
      const members: Members = [];
      const writers = new Map(soFar.writers);
      let { oldest } = soFar;
      let left: Room | null = roomBefore;
      for (const [index, [key, objectId]] of listed.entries()) {
        const record = readObject(found[index]);
        const version = record?.queued ?? null;
        if (record === null || version === null || keys.next(objectType, version.place) !== key) {
          transaction.delete(key);
          continue;
        }
        if (record.sent !== null || !mayGo(version)) continue;
        const isEmpty: boolean = left.mostTogether === undefined;
        if (!isEmpty && left.mostTogether !== version.mostTogether) continue;
        left = roomAfter(left, version, isEmpty);
        if (left === null) break;
        members.push([objectId, version.seq, version.modifiedAt]);
        writers.set(version.caller, (writers.get(version.caller) ?? 0) + 1);
        if (version.place < oldest) oldest = version.place;
        transaction.delete(key);
        const moved: ObjectRecord = { ...record, queued: null, sent: { ...version, batch: seq } };
        transaction.put(keys.object(objectType, objectId), JSON.stringify(moved));
      }
      if (members.length === 0) return [soFar, left] as const;
      const grown: Batch = { ...soFar, slices: soFar.slices + 1, oldest, writers: [...writers] };
      transaction.put(keys.members(seq, soFar.slices), JSON.stringify(members));
      transaction.put(keys.batch(objectType, seq), JSON.stringify(grown));
      return [grown, left] as const;
    });
  }
}

function after(key: string): string {
  return `${key}\u0000`;
}

/** Returns the room that a version leaves; `null` if it does not fit. The first one always fits. */
function roomAfter(room: Room, { bytes, mostTogether }: Version, isFirst: boolean): Room | null {
  const objects = isFirst ? Math.min(room.objects, mostTogether ?? room.objects) : room.objects;
  if (!isFirst && (objects === 0 || bytes > room.bytes)) return null;
  return { objects: objects - 1, bytes: room.bytes - bytes, mostTogether };
}

/**
 * Makes sure that the batch does not grow any more, and returns it; `null` if it has been settled. To be done before it is
 * sent: what joined it afterwards would pass for sent.
 */
export async function closeBatch(
  store: Store,
  integrationId: string,
  seq: string,
  objectType: UploadObjectType,
): Promise<Batch | null> {
  const key = keysOf(integrationId).batch(objectType, seq);
  return transact(store, async (transaction) => {
    const batch = readBatch(await transaction.get(key));
    if (batch === null || batch.isClosed) return batch;
    const closed: Batch = { ...batch, isClosed: true };
    transaction.put(key, JSON.stringify(closed));
    return closed;
  });
}

/**
 * Takes members out of a batch that was not sent yet.
 *
 * @param seqs the versions
 */
export async function removeMembers(
  store: Store,
  integrationId: string,
  seq: string,
  objectType: UploadObjectType,
  seqs: ReadonlySet<string>,
): Promise<void> {
  const keys = keysOf(integrationId);
  await transact(store, async (transaction) => {
    const batch = readBatch(await transaction.get(keys.batch(objectType, seq)));
    if (batch === null || batch.acceptedAt !== null) return;
    const slices = sliceKeys(integrationId, seq, batch);
    for (const [index, text] of (await transaction.getAll(slices)).entries()) {
      const left = (readMembers(text) ?? []).filter(([, version]) => !seqs.has(version));
      transaction.put(slices[index] ?? '', JSON.stringify(left));
    }
    // So that whoever has read it before reads it again.
    transaction.put(keys.batch(objectType, seq), JSON.stringify(batch));
  });
}

function sliceKeys(integrationId: string, seq: string, { slices }: Batch): string[] {
  const keys = keysOf(integrationId);
  return Array.from({ length: slices }, (_, slice) => keys.members(seq, slice));
}

/** The members in the order of their lines, which is the same each time: Gong's errors name lines. */
export async function membersOf(
  store: Store,
  integrationId: string,
  seq: string,
  batch: Batch,
): Promise<Members> {
  const texts = await store.read(sliceKeys(integrationId, seq, batch));
  const members = texts.flatMap((text) => readMembers(text?.value) ?? []);
  return members.sort(
    ([, seqA, timeA], [, seqB, timeB]) => (timeA ?? 0) - (timeB ?? 0) || (seqA < seqB ? -1 : 1),
  );
}

/** Records that Gong has received the batch. */
export async function acceptBatch(
  store: Store,
  integrationId: string,
  seq: string,
  objectType: UploadObjectType,
  now: number,
): Promise<void> {
  const keys = keysOf(integrationId);
  await transact(store, async (transaction) => {
    const batch = readBatch(await transaction.get(keys.batch(objectType, seq)));
    if (batch === null || batch.acceptedAt !== null) return;
    transaction.put(keys.batch(objectType, seq), JSON.stringify({ ...batch, acceptedAt: now }));
    if (objectType !== 'ACCOUNT') return;
    const sent: AccountsSent = { oldest: batch.oldest, acceptedAt: now };
    transaction.put(keys.accountsSent(seq), JSON.stringify(sent));
    for (const [key, text] of await transaction.list({ ...keysUnder(keys.accountsSent()), limit: SLICE })) {
      const { acceptedAt } = readAccountsSent(text) ?? { acceptedAt: 0 };
      if (Math.abs(now - acceptedAt) > LONGEST_PAUSE_MS) transaction.delete(key);
    }
  });
}
