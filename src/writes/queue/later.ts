import { isUploadObjectType } from '../../crm/object-types.js';
import { keysUnder, type Store, transact } from '../../store/store.js';
import { timeOf } from '../../store/time-keys.js';
import { keysOf, type ObjectRecord, readObject } from './records.js';

/** How many versions are looked at at once. */
const SLICE = 500;
/** A version is not put off for longer, so a time further ahead was written before the clock was set back. */
const LONGEST_MS = 86_400_000;

interface Waiting {
  readonly key: string;
  readonly objectId: string;
  readonly dueAt: number;
}

/**
 * Gives versions that were put off their turn: those whose time has come, and those whose account Gong has by now. Resolves
 * with the time when the next one is due; `null` if none waits.
 *
 * @param checkAccounts whether accounts that were missing may be there
 */
export async function resumeLater(
  store: Store,
  integrationId: string,
  now: number,
  checkAccounts: boolean,
): Promise<number | null> {
  const keys = keysOf(integrationId);
  let { from, before } = keysUnder(keys.allLater);
  let next: number | null = null;
  for (;;) {
    const listed = await store.list({ from, before, limit: SLICE });
    const waiting = listed.map(([key, objectId]): Waiting => {
      return { key, objectId, dueAt: timeOf(key.slice(keys.allLater.length)) };
    });
    const isDue = ({ dueAt }: Waiting) => dueAt <= now || dueAt - now > LONGEST_MS;
    await resume(checkAccounts ? await withAccounts(waiting, isDue) : waiting.filter(isDue));
    const first = waiting.find((one) => !isDue(one));
    next ??= first?.dueAt ?? null;
    const last = listed.at(-1);
    if (last === undefined || listed.length < SLICE || (first !== undefined && !checkAccounts)) return next;
    from = `${last[0]}\u0000`;
  }

  function objectKeyOf({ key, objectId }: Waiting): string | null {
    const type = key.slice(keys.allLater.length).split('/')[1];
    return isUploadObjectType(type) ? keys.object(type, objectId) : null;
  }

  async function withAccounts(
    waiting: readonly Waiting[],
    isDue: (one: Waiting) => boolean,
  ): Promise<Waiting[]> {
    const objects = await store.read(waiting.map((one) => objectKeyOf(one) ?? one.key));
    const accountIds = objects.map((stored) => {
      const version = readObject(stored?.value)?.queued;
      return version?.reason === 'NO_ACCOUNT' ? version.accountId : null;
    });
    const accounts = await store.read(accountIds.map((id) => keys.object('ACCOUNT', id ?? '')));
    return waiting.filter((one, index) => isDue(one) || readObject(accounts[index]?.value)?.done != null);
  }

  async function resume(waiting: readonly Waiting[]): Promise<void> {
    if (waiting.length === 0) return;
    await transact(store, async (transaction) => {
      const objectKeys = waiting.map((one) => objectKeyOf(one) ?? one.key);
      const found = await transaction.getAll(objectKeys);
      for (const [index, { key, objectId }] of waiting.entries()) {
        transaction.delete(key);
        const record = readObject(found[index]);
        const version = record?.queued ?? null;
        const type = key.slice(keys.allLater.length).split('/')[1];
        if (record === null || version?.dueAt == null || !isUploadObjectType(type)) continue;
        if (keys.later(version.dueAt, type, objectId) !== key) continue;
        transaction.put(keys.next(type, version.place), objectId);
        const resumed: ObjectRecord = { ...record, queued: { ...version, dueAt: null, reason: null } };
        transaction.put(keys.object(type, objectId), JSON.stringify(resumed));
      }
    });
  }
}
