import type { Redis } from '../redis/connection.js';
import { type Store, scopedStore } from '../store/store.js';
import { createLedgerStore } from './ledger/ledger-store.js';
import { createPatience } from './ledger/patience.js';
import { createTurns, type Turns } from './ledger/turns.js';
import type { LedgerStore } from './ledger/types.js';
import { createFailedLists, type FailedLists } from './lists/failed-lists.js';
import { createSentObjects, SENT_OBJECTS_LIMITS, type SentObjects } from './lists/sent-objects.js';

/** What is known of past and current writes. */
export interface WriteMemory {
  readonly store: LedgerStore;
  readonly turns: Turns;
  readonly sentObjects: SentObjects;
  readonly failedLists: FailedLists;
}

/**
 * @param store keeps what was sent; not owned
 * @param redis shares turns and sent objects among replicas; not owned
 */
export function createWriteMemory(store: Store, redis?: Redis): WriteMemory {
  const patiently = createPatience();
  const failedLists = createFailedLists(redis, patiently);
  return {
    store: createLedgerStore({ store: scopedStore(store, 'ledger/'), patiently }),
    turns: createTurns(redis, patiently),
    sentObjects: createSentObjects(redis, patiently, SENT_OBJECTS_LIMITS, failedLists),
    failedLists,
  };
}
