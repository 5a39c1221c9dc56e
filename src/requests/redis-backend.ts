import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { RequestStatus } from '../crm/request-status.js';
import { parseJson } from '../parse-json.js';
import type { Redis } from '../redis/connection.js';
import { createFanOut } from '../redis/fan-out.js';
import type { Hold, WatchBackend, WatchChannel, WatchNews } from './watch-backend.js';

export interface RedisBackendOptions {
  /** Not owned. */
  readonly redis: Redis;
  /** A poller that has not renewed its lease for this long is replaced. At least some seconds: polls wait for Redis. */
  readonly leaseMs: number;
}

/** Longer than any upload takes. A final state that is still stored saves a call to Gong. */
const STATE_TTL_MS = 3_600_000;
/** A deletion may take up to 24 hours (reference, section 6). */
const DELETION_TTL_MS = 30 * 3_600_000;
/** One missed renewal must not lose the lease. */
const RENEWALS_PER_LEASE = 3;

/** What is read from Redis is validated: other clients may write to it. */
const Status = z.object({
  state: z.enum(['PENDING', 'IN_PROGRESS', 'DONE', 'FAILED']),
  errors: z.array(z.object({ line: z.number(), description: z.string() })).max(20),
  totalErrorCount: z.number().nullable(),
  totalSuccessCount: z.number().nullable(),
});
const News = z.union([Status, z.literal(['released', 'wanted'])]);
const Held = z.tuple([z.number(), z.string().nullable(), z.number()]);

/** Leases, latest states and publish/subscribe in Redis, for replicas that share it. */
export function createRedisBackend({ redis, leaseMs }: RedisBackendOptions): WatchBackend {
  const fanOut = createFanOut(redis);
  const prefix = redis.options.keyPrefix ?? '';
  // The braces are a hash tag: they keep a request's keys on one node of a Redis cluster.
  const keysOf = (key: string) => [`watch:{${key}}:lease`, `watch:{${key}}:state`, `watch:{${key}}:deletion`];

  function open(key: string, onNews: (news: WatchNews) => void): WatchChannel {
    const token = randomUUID();
    const channel = `${prefix}watch:{${key}}:news`;
    const keys = keysOf(key);
    const run = (script: string, ...args: (string | number)[]) =>
      redis.eval(script, keys.length, ...keys, ...args);
    const subscription = fanOut.subscribe(channel, (text) => {
      const news = readNews(text);
      if (news !== null) onNews(news);
    });
    let holding: Promise<unknown> = Promise.resolve();

    async function hold(): Promise<Hold> {
      // Subscribed before the state is read, so that no change in between is missed.
      await subscription.begun;
      const [mine, stored, deletion] = Held.parse(await run(HOLD, token, leaseMs, STATE_TTL_MS));
      return { mine: mine === 1, stored: readStored(stored), isDeletion: deletion === 1 };
    }

    return {
      hold() {
        const held = hold();
        holding = Promise.allSettled([holding, held]);
        return held;
      },
      async publish(status) {
        await run(PUBLISH, token, JSON.stringify(status), STATE_TTL_MS, channel);
      },
      async want() {
        await redis.publish(channel, '"wanted"');
      },
      async close() {
        subscription.end();
        // A lease that is being acquired must be released, too. Without Redis it expires.
        await holding;
        await run(RELEASE, token, channel).catch(() => undefined);
      },
    };
  }

  return {
    heartbeatMs: Math.ceil(leaseMs / RENEWALS_PER_LEASE),
    open,
    async announceDeletion(key) {
      await redis.set(`watch:{${key}}:deletion`, '1', 'PX', DELETION_TTL_MS);
    },
    close: () => fanOut.close(),
  };
}

function readNews(text: string): WatchNews | null {
  const result = News.safeParse(parseJson(text));
  if (!result.success) return null;
  return typeof result.data === 'string' ? { kind: result.data } : { kind: 'status', status: result.data };
}

function readStored(text: string | null): RequestStatus | null {
  return text === null ? null : (Status.safeParse(parseJson(text)).data ?? null);
}

/*
 * Lua scripts, which Redis runs atomically. KEYS: lease, state, deletion. The lease holds its owner's token, so that no
 * other replica renews it, releases it or publishes under it.
 */

/**
 * Acquires or renews the lease. ARGV: token, lease in ms, state TTL in ms. Returns [is mine, state, is deletion].
 *
 * Also repairs keys that would never expire or never work: a lease or state without a TTL, or with too long a one, gets
 * the right TTL (an owner renews its lease in time), and a key of another type is deleted.
 */
const HOLD = `
for i = 1, 2 do
  local kind = redis.call('type', KEYS[i]).ok
  if kind ~= 'string' and kind ~= 'none' then redis.call('del', KEYS[i]) end
  local left, most = redis.call('pttl', KEYS[i]), tonumber(ARGV[i + 1])
  if left == -1 or left > most then redis.call('pexpire', KEYS[i], most) end
end
local owner = redis.call('get', KEYS[1])
if not owner then
  redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
  owner = ARGV[1]
elseif owner == ARGV[1] then
  redis.call('pexpire', KEYS[1], ARGV[2])
end
return {owner == ARGV[1] and 1 or 0, redis.call('get', KEYS[2]), redis.call('exists', KEYS[3])}
`;

/** Stores and publishes a state if the lease is still held. ARGV: token, state, its TTL in ms, channel. */
const PUBLISH = `
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('set', KEYS[2], ARGV[2], 'PX', ARGV[3])
redis.call('publish', ARGV[4], ARGV[2])
return 1
`;

/** Releases the lease and publishes that. ARGV: token, channel. */
const RELEASE = `
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('del', KEYS[1])
redis.call('publish', ARGV[2], '"released"')
return 1
`;
