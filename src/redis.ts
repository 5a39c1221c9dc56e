import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Log } from './log.js';

export type { Redis } from 'ioredis';

export interface RedisSettings {
  /** `redis://` or `rediss://`, with user and password if needed. */
  readonly url: string;
  /** Put before every key, but not before channels. */
  readonly keyPrefix: string;
}

const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 2_000;
/** The longest pause between attempts to reconnect, and so how far apart replicas may learn that Redis is back. */
export const RECONNECT_MAX_MS = 250;

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

/** Also repairs what would never expire or be taken: a lock without an expiry, or a key of another type. */
const TAKE = `
local kind = redis.call('type', KEYS[1]).ok
if kind ~= 'string' and kind ~= 'none' then redis.call('del', KEYS[1]) end
if redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') then return 1 end
local left = redis.call('pttl', KEYS[1])
if left == -1 or left > tonumber(ARGV[2]) then redis.call('pexpire', KEYS[1], ARGV[2]) end
return 0`;
const RENEW = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end`;
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end`;

/** One contender for a lock among replicas. Every method rejects when Redis does not answer. */
export interface RedisLock {
  /** Returns whether the lock was free. */
  take(): Promise<boolean>;
  /** Extends the lease; does nothing if another contender has taken the lock since. */
  renew(): Promise<void>;
  /** Does nothing if another contender has taken the lock since. */
  release(): Promise<void>;
}

/** @param leaseMs how long the lock outlives a holder that died */
export function createRedisLock(redis: Redis, key: string, leaseMs: number): RedisLock {
  const token = randomUUID();
  return {
    take: async () => (await redis.eval(TAKE, 1, key, token, leaseMs)) === 1,
    renew: async () => void (await redis.eval(RENEW, 1, key, token, leaseMs)),
    release: async () => void (await redis.eval(RELEASE, 1, key, token)),
  };
}
