import { createMailbox } from '../../requests/mailbox.js';
import { createRounds } from '../../rounds.js';
import type { Store } from '../../store/store.js';
import { newsOf } from './runner.js';
import { readTicketStatus } from './tickets.js';
import type { Ticket } from './types.js';

/**
 * Yields a ticket now and whenever something has become of its changes, until all have ended. A slow reader gets the latest
 * only.
 */
export function followTicket(store: Store, first: Ticket): AsyncIterableIterator<Ticket> {
  const mailbox = createMailbox<Ticket>({ slotOf: () => '', onReturn: () => stop() });
  const reads = createRounds(read);
  let told = '';
  const stopListening = store.onAnnounced(newsOf(first.integrationId), reads.begin);
  tell(first);
  // Something may have happened between the reading of `first` and now.
  if (!first.isSettled) reads.begin();
  return mailbox;

  function stop(): void {
    stopListening();
    void reads.close();
  }

  function tell(ticket: Ticket): void {
    const text = JSON.stringify(ticket);
    if (text !== told) mailbox.put(ticket);
    told = text;
    if (ticket.isSettled) end();
  }

  function end(): void {
    stop();
    mailbox.end();
  }

  async function read(): Promise<null> {
    // While the store is away, the next announcement tells.
    const ticket = await readTicketStatus(store, first.ticket).catch(() => undefined);
    if (ticket === null) end();
    else if (ticket !== undefined) tell(ticket);
    return null;
  }
}
