import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from '../../redis/connection.js';
import { createRedisLock } from '../../redis/lock.js';
import { createPatience, type Patience } from './patience.js';

/** Runs work with the same key one at a time. */
export interface Turns {
  /** @param onWait called if it is not this work's turn at once */
  take<T>(key: string, work: () => Promise<T>, onWait?: () => void): Promise<T>;
}

/** How long others wait for a replica that was killed. */
const LEASE_MS = 10_000;
/** A lease is lost by three missed renewals, not by one. */
const RENEWALS_A_LEASE = 3;
const FIRST_WAIT_MS = 25;
const LONGEST_WAIT_MS = 500;

/**
 * Within this process turns are in order; with Redis they also exclude other replicas, in any order. While Redis is
 * unreachable, replicas do not exclude each other, so work must not rely on turns alone to run once.
 *
 * @param redis not owned
 */
export function createTurns(redis?: Redis, patiently: Patience = createPatience()): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    async take(key, work, onWait) {
      const before = last.get(key);
      if (before !== undefined) onWait?.();
      const turn = (async () => {
        await before?.catch(() => undefined);
        const release =
          redis === undefined ? undefined : await lease(redis, patiently, `turn:{${key}}`, onWait);
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

/** Waits for the lease and returns the function that releases it. Neither rejects. */
async function lease(
  redis: Redis,
  patiently: Patience,
  key: string,
  onWait?: () => void,
): Promise<() => Promise<void>> {
  const lock = createRedisLock(redis, key, LEASE_MS);
  const take = () => patiently(lock.take).catch(() => 'away' as const);
  for (let waitMs = FIRST_WAIT_MS; !(await take()); waitMs = Math.min(waitMs * 1.5, LONGEST_WAIT_MS)) {
    onWait?.();
    await sleep(waitMs * (0.5 + Math.random()));
  }
  const renewal = setInterval(() => lock.renew().catch(() => undefined), LEASE_MS / RENEWALS_A_LEASE).unref();
  return async () => {
    clearInterval(renewal);
    // Even if taking it seemed to fail: only the answer may have been lost.
    await patiently(lock.release).catch(() => undefined);
  };
}
