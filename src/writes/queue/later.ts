import { UPLOAD_OBJECT_TYPES } from '../../crm/object-types.js';
import { keysUnder, type Store, type Transaction, transact } from '../../store/store.js';
import { keysOf, type ObjectRecord, readObject, type Version } from './records.js';
import { timeOf } from './sequence.js';

/** How many versions are looked at in one go. */
const MOST = 1_000;

/**
 * Gives versions that were to be sent later their turn, and resolves with the time when the next one is due; `null` if none
 * waits.
 *
 * @param isTime whether a time has come
 * @param checkAccounts whether accounts that were missing may be there by now
 */
export async function resumeDue(
  store: Store,
  integrationId: string,
  isTime: (dueAt: number) => boolean,
  checkAccounts: boolean,
): Promise<number | null> {
  const keys = keysOf(integrationId);
  let next: number | null = null;
  for (const [key, objectId] of await store.list({ ...keysUnder(keys.allLater), limit: MOST })) {
    const [time = '', type] = key.slice(keys.allLater.length).split('/');
    const objectType = UPLOAD_OBJECT_TYPES.find((one) => one === type);
    const dueAt = timeOf(time);
    await transact(store, async (transaction) => {
      if (objectType === undefined) return transaction.delete(key);
      const objectKey = keys.object(objectType, objectId);
      const record = readObject(await transaction.get(objectKey));
      const version = record?.queued ?? null;
      if (record === null || version === null || version.dueAt !== time) return transaction.delete(key);
      if (!isTime(dueAt) && !(checkAccounts && (await hasAccount(transaction, version)))) {
        next = Math.min(next ?? dueAt, dueAt);
        return;
      }
      transaction.delete(key);
      transaction.put(keys.next(objectType, version.place), objectId);
      const resumed: ObjectRecord = { ...record, queued: { ...version, dueAt: null, reason: null } };
      transaction.put(objectKey, JSON.stringify(resumed));
    });
  }
  return next;

  async function hasAccount(transaction: Transaction, { reason, accountId }: Version): Promise<boolean> {
    if (reason !== 'NO_ACCOUNT' || accountId === null) return false;
    return readObject(await transaction.get(keys.object('ACCOUNT', accountId)))?.done != null;
  }
}
