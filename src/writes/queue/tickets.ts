import { keysUnder, type Store } from '../../store/store.js';
import {
  type ChangeRecord,
  changesUnder,
  keysOf,
  readBatch,
  readChange,
  readObject,
  readTicket,
  ticketKey,
} from './records.js';
import type { ChangeStatus, Ticket } from './types.js';

/** More changes than a ticket has. */
const MOST_CHANGES = 20_000;

/** Returns what has become of the changes of a ticket; `null` if there is none of this name. */
export async function readTicketStatus(store: Store, ticket: string): Promise<Ticket | null> {
  const [stored] = await store.read([ticketKey(ticket)]);
  const record = readTicket(stored?.value);
  if (record === null) return null;
  const { integrationId, queuedAt } = record;
  const listed = await store.list({ ...keysUnder(changesUnder(ticket)), limit: MOST_CHANGES });
  const changes = await withStates(
    store,
    integrationId,
    ticket,
    listed.flatMap(([, text]) => readChange(text) ?? []),
  );
  const isSettled = changes.every(({ state }) => state !== 'QUEUED' && state !== 'SENT');
  return { ticket, integrationId, queuedAt, isSettled, changes };
}

/** The records of the objects tell how far those changes are that have not ended. */
async function withStates(
  store: Store,
  integrationId: string,
  ticket: string,
  changes: readonly ChangeRecord[],
): Promise<ChangeStatus[]> {
  const keys = keysOf(integrationId);
  const open = changes.flatMap((change, index) => (change.state === null ? [{ change, index }] : []));
  const objects = await store.read(
    open.map(({ change: { objectType, objectId } }) => keys.object(objectType, objectId)),
  );
  const found = open.map(({ change, index }, place) => {
    const record = readObject(objects[place]?.value);
    const waits = (
      version: { readonly waiters: readonly (readonly [string, number])[] } | null | undefined,
    ) => version?.waiters.some(([of, at]) => of === ticket && at === index) === true;
    const sent = waits(record?.sent) ? (record?.sent ?? null) : null;
    const reason = waits(record?.queued) ? (record?.queued?.reason ?? null) : null;
    return { index, reason, batch: sent === null ? null : keys.batch(change.objectType, sent.batch) };
  });
  const batchKeys = [...new Set(found.flatMap(({ batch }) => batch ?? []))];
  const batches = await store.read(batchKeys);
  const accepted = new Map(
    batchKeys.flatMap((key, place) => {
      const batch = readBatch(batches[place]?.value);
      return batch === null || batch.acceptedAt === null ? [] : [[key, batch.clientRequestId] as const];
    }),
  );
  const openStates = new Map(
    found.map(({ index, reason, batch }) => {
      const clientRequestId = (batch === null ? undefined : accepted.get(batch)) ?? null;
      const state = clientRequestId === null ? 'QUEUED' : 'SENT';
      return [index, { state, reason, message: null, clientRequestId }] as const;
    }),
  );
  return changes.map(({ objectType, objectId, state, ...ended }, index) => {
    const told = state === null ? openStates.get(index) : { ...ended, state };
    return { objectType, objectId, ...(told ?? { ...ended, state: 'QUEUED' }) };
  });
}
