import { Redis } from 'ioredis';
import type { Log } from '../log.js';
import { isFromReplica, RECONNECT_MAX_MS } from './reconnect.js';

export type { Redis } from 'ioredis';

export interface RedisSettings {
  /** `redis://` or `rediss://`, with user and password if needed. */
  readonly url: string;
  /** Put before every key, but not before channels. */
  readonly keyPrefix: string;
}

const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 2_000;

/**
 * A connection for the state that replicas share. It reconnects for ever. While it is down, commands fail at once; on a
 * slow connection they fail after half a second, so that nothing waits for Redis longer than for Gong. The start and the
 * end of an outage are each logged once.
 *
 * Owns a socket: `disconnect()` it. A subscriber needs a connection of its own: `duplicate()`, with an `error` listener.
 *
 * ioredis rather than `redis`: commands, scripts and subscriptions in one package instead of five, and options alone
 * make it fail and time out commands. Its last release is of July 2026.
 */
export function createRedis({ url, keyPrefix }: RedisSettings, logger: Pick<Log, 'info' | 'warn'>): Redis {
  const redis = new Redis(url, {
    keyPrefix,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // Only the sender of a command can tell whether it may be repeated.
    autoResendUnfulfilledCommands: false,
    reconnectOnError: isFromReplica,
    retryStrategy: (attempt) => Math.min(attempt * 50, RECONNECT_MAX_MS),
  });
  let isDown = false;
  const onDown = (reason?: string) => {
    if (!isDown) logger.warn({ reason }, 'Redis is unavailable');
    isDown = true;
  };
  redis.on('error', (error) => onDown(error.message));
  redis.on('close', () => onDown());
  redis.on('ready', () => {
    if (isDown) logger.info({}, 'Redis is available again');
    isDown = false;
  });
  return redis;
}
