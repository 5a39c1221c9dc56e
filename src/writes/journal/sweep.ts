import { DAY_MS } from '../../crm/gong-limits.js';
import { keysUnder, type Store, transact } from '../../store/store.js';
import { ENTRIES, entryKey, nameKey, openKey, timePrefix, unpack } from './entry.js';
import type { JournalSettings } from './settings.js';

/** Entries that are recorded between two sweeps. */
const EVERY = 100;
const CHUNK = 500;

/** Deletes the entries that are too old or too many, in some of the calls of the function that it returns. */
export function createSweep(
  { maxEntries, maxAgeDays }: JournalSettings,
  store: Store,
  now: () => number,
): () => Promise<void> {
  let untilNext = 0;
  let sweeping = false;

  async function sweep(): Promise<void> {
    const { from, before: end } = keysUnder(ENTRIES);
    const oldest = entryKey(timePrefix(now() - maxAgeDays * DAY_MS));
    let kept = 0;
    let before = end;
    for (;;) {
      const listed = await store.list({ from, before, limit: CHUNK, reverse: true });
      const expired = listed.filter(([key], index) => kept + index >= maxEntries || key < oldest);
      if (expired.length > 0) await remove(expired);
      kept += listed.length - expired.length;
      const last = listed.at(-1);
      if (listed.length < CHUNK || last === undefined) return;
      before = last[0];
    }
  }

  function remove(expired: readonly (readonly [key: string, text: string])[]): Promise<void> {
    return transact(
      store,
      async (transaction) => {
        for (const [key, text] of expired) {
          const id = key.slice(ENTRIES.length);
          const entry = unpack(id, text);
          transaction.delete(key);
          transaction.delete(openKey(id));
          if (entry?.integrationId == null || entry.clientRequestId === null) continue;
          const name = nameKey(entry.integrationId, entry.clientRequestId);
          if ((await transaction.get(name)) === id) transaction.delete(name);
        }
      },
      { durable: false },
    );
  }

  return async () => {
    untilNext -= 1;
    if (untilNext > 0 || sweeping) return;
    untilNext = EVERY;
    sweeping = true;
    try {
      await sweep();
    } finally {
      sweeping = false;
    }
  };
}
