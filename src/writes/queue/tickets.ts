import { keysUnder, type Store } from '../../store/store.js';
import {
  type Batch,
  type ChangeRecord,
  changeKey,
  changesUnder,
  keysOf,
  type ObjectRecord,
  readBatch,
  readChange,
  readObject,
  readTicket,
  ticketKey,
  type Version,
} from './records.js';
import type { ChangeStatus, Ticket } from './types.js';

/** More changes than a ticket has. */
const MOST_CHANGES = 20_000;

/** Returns what has become of the changes of a ticket; `null` if there is none of this name, or some of it is lost. */
export async function readTicketStatus(store: Store, ticket: string): Promise<Ticket | null> {
  const [stored] = await store.read([ticketKey(ticket)]);
  const record = readTicket(stored?.value);
  if (record === null) return null;
  const { integrationId, queuedAt, count } = record;
  const listed = await store.list({ ...keysUnder(changesUnder(ticket)), limit: MOST_CHANGES });
  const records = listed.flatMap(([, text]) => readChange(text) ?? []);
  if (records.length !== count) return null;
  const changes = await withStates(store, integrationId, ticket, records);
  const isSettled = changes.every(({ state }) => state !== 'QUEUED' && state !== 'SENT');
  return { ticket, integrationId, queuedAt, isSettled, changes };
}

/** A change that had not ended when it was read, as the record of its object tells. */
interface Open {
  readonly index: number;
  readonly version: Version | null;
  /** The key of the batch that it is in. */
  readonly batch: string | null;
}

/** The records of the objects tell how far those changes are that have not ended. */
async function withStates(
  store: Store,
  integrationId: string,
  ticket: string,
  records: readonly ChangeRecord[],
): Promise<ChangeStatus[]> {
  const keys = keysOf(integrationId);
  const open = [...records.entries()].filter(([, { state }]) => state === null);
  const objects = await store.read(
    open.map(([, { objectType, objectId }]) => keys.object(objectType, objectId)),
  );
  const found = open.map(([index, { objectType }], place): Open => {
    const { queued, sent } = holderOf(readObject(objects[place]?.value), ticket, index);
    const batch = sent === null ? null : keys.batch(objectType, sent.batch);
    return { index, version: sent ?? queued, batch };
  });
  const batches = await readBatches(store, [...new Set(found.flatMap(({ batch }) => batch ?? []))]);
  const endedSince = found.filter(({ version, batch }) =>
    batch === null ? version === null : !batches.has(batch),
  );
  const reread = await store.read(endedSince.map(({ index }) => changeKey(ticket, index)));
  const states = new Map(
    found.map(({ index, version, batch }) => {
      const { acceptedAt = null, clientRequestId = null } = batches.get(batch ?? '') ?? {};
      const reason = batch === null ? (version?.reason ?? null) : null;
      const told = acceptedAt === null ? QUEUED : ({ state: 'SENT', clientRequestId } as const);
      return [index, { ...told, reason, message: null }] as const;
    }),
  );
  const latest = new Map(endedSince.map(({ index }, place) => [index, readChange(reread[place]?.value)]));
  return records.map((record, index) => {
    const { objectType, objectId, state, ...told } = latest.get(index) ?? record;
    const known = state === null ? states.get(index) : { ...told, state };
    return { objectType, objectId, ...(known ?? { ...told, ...QUEUED }) };
  });
}

const QUEUED = { state: 'QUEUED', clientRequestId: null } as const;

/** The versions of an object with which a change will end: at most one. */
function holderOf(record: ObjectRecord | null, ticket: string, index: number) {
  const waits = ({ waiters }: Version) => waiters.some(([of, at]) => of === ticket && at === index);
  const { queued = null, sent = null } = record ?? {};
  return {
    queued: queued !== null && waits(queued) ? queued : null,
    sent: sent !== null && waits(sent) ? sent : null,
  };
}

/** Those that are there. */
async function readBatches(store: Store, keys: readonly string[]): Promise<ReadonlyMap<string, Batch>> {
  const found = await store.read(keys);
  return new Map(
    keys.flatMap((key, place) => {
      const batch = readBatch(found[place]?.value);
      return batch === null ? [] : [[key, batch]];
    }),
  );
}
