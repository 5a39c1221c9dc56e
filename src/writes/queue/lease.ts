import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Store, transact } from '../../store/store.js';

/**
 * Lets one replica at a time send an integration's changes, so that they go in order. A replica that was frozen may believe
 * for a moment that it still holds the lease: what it changes then is refused by the store, and what it sends by Gong,
 * because the name of a batch is used once.
 */
export interface Lease {
  /** Takes or renews it. Resolves with whether this replica holds it. */
  hold(): Promise<boolean>;
  /** Never rejects. */
  release(): Promise<void>;
}

/** How often it must be renewed. */
export const RENEWAL_MS = 3_000;
/** After this long without a renewal another replica takes it. */
const LIFE_MS = 10_000;

const RECORD = z.object({ holder: z.string(), renewals: z.number() });

export function createLease(store: Store, key: string, now: () => number = () => performance.now()): Lease {
  const self = randomUUID();
  /** Another holder's last renewal, and when it was seen first. By this replica's clock: others may differ. */
  let seen = { text: '', at: 0 };

  return {
    hold: () =>
      transact(
        store,
        async (transaction) => {
          const text = await transaction.get(key);
          const record = read(text);
          const isOwn = record?.holder === self;
          if (text !== null && record !== null && !isOwn) {
            if (seen.text !== text) seen = { text, at: now() };
            if (now() - seen.at < LIFE_MS) return false;
          }
          const renewals = isOwn ? record.renewals + 1 : 0;
          transaction.put(key, JSON.stringify({ holder: self, renewals }));
          return true;
        },
        { durable: false },
      ),
    release: () =>
      transact(
        store,
        async (transaction) => {
          if (read(await transaction.get(key))?.holder === self) transaction.delete(key);
        },
        { durable: false },
      ).catch(() => undefined),
  };
}

function read(text: string | null): z.infer<typeof RECORD> | null {
  try {
    return text === null ? null : RECORD.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
