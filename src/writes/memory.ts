import type { Redis } from '../redis.js';
import { createMemoryStore } from './ledger/memory-store.js';
import { createPatience } from './ledger/patience.js';
import { createRedisStore } from './ledger/redis-store.js';
import { createTurns, type Turns } from './ledger/turns.js';
import type { LedgerStore } from './ledger/types.js';
import { createFailedLists, type FailedLists } from './lists/failed-lists.js';
import { createSentObjects, SENT_OBJECTS_LIMITS, type SentObjects } from './lists/sent-objects.js';

/** What is known of past and current writes: in this process, or shared by replicas. */
export interface WriteMemory {
  /** Whether it is in Redis, where nothing may be written for credentials that Gong has not accepted. */
  readonly isShared: boolean;
  readonly store: LedgerStore;
  readonly turns: Turns;
  readonly sentObjects: SentObjects;
  readonly failedLists: FailedLists;
}

/** @param redis shares it among replicas; not owned */
export function createWriteMemory(redis?: Redis): WriteMemory {
  const patience = createPatience();
  const failedLists = createFailedLists(redis, patience);
  return {
    isShared: redis !== undefined,
    store: redis === undefined ? createMemoryStore() : createRedisStore(redis, patience),
    turns: createTurns(redis, patience),
    sentObjects: createSentObjects(redis, patience, SENT_OBJECTS_LIMITS, failedLists),
    failedLists,
  };
}
