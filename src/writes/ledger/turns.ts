import { setTimeout as sleep } from 'node:timers/promises';
import { createRedisLock, type Redis } from '../../redis.js';
import { createPatience, type Patience } from './patience.js';

/** Lets work with the same key be done one after the other. */
export interface Turns {
  take<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** A replica that is killed keeps the others waiting for this long. */
const LEASE_MS = 10_000;
/** So that a lease is lost by three missed renewals, not by one. */
const RENEWALS_A_LEASE = 3;
const FIRST_WAIT_MS = 25;
const LONGEST_WAIT_MS = 500;

/**
 * In this process in the order of asking; with Redis, also across replicas, in any order. While Redis is away each
 * replica goes by itself: whoever must not do a thing twice has to be able to tell.
 *
 * @param redis not owned
 */
export function createTurns(redis?: Redis, patiently: Patience = createPatience()): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    async take(key, work) {
      const before = last.get(key);
      const turn = (async () => {
        await before?.catch(() => undefined);
        const release = redis === undefined ? undefined : await lease(redis, patiently, `turn:{${key}}`);
        try {
          return await work();
        } finally {
          await release?.();
        }
      })();
      last.set(key, turn);
      try {
        return await turn;
      } finally {
        if (last.get(key) === turn) last.delete(key);
      }
    },
  };
}

/** Waits for the lease; returns what gives it back. Neither rejects. */
async function lease(redis: Redis, patiently: Patience, key: string): Promise<() => Promise<void>> {
  const lock = createRedisLock(redis, key, LEASE_MS);
  const take = () => patiently(lock.take).catch(() => 'away' as const);
  for (let waitMs = FIRST_WAIT_MS; !(await take()); waitMs = Math.min(waitMs * 1.5, LONGEST_WAIT_MS)) {
    await sleep(waitMs * (0.5 + Math.random()));
  }
  const renewal = setInterval(() => lock.renew().catch(() => undefined), LEASE_MS / RENEWALS_A_LEASE).unref();
  return async () => {
    clearInterval(renewal);
    // Also where taking it seemed to fail: its answer may have been lost.
    await patiently(lock.release).catch(() => undefined);
  };
}
