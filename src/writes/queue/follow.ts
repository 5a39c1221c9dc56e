import { createMailbox } from '../../requests/mailbox.js';
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
  let told = '';
  let isReading = false;
  let isStale = false;
  const stop = store.onAnnounced(newsOf(first.integrationId), () => void read());
  tell(first);
  // Something may have happened between the reading of `first` and now.
  void read();
  return mailbox;

  function tell(ticket: Ticket): void {
    const text = JSON.stringify(ticket);
    if (text !== told) mailbox.put(ticket);
    told = text;
    if (!ticket.isSettled) return;
    stop();
    mailbox.end();
  }

  async function read(): Promise<void> {
    isStale = true;
    if (isReading) return;
    isReading = true;
    while (isStale) {
      isStale = false;
      // While the store is away, the next announcement tells.
      const ticket = await readTicketStatus(store, first.ticket).catch(() => undefined);
      if (ticket === null) mailbox.end();
      else if (ticket !== undefined) tell(ticket);
    }
    isReading = false;
  }
}
