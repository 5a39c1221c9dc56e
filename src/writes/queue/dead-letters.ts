import type { UploadObjectType } from '../../crm/object-types.js';
import { keysUnder, type Store, transact } from '../../store/store.js';
import type { TimeKeys } from '../../store/time-keys.js';
import { keepObject } from './forget.js';
import { keysOf, readDead, readObject } from './records.js';
import type { Change, ChangeReason, DeadLetter } from './types.js';

export interface DeadLetterFilter {
  readonly objectType?: UploadObjectType | undefined;
  readonly objectId?: string | undefined;
  readonly reason?: ChangeReason | undefined;
  readonly clientRequestId?: string | undefined;
}

export interface DeadLetterPage {
  /** The oldest first. */
  readonly letters: readonly DeadLetter[];
  readonly hasMore: boolean;
}

/** How many are read at once. */
const PAGE = 500;

/** @param after the ID of the last letter of the page before */
export async function listDeadLetters(
  store: Store,
  integrationId: string,
  filter: DeadLetterFilter,
  first: number,
  after: string | undefined,
): Promise<DeadLetterPage> {
  const keys = keysOf(integrationId);
  const range = keysUnder(keys.dead());
  const letters: DeadLetter[] = [];
  let from = after === undefined ? range.from : `${keys.dead(after)}\u0000`;
  for (;;) {
    const listed = await store.list({ from, before: range.before, limit: PAGE });
    for (const [key, text] of listed) {
      const letter = letterOf(integrationId, key.slice(range.from.length), text);
      if (letter === null || !matches(letter, filter)) continue;
      if (letters.length === first) return { letters, hasMore: true };
      letters.push(letter);
    }
    const last = listed.at(-1);
    if (last === undefined || listed.length < PAGE) return { letters, hasMore: false };
    from = `${last[0]}\u0000`;
  }
}

function letterOf(integrationId: string, id: string, text: string): DeadLetter | null {
  const record = readDead(text);
  if (record === null) return null;
  const { objectType, objectId, reason, message, attempts, clientRequestId, line } = record;
  return {
    ...{ id, integrationId, objectType, objectId, reason, message, attempts },
    ...{ diedAt: record.diedAt, clientRequestId, content: line.trimEnd() },
  };
}

function matches(
  letter: DeadLetter,
  { objectType, objectId, reason, clientRequestId }: DeadLetterFilter,
): boolean {
  return (
    (objectType === undefined || letter.objectType === objectType) &&
    (objectId === undefined || letter.objectId === objectId) &&
    (reason === undefined || letter.reason === reason) &&
    (clientRequestId === undefined || letter.clientRequestId === clientRequestId)
  );
}

/** Returns letters as changes to queue again, by their IDs, without those that are gone or whose content is lost. */
export async function changesOf(
  store: Store,
  integrationId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Change>> {
  const keys = keysOf(integrationId);
  const stored = await store.read(ids.map((id) => keys.dead(id)));
  return new Map(
    ids.flatMap((id, index) => {
      const letter = readDead(stored[index]?.value);
      if (letter === null || letter.line === '') return [];
      const { objectType, objectId, modifiedAt, accountId, line } = letter;
      return [[id, { objectType, objectId, modifiedAt, accountId, line }] as const];
    }),
  );
}

/** Returns the number of letters that were there. */
export async function discardDeadLetters(
  store: Store,
  integrationId: string,
  ids: readonly string[],
  sequence: TimeKeys,
): Promise<number> {
  const keys = keysOf(integrationId);
  const distinct = [...new Set(ids)];
  return transact(store, async (transaction) => {
    const letters = await transaction.getAll(distinct.map((id) => keys.dead(id)));
    let discarded = 0;
    for (const [index, id] of distinct.entries()) {
      const letter = readDead(letters[index]);
      if (letter === null) continue;
      transaction.delete(keys.dead(id));
      discarded += 1;
      const key = keys.object(letter.objectType, letter.objectId);
      const record = readObject(await transaction.get(key));
      if (record?.dead !== id) continue;
      transaction.put(key, JSON.stringify(keepObject(transaction, key, { ...record, dead: null }, sequence)));
    }
    return discarded;
  });
}
