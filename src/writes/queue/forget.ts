import { keysUnder, type Store, type Transaction, transact } from '../../store/store.js';
import { firstKeyAt, type TimeKeys } from '../../store/time-keys.js';
import { changeKey, endedKey, type ObjectRecord, readObject, readTicket, ticketKey } from './records.js';

/*
 * What has ended is remembered for a while: tickets, because their senders may ask about them, and the versions that Gong
 * has, because an older or an equal one may come again.
 */

/** How many are forgotten in one transaction. */
const SLICE = 100;

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

export function keepTicket(transaction: Transaction, ticket: string, sequence: TimeKeys): void {
  transaction.put(endedKey(sequence()), ticketKey(ticket));
}

/** Forgets some of what ended before a time. Resolves with whether there may be more. */
export async function forgetEnded(store: Store, before: number): Promise<boolean> {
  const range = { from: keysUnder(endedKey('')).from, before: endedKey(firstKeyAt(before)), limit: SLICE };
  const ended = await store.list(range);
  if (ended.length === 0) return false;
  await transact(store, async (transaction) => {
    const records = await transaction.getAll(ended.map(([, key]) => key));
    for (const [index, [entry, key]] of ended.entries()) {
      transaction.delete(entry);
      if (key.startsWith(TICKET)) {
        const count = readTicket(records[index])?.count ?? 0;
        const ticket = key.slice(TICKET.length);
        transaction.delete(key);
        for (let change = 0; change < count; change++) transaction.delete(changeKey(ticket, change));
      } else if (endedKey(readObject(records[index])?.keptAs ?? '') === entry) transaction.delete(key);
    }
  });
  return ended.length === SLICE;
}
