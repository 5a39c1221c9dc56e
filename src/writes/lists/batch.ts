import { createSharers, type Sharers } from '../../gong/budget/sharers.js';
import type { Span } from '../../telemetry/tracer.js';
import type { Author } from '../journal/types.js';
import type { Submitted } from '../ledger/types.js';
import type { ListLine } from './check.js';

/** A list that waits to be sent with others. */
export interface WaitingList {
  /** Whose it is; `undefined`: the gateway's own. */
  readonly caller: string | undefined;
  /** The same, for the journal. */
  readonly author: Author;
  readonly lines: readonly ListLine[];
  /** Of all lines. */
  readonly bytes: number;
  /** The same for lists with the same lines. */
  readonly key: string;
  /** The span of the operation that it came with. */
  readonly span: Span;
}

export type Outcomes = ReadonlyMap<WaitingList, PromiseSettledResult<Submitted>>;

/** The lists of one upload. */
export interface Batch {
  readonly lists: WaitingList[];
  /** By object ID. */
  readonly lines: Map<string, ListLine>;
  bytes: number;
  /** Everyone whose turn in the budget the upload may take. */
  readonly sharers: Sharers;
  /** Batches with other versions of its objects that Gong has not answered yet: it is not sent before. */
  readonly after: Set<Batch>;
  isOpen: boolean;
  /** Whether a caller joined after the budget had refused the others: the refusal does not apply to it. */
  hasNewcomers: boolean;
  /** Never rejects. */
  readonly outcomes: Promise<Outcomes>;
}

export const BATCH_LIMITS = {
  /** An upload of several lists holds no more than this; a larger list is sent by itself. Gong's own limit is 200 MB. */
  objects: 10_000,
  bytes: 50_000_000,
  /** What one caller may have waiting to be sent: two full uploads, or a larger list if it is the only one. */
  bytesWaiting: 100_000_000,
  /** Uploads of one caller that may wait for an earlier version of an object. The budget limits those that wait for a turn. */
  uploadsWaiting: 100,
} as const;
export type BatchLimits = Readonly<Record<keyof typeof BATCH_LIMITS, number>>;

/** @param send sends the batch; called soon, but not at once */
export function createBatch(
  options: { readonly after: Iterable<Batch>; readonly isOpen: boolean },
  send: (batch: Batch) => Promise<Outcomes>,
): Batch {
  const batch: Batch = {
    lists: [],
    lines: new Map(),
    bytes: 0,
    sharers: createSharers(),
    after: new Set(options.after),
    isOpen: options.isOpen,
    hasNewcomers: false,
    outcomes: Promise.resolve().then(() => send(batch)),
  };
  return batch;
}

export function join(batch: Batch, list: WaitingList): void {
  batch.lists.push(list);
  for (const line of list.lines) {
    if (batch.lines.has(line.objectId)) continue;
    batch.lines.set(line.objectId, line);
    batch.bytes += Buffer.byteLength(line.text);
  }
  batch.hasNewcomers ||= batch.sharers.isRefused;
  batch.sharers.join({ caller: list.caller });
}

/** The latest batches that hold objects of a list, and whether all of these objects have the same lines there. */
export type Holders = ReadonlyMap<Batch, { readonly areSame: boolean }>;

/**
 * Whether the list may share this upload: it comes after every other version of its objects, in an upload that waits for
 * no more than the list has to wait for itself.
 */
export function canJoin(batch: Batch, list: WaitingList, holders: Holders, limits: BatchLimits): boolean {
  if (!batch.isOpen) return false;
  const isOrdered = [...holders].every(([holder, { areSame }]) =>
    holder === batch ? areSame : batch.after.has(holder),
  );
  const isNoLonger = holders.has(batch) || [...batch.after].every((earlier) => holders.has(earlier));
  return isOrdered && isNoLonger && hasRoom(batch, list, limits);
}

function hasRoom({ lines, bytes }: Batch, list: WaitingList, limits: BatchLimits): boolean {
  const added = list.lines.filter(({ objectId }) => !lines.has(objectId)).length;
  return lines.size + added <= limits.objects && bytes + list.bytes <= limits.bytes;
}
