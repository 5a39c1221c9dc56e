import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Redis } from '../redis.js';
import {
  type BudgetLimits,
  DAY_MS,
  LATEST_ARRIVAL_MS,
  type LedgerState,
  pollsPerDay,
  type Refusal,
  WINDOW_MS,
} from './budget-ledger.js';
import { HOLD, PEEK, REMEMBER, SENT, SETTLED, TAKE } from './budget-scripts.js';
import type { LoggedCall } from './call-log.js';
import type { CallPriority, Permit } from './types.js';

/** A slot whose call was never heard of again, because its process died, is free after this long. */
const LEASE_MS = 10_000;
/** A slot's end moves nearer when its call is answered: ask again at least this often. */
const RECHECK_MS = 100;
const MAX_CALLS_A_SCRIPT = 1_000;

/** The budget that all replicas share. Every method rejects when Redis does not answer. */
export interface RedisBudget {
  take(priority: CallPriority): Promise<(Permit & { readonly id: string }) | Refusal>;
  hold(ms: number): Promise<void>;
  /** Learns what the others used. */
  peek(): Promise<void>;
  /** Calls made while Redis was away, or that it forgot. Those it knows are not counted twice. */
  remember(calls: readonly LoggedCall[]): Promise<void>;
  /** As of the last answer. */
  known(): Known;
}

export interface Known extends Pick<LedgerState, 'perDay'> {
  /** Of `performance.now()`; `-Infinity`: Redis never answered. */
  readonly at: number;
  readonly busySlots: number;
  /** Of `performance.now()`. */
  readonly nextSlotAt: number;
  readonly dayLeft: number;
  readonly pollsLeft: number;
}

const Answer = z.tuple([
  z.enum(['', 'hold', 'second', 'day', 'poll-day']),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
]);

/**
 * @param name tells the budgets of different credentials apart
 */
export function createRedisBudget(redis: Redis, limits: BudgetLimits, name: string): RedisBudget {
  const { callsPerSecond, callsPerDay } = limits;
  const maxPolls = pollsPerDay(limits);
  const keys = ['slots', 'hold', 'day', 'polls'].map((key) => `{budget:${name}}:${key}`);
  const replica = randomUUID();
  let calls = 0;
  let known: Known = {
    at: Number.NEGATIVE_INFINITY,
    busySlots: 0,
    nextSlotAt: 0,
    dayLeft: callsPerDay,
    pollsLeft: maxPolls,
    perDay: { limit: callsPerDay, left: callsPerDay > 0 ? callsPerDay : null, resetsInSeconds: 0 },
  };

  function run(script: string, ...args: (string | number)[]): Promise<unknown> {
    return redis.eval(script, keys.length, ...keys, ...args);
  }

  async function ask(script: string, id: string, poll: boolean) {
    const asked = performance.now();
    const answer = await run(
      script,
      id,
      callsPerSecond,
      callsPerDay,
      maxPolls,
      poll ? 1 : 0,
      LEASE_MS,
      DAY_MS,
    );
    const [limit, waitMs, busySlots, used, polls, resetMs] = Answer.parse(answer);
    const dayLeft = Math.max(0, callsPerDay - used);
    known = {
      at: asked,
      busySlots,
      nextSlotAt: limit === 'second' ? performance.now() + Math.min(waitMs, WINDOW_MS) : 0,
      dayLeft,
      pollsLeft: Math.max(0, maxPolls - polls),
      perDay: {
        limit: callsPerDay,
        left: callsPerDay > 0 ? dayLeft : null,
        resetsInSeconds: Math.ceil(resetMs / 1_000),
      },
    };
    return { limit, waitMs };
  }

  function permit(id: string): Permit & { id: string } {
    let wasSent = false;
    let ended = false;
    // A report that is lost leaves the slot taken until its lease ends: too long rather than too short.
    const report = (script: string, ms: number) => void run(script, id, ms).catch(() => undefined);
    return {
      id,
      sent() {
        wasSent = true;
        report(SENT, LATEST_ARRIVAL_MS + WINDOW_MS);
      },
      settled() {
        if (ended) return;
        ended = true;
        report(SETTLED, wasSent ? WINDOW_MS : 0);
      },
    };
  }

  return {
    async take(priority) {
      const id = `${replica}:${++calls}`;
      const { limit, waitMs } = await ask(TAKE, id, priority === 'poll');
      if (limit === '') return permit(id);
      return { limit, waitMs: limit === 'second' ? Math.min(waitMs, RECHECK_MS) : waitMs };
    },
    async hold(ms) {
      await run(HOLD, Math.ceil(ms));
    },
    async peek() {
      await ask(PEEK, '', false);
    },
    async remember(logged) {
      const now = performance.now();
      for (let start = 0; start < logged.length; start += MAX_CALLS_A_SCRIPT) {
        const some = logged.slice(start, start + MAX_CALLS_A_SCRIPT);
        await run(
          REMEMBER,
          DAY_MS,
          ...some.flatMap(({ id, at, poll }) => [id, Math.round(now - at), poll ? 1 : 0]),
        );
      }
    },
    known: () => known,
  };
}
