import { LRUCache } from 'lru-cache';
import type { Redis } from '../../redis/connection.js';
import type { Patience } from '../ledger/patience.js';

/**
 * Remembers lists that were in a request which Gong refused or failed as a whole. Any of them may be the reason, so none of
 * them shares a request again. Best effort: never rejects.
 */
export interface FailedLists {
  /** @param lists their keys, which tell lists apart by content */
  add(integrationId: string, lists: readonly string[]): Promise<void>;
  has(integrationId: string, list: string): Promise<boolean>;
}

/** Lists of one integration; here, of all. */
const MOST = 10_000;
/** By then Gong has processed any upload (reference, section 6), and whoever sends a list again has done so. */
const LIFE_MS = 24 * 3_600_000;

/** @param redis shares what is remembered with other replicas; not owned */
export function createFailedLists(redis: Redis | undefined, patiently: Patience): FailedLists {
  const known = new LRUCache<string, true>({ max: MOST, ttl: LIFE_MS });
  const keyOf = (integrationId: string) => `failed:{${integrationId}}`;

  return {
    async add(integrationId, lists) {
      for (const list of lists) known.set(`${integrationId}/${list}`, true);
      if (redis === undefined || lists.length === 0) return;
      const key = keyOf(integrationId);
      await patiently(() => redis.eval(ADD, 1, key, Date.now(), LIFE_MS, MOST, ...lists)).catch(
        () => undefined,
      );
    },
    async has(integrationId, list) {
      // Not `get`: a list that is sent again and again is forgotten in its time, too.
      if (known.peek(`${integrationId}/${list}`)) return true;
      if (redis === undefined) return false;
      const failedAt = await patiently(() => redis.zscore(keyOf(integrationId), list)).catch(() => null);
      return failedAt !== null && Number(failedAt) > Date.now() - LIFE_MS;
    },
  };
}

/** Adds lists and forgets the oldest ones above a number. KEYS: index. ARGV: the time and life in ms, most lists, lists. */
const ADD = `
for i = 4, #ARGV do redis.call('zadd', KEYS[1], ARGV[1], ARGV[i]) end
redis.call('zremrangebyrank', KEYS[1], 0, -1 - ARGV[3])
redis.call('pexpire', KEYS[1], ARGV[2])
return 1
`;
