import { randomUUID } from 'node:crypto';
import {
  type BudgetLimits,
  LATEST_ARRIVAL_MS,
  type Ledger,
  pollsPerDay,
  type Refusal,
  WINDOW_MS,
} from './budget-ledger.js';
import { type CallLog, createCallLog } from './call-log.js';
import type { Permit } from './types.js';

export interface MemoryLedgerOptions {
  /** Calls that count already. */
  readonly log?: CallLog;
  /** How long a call takes its slot; longer than a second for a replica whose share is under one call a second. */
  readonly windowMs?: number;
  /** What this process may use of the day; by default all of it. */
  readonly day?: { readonly calls: number; readonly polls: number };
  /** When the first calls may start, of `performance.now()`. */
  readonly startsAt?: number;
}

/**
 * The budget of one process.
 *
 * No call starts in the process's first second and a quarter, for the process before it may have made its calls
 * just then. The day is forgotten with the process: only Redis remembers it.
 */
export function createMemoryLedger(limits: BudgetLimits, options: MemoryLedgerOptions = {}): Ledger {
  const { callsPerSecond, callsPerDay } = limits;
  const { log = createCallLog(), windowMs = WINDOW_MS, startsAt = LATEST_ARRIVAL_MS + WINDOW_MS } = options;
  const day = options.day ?? { calls: callsPerDay, polls: pollsPerDay(limits) };
  const name = randomUUID();
  /** When each slot is free again; Infinity while its call has not been sent. */
  const slots = new Array<number>(callsPerSecond).fill(startsAt);
  let calls = 0;
  let heldUntil = 0;
  let changed = () => {};

  function refusal(poll: boolean, now: number): Refusal | undefined {
    const waits: Refusal[] = [
      { limit: 'hold', waitMs: heldUntil - now },
      { limit: 'second', waitMs: callsPerSecond > 0 ? Math.min(...slots) - now : 0 },
    ];
    if (callsPerDay > 0) {
      waits.push({ limit: 'day', waitMs: log.waitMs(day.calls, now) });
      if (poll) waits.push({ limit: 'poll-day', waitMs: log.waitMs(day.polls, now, 'polls') });
    }
    // A limit of its own must not hide behind a shorter wait that everybody shares.
    return waits
      .filter(({ waitMs }) => waitMs > 0)
      .reduce<Refusal | undefined>(
        (longest, wait) => (longest === undefined || rank(wait) > rank(longest) ? wait : longest),
        undefined,
      );
  }

  function grant(poll: boolean, at: number): Permit {
    const slot = slots.indexOf(Math.min(...slots));
    const busyUntil = (time: number) => {
      if (slot !== -1) slots[slot] = time;
      changed();
    };
    const id = `${name}:${++calls}`;
    let sentAt: number | undefined;
    let ended = false;
    if (slot !== -1) slots[slot] = Number.POSITIVE_INFINITY;
    if (callsPerDay > 0) log.add({ id, at, poll });
    return {
      sent() {
        sentAt = performance.now();
        busyUntil(sentAt + LATEST_ARRIVAL_MS + windowMs);
      },
      settled() {
        if (ended) return;
        ended = true;
        const now = performance.now();
        if (sentAt === undefined) log.remove(id);
        busyUntil(sentAt === undefined ? now : Math.min(now, sentAt + LATEST_ARRIVAL_MS) + windowMs);
      },
    };
  }

  return {
    async take(priority) {
      const now = performance.now();
      return refusal(priority === 'poll', now) ?? grant(priority === 'poll', now);
    },
    hold(ms) {
      heldUntil = Math.max(heldUntil, performance.now() + ms);
      changed();
    },
    state() {
      const now = performance.now();
      const used = callsPerDay > 0 ? log.count(now) : 0;
      const resetMs = used > 0 ? log.waitMs(used, now) : 0;
      return {
        perSecond: {
          limit: callsPerSecond,
          left: callsPerSecond > 0 ? slots.filter((at) => at <= now).length : null,
        },
        perDay: {
          limit: callsPerDay,
          left: callsPerDay > 0 ? Math.max(0, day.calls - used) : null,
          resetsInSeconds: Math.ceil(resetMs / 1_000),
        },
        heldForMs: Math.max(0, Math.ceil(heldUntil - now)),
        degraded: false,
      };
    },
    nextSlotMs() {
      if (callsPerSecond === 0) return 0;
      const wait = Math.min(...slots) - performance.now();
      return Number.isFinite(wait) ? Math.max(0, wait) : windowMs;
    },
    onChange(listener) {
      changed = listener;
    },
    close: () => undefined,
  };
}

function rank({ limit, waitMs }: Refusal): number {
  return limit === 'second' ? 0 : waitMs;
}
