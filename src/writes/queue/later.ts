import { isUploadObjectType, type UploadObjectType } from '../../crm/object-types.js';
import { keysUnder, type Store, transact } from '../../store/store.js';
import { timeOf } from '../../store/time-keys.js';
import { keysOf, type ObjectRecord, readObject } from './records.js';

/** How many versions are looked at at once. */
const SLICE = 500;
/** A version is not put off for longer, so a time further ahead was written before the clock was set back. */
const LONGEST_MS = 86_400_000;

interface Waiting {
  readonly key: string;
  readonly objectType: UploadObjectType;
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
    const waiting = listed.flatMap(([key, objectId]): Waiting[] => {
      const [time = '', objectType] = key.slice(keys.allLater.length).split('/');
      return isUploadObjectType(objectType) ? [{ key, objectType, objectId, dueAt: timeOf(time) }] : [];
    });
    const isDue = ({ dueAt }: Waiting) => dueAt <= now || dueAt - now > LONGEST_MS;
    await resume(checkAccounts ? await withAccounts(waiting, isDue) : waiting.filter(isDue));
    const first = waiting.find((one) => !isDue(one));
    next ??= first?.dueAt ?? null;
    const last = listed.at(-1);
    if (last === undefined || listed.length < SLICE || (first !== undefined && !checkAccounts)) return next;
    from = `${last[0]}\u0000`;
  }

  function objectKeyOf({ objectType, objectId }: Waiting): string {
    return keys.object(objectType, objectId);
  }

  async function withAccounts(
    waiting: readonly Waiting[],
    isDue: (one: Waiting) => boolean,
  ): Promise<Waiting[]> {
    const objects = await store.read(waiting.map(objectKeyOf));
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
      const found = await transaction.getAll(waiting.map(objectKeyOf));
      for (const [index, one] of waiting.entries()) {
        const { key, objectType, objectId } = one;
        transaction.delete(key);
        const record = readObject(found[index]);
        const version = record?.queued ?? null;
        if (record === null || version?.dueAt == null) continue;
        if (keys.later(version.dueAt, objectType, objectId) !== key) continue;
        transaction.put(keys.next(objectType, version.place), objectId);
        const resumed: ObjectRecord = { ...record, queued: { ...version, dueAt: null, reason: null } };
        transaction.put(objectKeyOf(one), JSON.stringify(resumed));
      }
    });
  }
}
