import { randomUUID } from 'node:crypto';
import type { Redis } from './connection.js';

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
