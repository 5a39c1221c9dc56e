import type { Transaction } from '../../store/store.js';
import type { Observer } from '../../telemetry/observer.js';
import {
  type ChangeRecord,
  changeKey,
  readTicket,
  type TicketRecord,
  ticketKey,
  type Version,
} from './records.js';

/** A change that ends with a version: its ticket, and its index in it. */
export type Waiter = Version['waiters'][number];

/** How the changes that wait for one version end. */
export interface End {
  readonly waiters: readonly Waiter[];
  readonly change: ChangeRecord;
}

/** Counts them, once the transaction in which they ended is committed. */
export function countEnds(ends: readonly End[], observer: Pick<Observer, 'changesEnded'>): void {
  for (const { waiters, change } of ends)
    if (change.state !== null) observer.changesEnded(change.state, waiters.length);
}

/** Called in the transaction in which the last change of a ticket ends, and again if the transaction is repeated. */
export type TicketEnded = (transaction: Transaction, ticket: string, record: TicketRecord) => Promise<void>;

export async function endChanges(
  transaction: Transaction,
  ends: readonly End[],
  onEnded: TicketEnded,
): Promise<void> {
  const ended = new Map<string, number>();
  for (const { waiters, change } of ends) {
    const text = JSON.stringify(change);
    for (const [ticket, index] of waiters) {
      transaction.put(changeKey(ticket, index), text);
      ended.set(ticket, (ended.get(ticket) ?? 0) + 1);
    }
  }
  if (ended.size === 0) return;
  const tickets = [...ended];
  const records = await transaction.getAll(tickets.map(([ticket]) => ticketKey(ticket)));
  for (const [place, [ticket, count]] of tickets.entries()) {
    const record = readTicket(records[place]);
    if (record === null) continue;
    const open = Math.max(0, record.open - count);
    transaction.put(ticketKey(ticket), JSON.stringify({ ...record, open } satisfies TicketRecord));
    if (open === 0) await onEnded(transaction, ticket, record);
  }
}
