import type { Redis } from '../redis.js';

export interface Subscription {
  /** Redis has taken it, or is away: then it is made up for as soon as Redis is back. Never rejects. */
  readonly begun: Promise<unknown>;
  end(): void;
}

/** One connection that listens to every channel anybody here wants, however many want it. */
export interface FanOut {
  subscribe(channel: string, onMessage: (text: string) => void): Subscription;
  close(): Promise<void>;
}

interface Channel {
  readonly listeners: Set<(text: string) => void>;
  begun: Promise<unknown>;
}

/** @param redis whose settings are used; a connection that listens can do nothing else */
export function createFanOut(redis: Redis): FanOut {
  const connection = redis.duplicate();
  const channels = new Map<string, Channel>();
  const ask = (names: string[]) => connection.subscribe(...names).catch(() => undefined);

  // The connection of commands has said so already.
  connection.on('error', () => undefined);
  connection.on('ready', () => {
    if (channels.size === 0) return;
    const begun = ask([...channels.keys()]);
    for (const channel of channels.values()) channel.begun = begun;
  });
  connection.on('message', (name: string, text: string) => {
    for (const listener of channels.get(name)?.listeners ?? []) listener(text);
  });

  return {
    subscribe(name, onMessage) {
      const channel = channels.get(name) ?? { listeners: new Set(), begun: Promise.resolve() };
      if (!channels.has(name)) {
        channels.set(name, channel);
        channel.begun = ask([name]);
      }
      channel.listeners.add(onMessage);
      return {
        begun: channel.begun,
        end() {
          channel.listeners.delete(onMessage);
          if (channel.listeners.size > 0 || channels.get(name) !== channel) return;
          channels.delete(name);
          connection.unsubscribe(name).catch(() => undefined);
        },
      };
    },
    async close() {
      connection.disconnect();
    },
  };
}
