import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Redis } from '../../redis/connection.js';
import { createPatience, type Patience } from './patience.js';
import { REMEMBER, STEP } from './redis-scripts.js';
import { type Counts, LEDGER_LIMITS, type LedgerStore, type Sent } from './types.js';

/** Longer than entries live, because they refer to the counts. */
const COUNTS_LIFE_MS = 2 * LEDGER_LIMITS.lifeMs;
/** Each entry has two keys. */
const MOST_KEYS = 2 * LEDGER_LIMITS.most;
/** Integrations whose writes could not be counted while Redis was unreachable; more than one is rare. */
const MOST_UNREPORTED = 1_000;
/** How often counting them is tried again. */
const REPORT_MS = 500;

/** Anyone with the password can write to Redis, so its content is validated like other input. */
const CountsShape = z.tuple([z.string().nullable(), z.coerce.number().int(), z.coerce.number().int()]);
const SentShape = z.object({
  content: z.string(),
  clientRequestId: z.string(),
  requests: z.array(z.string()),
  unsure: z.array(z.string()),
  isComplete: z.boolean(),
  namesUsed: z.number().nullable(),
  epoch: z.string().nullable(),
  endedBefore: z.number(),
  version: z.number().nullable(),
});

/**
 * Remembers writes in Redis, shared by replicas. A write that could not be counted because Redis was unreachable is counted
 * as soon as possible, so that other replicas do not take an earlier write for the latest.
 *
 * @param redis not owned
 */
export function createRedisStore(redis: Redis, patiently: Patience = createPatience()): LedgerStore {
  const unreported = new Set<string>();
  let reporting: NodeJS.Timeout | undefined;
  // The braces keep an integration's keys together in a Redis cluster.
  const keyOf = (integrationId: string, what: string) => `writes:{${integrationId}}:${what}`;

  async function count(integrationId: string, step: string): Promise<Counts> {
    const key = keyOf(integrationId, 'counts');
    return toCounts(await patiently(() => redis.eval(STEP, 1, key, step, randomUUID(), COUNTS_LIFE_MS)));
  }

  async function report(integrationId: string): Promise<void> {
    if (!unreported.has(integrationId)) return;
    await count(integrationId, 'ended');
    unreported.delete(integrationId);
  }

  function reportLater(integrationId: string): void {
    if (unreported.size < MOST_UNREPORTED) unreported.add(integrationId);
    reporting ??= setInterval(() => {
      for (const late of unreported) report(late).catch(() => undefined);
      if (unreported.size > 0) return;
      clearInterval(reporting);
      reporting = undefined;
    }, REPORT_MS).unref();
  }

  async function read(integrationId: string, what: string): Promise<Sent | null> {
    const text = await patiently(() => redis.get(keyOf(integrationId, what))).catch(() => null);
    return text === null ? null : readSent(text);
  }

  return {
    async counts(integrationId) {
      try {
        await report(integrationId);
        const key = keyOf(integrationId, 'counts');
        return toCounts(await patiently(() => redis.hmget(key, 'epoch', 'version', 'ended')));
      } catch {
        return null;
      }
    },
    async step(integrationId, step) {
      try {
        await report(integrationId);
        return await count(integrationId, step);
      } catch {
        reportLater(integrationId);
        return null;
      }
    },
    byContent: (integrationId, content) => read(integrationId, `content:${content}`),
    byName: (integrationId, clientRequestId) => read(integrationId, `name:${clientRequestId}`),
    async remember(integrationId, sent) {
      const keys = ['entries', `content:${sent.content}`, `name:${sent.clientRequestId}`].map((what) =>
        keyOf(integrationId, what),
      );
      const values = [JSON.stringify(sent), LEDGER_LIMITS.lifeMs, Date.now(), MOST_KEYS];
      await patiently(() => redis.eval(REMEMBER, keys.length, ...keys, ...values)).catch(() => undefined);
    },
  };
}

function toCounts(answer: unknown): Counts {
  const [epoch, version, ended] = CountsShape.parse(answer);
  return { epoch, version, ended };
}

function readSent(text: string): Sent | null {
  try {
    return SentShape.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
