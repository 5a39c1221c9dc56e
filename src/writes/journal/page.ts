import { keysUnder, type Store } from '../../store/store.js';
import { firstKeyAt } from '../../store/time-keys.js';
import { unpack } from './entry.js';
import type { JournalKeys } from './keys.js';
import type { JournalEntry, JournalFilter, JournalPage } from './types.js';

const CHUNK = 200;
/** Later times have longer keys. It is in the year 5188. */
const LATEST = 36 ** 9 - 1;
/** Entries that one page may look at: a filter that fits few would keep the process busy. */
const MOST_EXAMINED = 5_000;

/**
 * Reads one page, the newest entry first. Positions are IDs, so entries that arrive meanwhile do not shift pages. A page may
 * be shorter than `first` although another follows.
 */
export async function readPage(
  store: Store,
  keys: Pick<JournalKeys, 'entries' | 'entry'>,
  filter: JournalFilter,
  first: number,
  after: string | undefined,
): Promise<JournalPage> {
  const { from, before: end } = keysUnder(keys.entries);
  const since = filter.since === undefined ? from : keys.entry(firstKeyAt(Math.min(filter.since, LATEST)));
  const entries: JournalEntry[] = [];
  let before = after === undefined ? end : keys.entry(after);
  let examined = 0;
  while (before > since) {
    const listed = await store.list({ from: since, before, limit: CHUNK, reverse: true });
    for (const [key, text] of listed) {
      const next = before.slice(keys.entries.length);
      if (entries.length === first || examined === MOST_EXAMINED) return { entries, next };
      examined += 1;
      before = key;
      const entry = unpack(key.slice(keys.entries.length), text);
      if (entry !== null && fits(entry, filter)) entries.push(entry);
    }
    if (listed.length < CHUNK) break;
  }
  return { entries, next: null };
}

function fits(
  entry: JournalEntry,
  { objectType, state, kind, caller, refusedObjectId }: JournalFilter,
): boolean {
  return (
    (objectType === undefined || entry.objectType === objectType) &&
    (state === undefined || entry.state === state) &&
    (kind === undefined || entry.kind === kind) &&
    (caller === undefined || entry.writers.some((writer) => writer.caller === caller)) &&
    (refusedObjectId === undefined || entry.errors.some(({ objectId }) => objectId === refusedObjectId))
  );
}
