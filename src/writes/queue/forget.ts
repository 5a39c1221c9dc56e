import type { Store, Transaction } from '../../store/store.js';
import { createSweeper, type Sweeper } from '../../store/sweeper.js';
import type { TimeKeys } from '../../store/time-keys.js';
import { changeKey, endedKey, type ObjectRecord, ticketKey } from './records.js';

/*
 * What has ended is remembered for a while: tickets, because their senders may ask about them, and the versions that Gong
 * has, because an older or an equal one may come again.
 */

const TICKET = ticketKey('');

/** Marks the time from which an object's record is kept, if nothing is under way. */
export function keepObject(
  transaction: Transaction,
  key: string,
  record: ObjectRecord,
  sequence: TimeKeys,
): ObjectRecord {
  if (record.keptAs !== null) transaction.delete(endedKey(record.keptAs));
  if (record.queued !== null || record.sent !== null || record.dead !== null)
    return { ...record, keptAs: null };
  const keptAs = sequence();
  transaction.put(endedKey(keptAs), key);
  return { ...record, keptAs };
}

export function keepTicket(
  transaction: Transaction,
  ticket: string,
  count: number,
  sequence: TimeKeys,
): void {
  transaction.put(endedKey(sequence()), `${TICKET}${ticket} ${count}`);
}

/** Forgets what ended longer ago than `lifeMs`. */
export function createForgetter(store: Store, lifeMs: number, now: () => number): Sweeper {
  return createSweeper(store, {
    ...{ prefix: endedKey(''), lifeMs, most: Number.POSITIVE_INFINITY, now },
    forget(transaction, _key, value) {
      // Whatever happens to an object deletes this entry, so the object is as it was when it ended.
      if (!value.startsWith(TICKET)) return transaction.delete(value);
      const [ticket = '', count] = value.slice(TICKET.length).split(' ');
      transaction.delete(ticketKey(ticket));
      for (let change = 0; change < Number(count); change++) transaction.delete(changeKey(ticket, change));
    },
  });
}
