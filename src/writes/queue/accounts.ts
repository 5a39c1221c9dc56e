import { MAX_IDS_PER_CALL } from '../../crm/gong-limits.js';
import type { UploadObjectType } from '../../crm/object-types.js';
import { GatewayError } from '../../errors.js';
import type { GongClient } from '../../gong/types.js';
import { type Store, transact } from '../../store/store.js';
import type { TimeKeys } from '../../store/time-keys.js';
import { SLICE } from './batches.js';
import { keepObject } from './forget.js';
import { keysOf, type Members, NEW_OBJECT, type ObjectRecord, readObject } from './records.js';
import { isRefusal } from './send-batch.js';

export interface AccountDeps {
  readonly store: Store;
  readonly gong: Pick<GongClient, 'getObjects'>;
  readonly sequence: TimeKeys;
}

/**
 * Returns which of the accounts that the members of a batch need are not at Gong. Those that went through the queue are
 * known; Gong is asked about the others, once.
 *
 * @throws GatewayError as a call to Gong does
 */
export async function missingAccounts(
  integrationId: string,
  objectType: UploadObjectType,
  members: Members,
  deps: AccountDeps,
): Promise<ReadonlySet<string>> {
  const needed = await neededAccounts(integrationId, objectType, members, deps.store);
  const unknown = await unknownAccounts(integrationId, needed, deps.store);
  const missing = new Set<string>();
  for (let start = 0; start < unknown.length; start += MAX_IDS_PER_CALL) {
    const ids = unknown.slice(start, start + MAX_IDS_PER_CALL);
    const found = await lookUp(integrationId, ids, deps.gong);
    if (found === null) return new Set();
    for (const [index, id] of ids.entries()) if (found[index] === null) missing.add(id);
    await markKnown(
      integrationId,
      ids.filter((id) => !missing.has(id)),
      deps,
    );
  }
  return missing;
}

async function neededAccounts(
  integrationId: string,
  objectType: UploadObjectType,
  members: Members,
  store: Store,
): Promise<string[]> {
  const keys = keysOf(integrationId);
  const needed = new Set<string>();
  for (let start = 0; start < members.length; start += SLICE) {
    const slice = members.slice(start, start + SLICE).map(([objectId]) => keys.object(objectType, objectId));
    for (const stored of await store.read(slice)) {
      const accountId = readObject(stored?.value)?.sent?.accountId;
      if (accountId != null) needed.add(accountId);
    }
  }
  return [...needed];
}

async function unknownAccounts(
  integrationId: string,
  ids: readonly string[],
  store: Store,
): Promise<string[]> {
  const keys = keysOf(integrationId);
  const unknown: string[] = [];
  for (let start = 0; start < ids.length; start += SLICE) {
    const slice = ids.slice(start, start + SLICE);
    const found = await store.read(slice.map((id) => keys.object('ACCOUNT', id)));
    unknown.push(...slice.filter((_, index) => readObject(found[index]?.value)?.done == null));
  }
  return unknown;
}

/** Resolves with `null` where Gong does not say, for example because the credentials may not read objects. */
async function lookUp(integrationId: string, ids: readonly string[], gong: AccountDeps['gong']) {
  try {
    return await gong.getObjects(integrationId, 'ACCOUNT', ids, { priority: 'background' });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    if (error.code === 'UPSTREAM_FORBIDDEN' || isRefusal(error)) return null;
    throw error;
  }
}

/** Records that Gong has these accounts, in a version that is not known. */
async function markKnown(
  integrationId: string,
  ids: readonly string[],
  { store, sequence }: AccountDeps,
): Promise<void> {
  const keys = ids.map((id) => keysOf(integrationId).object('ACCOUNT', id));
  await transact(
    store,
    async (transaction) => {
      const found = await transaction.getAll(keys);
      for (const [index, key] of keys.entries()) {
        const record = readObject(found[index]) ?? NEW_OBJECT;
        if (record.done !== null) continue;
        const known: ObjectRecord = { ...record, done: { modifiedAt: null, digest: '' } };
        transaction.put(key, JSON.stringify(keepObject(transaction, key, known, sequence)));
      }
    },
    { durable: false },
  );
}
