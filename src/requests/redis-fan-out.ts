import type { Redis } from '../redis.js';

export interface Subscription {
  /** Redis has taken it, or is away: then it is made up for as soon as Redis is back. Never rejects. */
  readonly begun: Promise<unknown>;
  end(): void;
}

/** One connection that listens to every channel anybody here wants, however many want it. */
export interface FanOut {
  /** @param onBegun Redis has taken the subscription, now or after an outage: what was told before was missed */
  subscribe(channel: string, onMessage: (text: string) => void, onBegun?: () => void): Subscription;
  close(): Promise<void>;
}

interface Listener {
  readonly onMessage: (text: string) => void;
  readonly onBegun: (() => void) | undefined;
}

interface Channel {
  readonly listeners: Set<Listener>;
  begun: Promise<unknown>;
}

/** @param redis whose settings are used; a connection that listens can do nothing else */
export function createFanOut(redis: Redis): FanOut {
  const connection = redis.duplicate();
  const channels = new Map<string, Channel>();
  const ask = (names: string[]) =>
    connection.subscribe(...names).then(
      () => {
        for (const name of names) for (const { onBegun } of channels.get(name)?.listeners ?? []) onBegun?.();
      },
      () => undefined,
    );

  // The connection of commands has said so already.
  connection.on('error', () => undefined);
  connection.on('ready', () => {
    if (channels.size === 0) return;
    const begun = ask([...channels.keys()]);
    for (const channel of channels.values()) channel.begun = begun;
  });
  connection.on('message', (name: string, text: string) => {
    for (const { onMessage } of channels.get(name)?.listeners ?? []) onMessage(text);
  });

  return {
    subscribe(name, onMessage, onBegun) {
      const listener: Listener = { onMessage, onBegun };
      const channel = channels.get(name) ?? { listeners: new Set(), begun: Promise.resolve() };
      if (!channels.has(name)) {
        channels.set(name, channel);
        channel.begun = ask([name]);
      }
      channel.listeners.add(listener);
      return {
        begun: channel.begun,
        end() {
          channel.listeners.delete(listener);
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
