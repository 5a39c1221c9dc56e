import { hash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Redis } from '../../redis/connection.js';
import type { LoggedCall } from './call-log.js';
import {
  type BudgetLimits,
  type CallPriority,
  callerPerDay,
  DAY_WINDOW_MS,
  GATEWAY,
  type Granted,
  type Head,
  LATEST_ARRIVAL_MS,
  LEASE_MS,
  type LedgerPermit,
  PROBE_AFTER_MS,
  PROBE_GROWTH,
  pollsPerDay,
  RECHECK_MS,
  type Refusal,
  spacingMs,
  WINDOW_MS,
} from './ledger.js';
import { CHARGE, HOLD, KEYS, LEAVE, PEEK, REMEMBER, RESUME, SENT, SETTLED, TAKE } from './redis-scripts.js';

/** How long a replica's claim to the next slot outlives the time of its next look. */
const CLAIM_GRACE_MS = 100;
/** Between replicas, calls of all priorities take turns: a call of a lower priority costs more turns. */
const TURNS_A_CALL: Readonly<Record<CallPriority, number>> = {
  interactive: 1,
  upload: 4,
  background: 8,
  poll: 8,
};
const MAX_CALLS_A_SCRIPT = 1_000;

/** The budget that all replicas share. Every asynchronous method rejects when Redis does not answer. */
export interface RedisBudget {
  /** @param isCrowded whether more calls are waiting in this process than one second allows */
  take(heads: readonly Head[], isCrowded: boolean): Promise<TakenFromRedis | Refusal>;
  charge(priority: CallPriority, caller: string, turns: number): Promise<void>;
  leave(): Promise<void>;
  /** Lets no call start for `ms`, nor a probe for `leastMs`. */
  hold(ms: number, leastMs: number): Promise<void>;
  /** Updates `known` without asking for a permit. */
  peek(): Promise<void>;
  /** Adds calls that were made while Redis was away, or that it has lost. Those it knows are not counted twice. */
  remember(calls: readonly LoggedCall[]): Promise<void>;
  /** Deletes all that was counted. */
  forget(): Promise<void>;
  /** Returns the state as of the last answer. */
  known(): Known;
}

export interface TakenFromRedis extends Granted {
  readonly id: string;
}

/** Times are from `performance.now()`. */
export interface Known {
  /** When the last answer was asked for; `-Infinity`: Redis never answered. */
  readonly at: number;
  readonly busySlots: number;
  readonly nextSlotAt: number;
  readonly dayLeft: number;
  readonly pollsLeft: number;
  /** Until the day's oldest call stops counting. */
  readonly resetMs: number;
  readonly heldUntil: number;
  readonly probeAt: number;
  /** Changes when Redis has lost its data. `undefined`: it never answered. */
  readonly epoch: string | undefined;
}

const Limit = z.enum(['', 'hold', 'second', 'turn', 'day', 'poll-day', 'caller-day']);
const n = z.number();
/** See `LOOK` in redis-scripts.ts. */
const Answer = z.tuple([Limit, n, n, n, n, n, n, n, z.string(), n, n]);

export interface RedisBudgetOptions {
  /** Tells the budgets of different credentials apart. */
  readonly name: string;
  /** Called when Gong has answered a call that this budget permitted. */
  readonly onAnswer: (pauseMs: number | null) => void;
}

export function createRedisBudget(
  redis: Redis,
  limits: BudgetLimits,
  options: RedisBudgetOptions,
): RedisBudget {
  const { callsPerSecond, callsPerDay, probeAfterMs = PROBE_AFTER_MS } = limits;
  const maxPolls = pollsPerDay(limits);
  const keys = KEYS.map((key) => `{budget:${options.name}}:${key}`);
  const replica = randomUUID();
  let calls = 0;
  /** Whether this replica may have left a claim in Redis. */
  let claims = false;
  let known: Known = {
    at: Number.NEGATIVE_INFINITY,
    busySlots: 0,
    nextSlotAt: 0,
    dayLeft: callsPerDay,
    pollsLeft: maxPolls,
    resetMs: 0,
    heldUntil: 0,
    probeAt: 0,
    epoch: undefined,
  };

  function run(script: string, ...args: (string | number)[]): Promise<unknown> {
    return redis.eval(script, keys.length, ...keys, ...args);
  }

  async function ask(script: string, isCrowded: boolean, ...more: (string | number)[]) {
    const at = performance.now();
    const answer = await run(
      script,
      ...[callsPerSecond, callsPerDay, maxPolls, LEASE_MS, DAY_WINDOW_MS],
      ...[probeAfterMs, PROBE_GROWTH, RECHECK_MS, randomUUID(), isCrowded ? spacingMs(callsPerSecond) : 0],
      ...more,
    );
    const [limit, waitMs, busySlots, used, polls, resetMs, heldMs, probeInMs, epoch, asker, probe] =
      Answer.parse(answer);
    const now = performance.now();
    known = {
      at,
      busySlots,
      nextSlotAt: limit === 'second' ? now + Math.min(waitMs, WINDOW_MS) : 0,
      dayLeft: Math.max(0, callsPerDay - used),
      pollsLeft: Math.max(0, maxPolls - polls),
      resetMs,
      heldUntil: now + heldMs,
      probeAt: now + probeInMs,
      epoch,
    };
    return { limit, waitMs, asker, isProbe: probe === 1 };
  }

  function permit(id: string, caller: string, isProbe: boolean): LedgerPermit {
    let wasSent = false;
    let wasAnswered = false;
    let ended = false;
    // A report that is lost leaves the slot taken until its lease ends: too long rather than too short.
    const report = (script: string, ...args: (string | number)[]) =>
      void run(script, ...args).catch(() => undefined);
    return {
      sent() {
        wasSent = true;
        report(SENT, id, LATEST_ARRIVAL_MS + WINDOW_MS);
      },
      answered(pauseMs) {
        wasAnswered = true;
        if (pauseMs !== null) holdHere(pauseMs, isProbe);
        else if (isProbe) known = { ...known, heldUntil: 0, probeAt: 0 };
        options.onAnswer(pauseMs);
        if (pauseMs !== null) report(HOLD, Math.ceil(pauseMs), probeAfterMs, isProbe ? 1 : 0);
        else if (isProbe) report(RESUME);
      },
      settled() {
        if (ended) return;
        ended = true;
        report(SETTLED, id, wasSent ? WINDOW_MS : 0, nameOf(caller), isProbe && !wasAnswered ? 1 : 0);
      },
    };
  }

  /** Holds calls in this replica at once, before Redis has answered. */
  function holdHere(ms: number, overrides: boolean): void {
    const now = performance.now();
    const isOn = known.heldUntil > now;
    known = {
      ...known,
      heldUntil: overrides ? now + ms : Math.max(known.heldUntil, now + ms),
      probeAt: isOn ? known.probeAt : now + Math.min(ms, probeAfterMs),
    };
  }

  return {
    async take(heads, isCrowded) {
      const id = `${replica}:${++calls}`;
      claims = true;
      const { limit, waitMs, asker, isProbe } = await ask(
        TAKE,
        isCrowded,
        ...[id, replica, callerPerDay(callsPerDay, limits), CLAIM_GRACE_MS],
        ...heads.flatMap(({ priority, caller, waitedMs }) => [
          ...[flowOf(priority, caller), nameOf(caller), TURNS_A_CALL[priority], Math.round(waitedMs)],
          priority === 'poll' ? 1 : 0,
        ]),
      );
      const head = heads[asker];
      if (head === undefined)
        throw new TypeError(`Redis must choose one of ${heads.length} heads, got ${asker}`);
      if (limit === '') return { id, head, permit: permit(id, head.caller, isProbe) };
      return { limit, waitMs, ...(limit === 'caller-day' ? { caller: head.caller } : {}) };
    },
    async charge(priority, caller, turns) {
      if (callsPerSecond > 0) await run(CHARGE, flowOf(priority, caller), turns * TURNS_A_CALL[priority]);
    },
    async leave() {
      if (!claims) return;
      claims = false;
      await run(LEAVE, replica);
    },
    async hold(ms, leastMs) {
      holdHere(ms, false);
      await run(HOLD, Math.ceil(ms), Math.max(probeAfterMs, leastMs), 0);
    },
    async peek() {
      await ask(PEEK, false);
    },
    async remember(logged) {
      const now = performance.now();
      for (let start = 0; start < logged.length; start += MAX_CALLS_A_SCRIPT) {
        const some = logged.slice(start, start + MAX_CALLS_A_SCRIPT);
        const args = some.flatMap(({ id, at, poll, caller }) => [
          ...[id, Math.round(now - at), poll ? 1 : 0, nameOf(caller)],
        ]);
        await run(REMEMBER, DAY_WINDOW_MS, ...args);
      }
    },
    async forget() {
      await redis.unlink(...keys);
    },
    known: () => known,
  };
}

/** Returns a caller's name in Redis: short, and without personal data. */
function nameOf(caller: string): string {
  return caller === GATEWAY ? '' : hash('sha256', caller, 'base64url').slice(0, 16);
}

function flowOf(priority: CallPriority, caller: string): string {
  return `${priority}:${nameOf(caller)}`;
}
