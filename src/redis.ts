import { Redis } from 'ioredis';

export type { Redis } from 'ioredis';

export interface RedisSettings {
  /** `redis://` or `rediss://`, with user and password where needed. */
  readonly url: string;
  /** Put before every key, not before channels. */
  readonly keyPrefix: string;
}

/** The part of pino that is used. */
export interface RedisLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 2_000;
/** Between two tries to connect, at most: how far apart replicas may learn that Redis is back. */
export const RECONNECT_MAX_MS = 250;

/**
 * A connection for what replicas share. Commands fail at once while there is none, and after half a second on a
 * slow one, so that nobody waits for Redis longer than for Gong; it reconnects by itself for ever. An outage is
 * logged once, and its end once. Owns a socket: `disconnect()` it. A subscriber needs a connection of its own:
 * `duplicate()`, and a listener to its `error`.
 *
 * ioredis rather than `redis`: commands, scripts and subscriptions in one package instead of five, and it fails
 * and times out commands by options alone. Its last release is of July 2026.
 */
export function createRedis({ url, keyPrefix }: RedisSettings, logger: RedisLogger): Redis {
  const redis = new Redis(url, {
    keyPrefix,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // A command whose answer was lost is the caller's to repeat.
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(attempt * 50, RECONNECT_MAX_MS),
  });
  let away = false;
  const left = (reason?: string) => {
    if (away) return;
    away = true;
    logger.warn({ reason }, 'Redis is away');
  };
  redis.on('error', (error) => left(error.message));
  redis.on('close', () => left());
  redis.on('end', () => {
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info({}, 'Redis is back');
    away = false;
  });
  return redis;
}
