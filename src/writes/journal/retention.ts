import { DAY_MS } from '../../crm/gong-limits.js';
import type { Store, Transaction } from '../../store/store.js';
import { createSweeper } from '../../store/sweeper.js';
import { type StoredEntry, unpack } from './entry.js';
import { ALL, type JournalKeys, journalKeys } from './keys.js';
import type { JournalSettings } from './settings.js';

/** Deletes the oldest entries: of this tenant, and of all, because a tenant whose credentials have changed never writes again. */
export interface Retention {
  /** Adds what an entry needs in order to expire. */
  put(transaction: Pick<Transaction, 'put'>, entry: StoredEntry): void;
  /** To be called after an entry was written. Never rejects. */
  sweep(): Promise<void>;
}

/** The journals of all tenants together are as large as this many of one. */
const FULL_JOURNALS = 10;

/** @param store the one that the journals of all tenants share */
export function createRetention(
  { maxEntries, maxAgeDays }: JournalSettings,
  { store, scope, now }: { readonly store: Store; readonly scope: string; readonly now: () => number },
): Retention {
  const keys = journalKeys(scope);
  const lifeMs = maxAgeDays * DAY_MS;
  const own = createSweeper(store, {
    ...{ prefix: keys.entries, lifeMs, most: maxEntries, now },
    forget(transaction, id, text) {
      transaction.delete(`${ALL}${id}`);
      forgetRest(transaction, keys, id, unpack(id, text));
    },
  });
  const all = createSweeper(store, {
    ...{ prefix: ALL, lifeMs, most: maxEntries * FULL_JOURNALS, now },
    forget(transaction, id, text) {
      const [itsScope = '', integrationId = null, clientRequestId = null] = text.split(' ');
      const its = journalKeys(itsScope);
      transaction.delete(its.entry(id));
      forgetRest(transaction, its, id, { integrationId, clientRequestId });
    },
  });
  return {
    put(transaction, { id, integrationId, clientRequestId }) {
      const name = integrationId === null || clientRequestId === null ? [] : [integrationId, clientRequestId];
      transaction.put(`${ALL}${id}`, [scope, ...name].join(' '));
    },
    async sweep() {
      await Promise.all([own.sweep(1), all.sweep(1)]);
    },
  };
}

function forgetRest(
  transaction: Pick<Transaction, 'delete'>,
  keys: JournalKeys,
  id: string,
  entry: Pick<StoredEntry, 'integrationId' | 'clientRequestId'> | null,
): void {
  transaction.delete(keys.openEntry(id));
  if (entry?.integrationId == null || entry.clientRequestId === null) return;
  transaction.delete(keys.name(entry.integrationId, entry.clientRequestId));
}
