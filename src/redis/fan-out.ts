import type { Redis } from './connection.js';

export interface Subscription {
  /** Redis has confirmed it, or is unavailable and will be asked again when it is back. Never rejects. */
  readonly begun: Promise<unknown>;
  end(): void;
}

/** Redis publish/subscribe for many listeners over one connection. */
export interface FanOut {
  /** @param onBegun called when Redis has confirmed the subscription, also after an outage: earlier messages were missed */
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

/** @param redis its settings are used for a connection of its own: one that subscribes can do nothing else */
export function createFanOut(redis: Redis): FanOut {
  const connection = redis.duplicate();
  const channels = new Map<string, Channel>();
  const request = (names: string[]) =>
    connection.subscribe(...names).then(
      () => {
        for (const name of names) for (const { onBegun } of channels.get(name)?.listeners ?? []) onBegun?.();
      },
      () => undefined,
    );

  // The connection for commands logs outages.
  connection.on('error', () => undefined);
  connection.on('ready', () => {
    if (channels.size === 0) return;
    const begun = request([...channels.keys()]);
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
        channel.begun = request([name]);
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
