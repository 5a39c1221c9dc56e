import { randomUUID } from 'node:crypto';
import type { Redis } from '../redis/connection.js';
import { createFanOut } from '../redis/fan-out.js';
import type { Store } from './store.js';

/** The part of a store that tells of changes. */
export type Topics = Pick<Store, 'announce' | 'onAnnounced'>;

/** Within this process. */
export function createTopics(): Topics {
  const listeners = new Map<string, Set<() => void>>();
  return {
    announce(topic) {
      for (const callback of [...(listeners.get(topic) ?? [])]) callback();
    },
    onAnnounced(topic, callback) {
      const callbacks = listeners.get(topic) ?? new Set();
      listeners.set(topic, callbacks);
      callbacks.add(callback);
      return () => {
        callbacks.delete(callback);
        if (callbacks.size === 0 && listeners.get(topic) === callbacks) listeners.delete(topic);
      };
    },
  };
}

/**
 * Among replicas. This process hears its own announcements at once, whether or not Redis is there.
 *
 * @param redis not owned
 */
export function createRedisTopics(redis: Redis): Topics & { close(): Promise<void> } {
  const self = randomUUID();
  const own = createTopics();
  const fanOut = createFanOut(redis);
  const channelOf = (topic: string) => `${redis.options.keyPrefix ?? ''}store:${topic}`;
  return {
    announce(topic) {
      own.announce(topic);
      redis.publish(channelOf(topic), self).catch(() => undefined);
    },
    onAnnounced(topic, callback) {
      const stop = own.onAnnounced(topic, callback);
      const hear = (sender: string) => {
        if (sender !== self) callback();
      };
      const subscription = fanOut.subscribe(channelOf(topic), hear, callback);
      return () => {
        stop();
        subscription.end();
      };
    },
    close: () => fanOut.close(),
  };
}
