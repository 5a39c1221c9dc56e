import { randomUUID } from 'node:crypto';
import type { Redis } from '../redis/connection.js';
import { createFanOut } from '../redis/fan-out.js';

/** Tells the other replicas of writes, so that none answers from a stale cache. */
export interface Invalidations {
  /** Never rejects. While Redis is unavailable, the caches of other replicas stay stale until they expire. */
  announce(scope: string): Promise<void>;
  /**
   * Calls back when another replica has announced a write in the scope, or may have done so while Redis was unavailable.
   * Returns a function that unsubscribes.
   */
  onAnnounced(scope: string, callback: () => void): () => void;
  close(): Promise<void>;
}

/** For a single process. */
export function createNoInvalidations(): Invalidations {
  return { announce: async () => {}, onAnnounced: () => () => {}, close: async () => {} };
}

/** @param redis not owned */
export function createRedisInvalidations(redis: Redis): Invalidations {
  const channel = `${redis.options.keyPrefix ?? ''}invalidations`;
  const self = randomUUID();
  const listeners = new Map<string, Set<() => void>>();
  const fanOut = createFanOut(redis);
  const notify = (scope: string) => {
    for (const callback of listeners.get(scope) ?? []) callback();
  };
  fanOut.subscribe(
    channel,
    (text) => {
      const [sender, scope = ''] = text.split(' ', 2);
      if (sender !== self) notify(scope);
    },
    () => {
      for (const scope of listeners.keys()) notify(scope);
    },
  );

  return {
    async announce(scope) {
      await redis.publish(channel, `${self} ${scope}`).catch(() => undefined);
    },
    onAnnounced(scope, callback) {
      const callbacks = listeners.get(scope) ?? new Set();
      listeners.set(scope, callbacks);
      callbacks.add(callback);
      return () => {
        callbacks.delete(callback);
        if (callbacks.size === 0 && listeners.get(scope) === callbacks) listeners.delete(scope);
      };
    },
    close: () => fanOut.close(),
  };
}
