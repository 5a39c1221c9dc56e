import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { RequestStatus } from '../crm/request-status.js';
import { parseJson } from '../parse-json.js';
import type { Redis } from '../redis.js';
import { createFanOut } from './redis-fan-out.js';
import { HOLD, PUBLISH, RELEASE } from './redis-scripts.js';
import type { Hold, WatchBackend, WatchChannel, WatchNews } from './watch-backend.js';

export interface RedisBackendOptions {
  /** Not owned. */
  readonly redis: Redis;
  /** After this long without a sign of life a poller is replaced. At least some seconds: polls wait for Redis. */
  readonly leaseMs: number;
}

/** Longer than any upload takes; a final state that is younger spares Gong a call. */
const STATE_LIFE_MS = 3_600_000;
/** "DONE may take up to 24 hours" (reference, section 6), and some. */
const DELETION_LIFE_MS = 30 * 3_600_000;
/** So that a lease is lost by three missed renewals, not by one. */
const RENEWALS_A_LEASE = 3;

/** Redis is written by whoever has its password: it is read as carefully as any other input. */
const Status = z.object({
  state: z.enum(['PENDING', 'IN_PROGRESS', 'DONE', 'FAILED']),
  errors: z.array(z.object({ line: z.number(), description: z.string() })).max(20),
  totalErrorCount: z.number().nullable(),
  totalSuccessCount: z.number().nullable(),
});
const News = z.union([Status, z.literal('released')]);
const Held = z.tuple([z.number(), z.string().nullable(), z.number()]);

/** Leases, last states and fan-out in Redis, for replicas that share it. */
export function createRedisBackend({ redis, leaseMs }: RedisBackendOptions): WatchBackend {
  const fanOut = createFanOut(redis);
  const prefix = redis.options.keyPrefix ?? '';
  // The braces keep a request's keys together in a Redis cluster.
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
      // Listening first, so that no change falls between what is stored and what is told.
      await subscription.begun;
      const [mine, stored, deletion] = Held.parse(await run(HOLD, token, leaseMs, STATE_LIFE_MS));
      return { mine: mine === 1, stored: readStored(stored), isDeletion: deletion === 1 };
    }

    return {
      hold() {
        const held = hold();
        holding = Promise.allSettled([holding, held]);
        return held;
      },
      async publish(status) {
        await run(PUBLISH, token, JSON.stringify(status), STATE_LIFE_MS, channel);
      },
      async close() {
        subscription.end();
        // A lease that is being taken right now must be given back, too; where Redis is away, it runs out.
        await holding;
        await run(RELEASE, token, channel).catch(() => undefined);
      },
    };
  }

  return {
    heartbeatMs: Math.ceil(leaseMs / RENEWALS_A_LEASE),
    open,
    async announceDeletion(key) {
      await redis.set(`watch:{${key}}:deletion`, '1', 'PX', DELETION_LIFE_MS);
    },
    close: () => fanOut.close(),
  };
}

function readNews(text: string): WatchNews | null {
  const result = News.safeParse(parseJson(text));
  if (!result.success) return null;
  return result.data === 'released' ? { kind: 'released' } : { kind: 'status', status: result.data };
}

function readStored(text: string | null): RequestStatus | null {
  return text === null ? null : (Status.safeParse(parseJson(text)).data ?? null);
}
