import { createHash } from 'node:crypto';
import { type Store, type Transaction, transact } from '../../store/store.js';
import type { TimeKeys } from '../../store/time-keys.js';
import type { Observer } from '../../telemetry/observer.js';
import { countEnds, type End, endChanges, type TicketEnded } from './end-changes.js';
import { keepObject } from './forget.js';
import { SENDING_ORDER } from './order.js';
import {
  type ChangeRecord,
  changeKey,
  isOlder,
  keysOf,
  NEW_OBJECT,
  type ObjectRecord,
  type QueueKeys,
  readDead,
  readObject,
  type TicketRecord,
  ticketKey,
  type Version,
} from './records.js';
import type { Change, ChangeReason, ChangeStatus, Ticket } from './types.js';

/** A version keeps at most this many changes that end with it; the oldest beyond that end as REPLACED. */
const MOST_WAITERS = 100;

export interface Added {
  readonly ticket: string;
  readonly integrationId: string;
  readonly caller: string | null;
  /** Where to announce the end of the ticket; `null`: nowhere of its own. */
  readonly notify: string | null;
  /** Of different objects. */
  readonly changes: readonly Change[];
}

export interface AddDeps {
  readonly store: Store;
  readonly sequence: TimeKeys;
  readonly now: () => number;
  readonly onEnded: TicketEnded;
  readonly observer: Pick<Observer, 'changesEnded'>;
}

/**
 * Stores changes and their ticket in one transaction, and resolves with the ticket. Of each object only the newest version
 * stays in the queue.
 */
export async function addChanges(added: Added, deps: AddDeps): Promise<Ticket> {
  const { ticket, integrationId, caller, notify, changes } = added;
  const keys = keysOf(integrationId);
  const { queued, ended } = await transact(deps.store, async (transaction) => {
    const objectKeys = changes.map(({ objectType, objectId }) => keys.object(objectType, objectId));
    const [queue, ...found] = await transaction.getAll([keys.queue, ...objectKeys]);
    if (queue === null) transaction.put(keys.queue, '');
    const told: ChangeStatus[] = [];
    const ends: End[] = [];
    let open = 0;
    for (const [index, change] of inSendingOrder(changes)) {
      const { objectType, objectId } = change;
      const record = readObject(found[index]) ?? NEW_OBJECT;
      const addition = { change, caller, waiter: [ticket, index] as const };
      const reason = await addOne(transaction, keys, record, addition, deps.sequence, ends);
      if (reason === null) open += 1;
      const stored: ChangeRecord = {
        ...{ ...NO_DETAILS, objectType, objectId, reason },
        state: reason === null ? null : 'SKIPPED',
      };
      transaction.put(changeKey(ticket, index), JSON.stringify(stored));
      told[index] = { ...stored, state: stored.state ?? 'QUEUED' };
    }
    const queuedAt = deps.now();
    const record: TicketRecord = { integrationId, queuedAt, count: changes.length, open, caller, notify };
    transaction.put(ticketKey(ticket), JSON.stringify(record));
    await endChanges(transaction, ends, deps.onEnded);
    if (open === 0) await deps.onEnded(transaction, ticket, record);
    const isSettled = open === 0;
    return { queued: { ticket, integrationId, queuedAt, isSettled, changes: told }, ended: ends };
  });
  countEnds(ended, deps.observer);
  const skipped = queued.changes.filter(({ state }) => state === 'SKIPPED').length;
  if (skipped > 0) deps.observer.changesEnded('SKIPPED', skipped);
  return queued;
}

const NO_DETAILS = { message: null, clientRequestId: null } as const;

/** With their indexes: what a change refers to may come after it in the same ticket. */
function inSendingOrder(changes: readonly Change[]): [index: number, change: Change][] {
  const rankOf = ({ objectType }: Change) => SENDING_ORDER.indexOf(objectType);
  return [...changes.entries()].sort(([, one], [, other]) => rankOf(one) - rankOf(other));
}

interface Addition {
  readonly change: Change;
  readonly caller: string | null;
  readonly waiter: readonly [ticket: string, index: number];
}

/** Returns why there is nothing to send, or `null` if the change is queued. */
async function addOne(
  transaction: Transaction,
  keys: QueueKeys,
  record: ObjectRecord,
  { change, caller, waiter: [ticket, index] }: Addition,
  sequence: TimeKeys,
  ends: End[],
): Promise<ChangeReason | null> {
  const { objectType, objectId, modifiedAt, line, accountId } = change;
  const { queued, sent, done } = record;
  const newest = queued ?? sent ?? done;
  if (newest !== null && isOlder(modifiedAt, newest.modifiedAt)) return 'OLDER';

  const digest = digestOf(line);
  const isSame = newest?.digest === digest;
  if (isSame && queued === null && sent === null && record.dead === null) return 'UNCHANGED';

  function withWaiter<T extends Pick<Version, 'waiters'>>(version: T): T {
    const waiters = [...version.waiters, [ticket, index] satisfies Version['waiters'][number]];
    const over = waiters.splice(0, Math.max(0, waiters.length - MOST_WAITERS));
    const told = { ...NO_DETAILS, objectType, objectId, state: 'SKIPPED', reason: 'REPLACED' } as const;
    if (over.length > 0) ends.push({ waiters: over, change: told });
    return { ...version, waiters };
  }

  function put(changed: Partial<ObjectRecord>): void {
    const key = keys.object(objectType, objectId);
    transaction.put(key, JSON.stringify(keepObject(transaction, key, { ...record, ...changed }, sequence)));
  }
  if (isSame && queued !== null && queued.dueAt === null) put({ queued: withWaiter(queued) });
  else if (isSame && queued === null && sent !== null) put({ sent: withWaiter(sent) });
  else {
    const seq = sequence();
    const place = queued === null || queued.dueAt !== null ? seq : queued.place;
    if (queued !== null) transaction.delete(keys.line(queued.seq));
    if (queued?.dueAt != null) transaction.delete(keys.later(queued.dueAt, objectType, objectId));
    transaction.put(keys.line(seq), line);
    // Its turn comes when Gong has ended with the version before: two that are under way could overtake each other.
    if (sent === null) transaction.put(keys.next(objectType, place), objectId);
    const bytes = Buffer.byteLength(line);
    const version: Version = {
      ...{ seq, place, modifiedAt, digest, bytes, accountId, caller },
      ...{ attempts: 0, mostTogether: null, dueAt: null, reason: null, waiters: queued?.waiters ?? [] },
    };
    const dead = await deadAfter(transaction, keys, record.dead, modifiedAt);
    put({ queued: withWaiter(version), dead });
  }
  return null;
}

/** A version that mends a dead letter takes its place. */
async function deadAfter(
  transaction: Transaction,
  keys: QueueKeys,
  dead: string | null,
  modifiedAt: number | null,
): Promise<string | null> {
  if (dead === null) return null;
  const letter = readDead(await transaction.get(keys.dead(dead)));
  if (letter !== null && isOlder(modifiedAt, letter.modifiedAt)) return dead;
  transaction.delete(keys.dead(dead));
  return null;
}

function digestOf(line: string): string {
  return createHash('sha256').update(line).digest('base64url');
}
