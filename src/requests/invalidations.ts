import { randomUUID } from 'node:crypto';
import type { Redis } from '../redis.js';
import { createFanOut } from './redis-fan-out.js';

/** Tells replicas that something was written, so that none answers from an older cache. */
export interface Invalidations {
  /** Never rejects: where Redis is away nobody is told, and caches live on until they expire. */
  announce(scope: string): Promise<void>;
  /**
   * Calls back when another replica has announced a write in the scope, and when such an announcement may have been
   * missed. Returns a function that ends this.
   */
  onAnnounced(scope: string, callback: () => void): () => void;
  close(): Promise<void>;
}

/** Of a process that is alone. */
export function createNoInvalidations(): Invalidations {
  return { announce: async () => {}, onAnnounced: () => () => {}, close: async () => {} };
}

/** @param redis not owned */
export function createRedisInvalidations(redis: Redis): Invalidations {
  const channel = `${redis.options.keyPrefix ?? ''}invalidations`;
  const self = randomUUID();
  const listeners = new Map<string, Set<() => void>>();
  const fanOut = createFanOut(redis);
  const tell = (scope: string) => {
    for (const callback of listeners.get(scope) ?? []) callback();
  };
  fanOut.subscribe(
    channel,
    (text) => {
      const [sender, scope = ''] = text.split(' ', 2);
      if (sender !== self) tell(scope);
    },
    () => {
      for (const scope of listeners.keys()) tell(scope);
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
