import { randomUUID } from 'node:crypto';
import { type CallLog, createCallLog } from './call-log.js';
import {
  type BudgetLimits,
  callerPerDay,
  type Head,
  LATEST_ARRIVAL_MS,
  type Ledger,
  type LedgerPermit,
  PROBE_AFTER_MS,
  pollsPerDay,
  type Refusal,
  spacingMs,
  WINDOW_MS,
} from './ledger.js';
import { createPause } from './pause.js';

export interface MemoryLedgerOptions {
  /** The calls that count already. */
  readonly log?: CallLog;
  /** How long a call occupies its slot: more than a second for a replica whose share is under one call a second. */
  readonly windowMs?: number;
  /** The part of the day's calls that this process may use. Default: all of it. */
  readonly day?: { readonly calls: number; readonly polls: number };
  /** When the first calls may start, as `performance.now()`. */
  readonly startsAt?: number;
}

export interface MemoryLedger extends Ledger {
  /** Lets no call start for `ms`, as after a 429. */
  hold(ms: number): void;
}

/**
 * The budget of one process.
 *
 * No call starts in the process's first second and a quarter, because its predecessor may have made calls just before.
 * The calls of the day are forgotten with the process: only Redis remembers them.
 */
export function createMemoryLedger(limits: BudgetLimits, options: MemoryLedgerOptions = {}): MemoryLedger {
  const { callsPerSecond, callsPerDay, probeAfterMs = PROBE_AFTER_MS } = limits;
  const { log = createCallLog(), windowMs = WINDOW_MS, startsAt = LATEST_ARRIVAL_MS + WINDOW_MS } = options;
  const day = options.day ?? { calls: callsPerDay, polls: pollsPerDay(limits) };
  const mostOfCaller = callerPerDay(day.calls, limits);
  const apartMs = spacingMs(callsPerSecond, windowMs);
  const name = randomUUID();
  /** When each slot becomes free; Infinity while its call has not been sent. */
  const slots = new Array<number>(callsPerSecond).fill(startsAt);
  let calls = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  let changed = () => {};
  const pause = createPause(probeAfterMs, () => changed());

  function slotWaitMs(now: number, isCrowded: boolean): number {
    if (callsPerSecond === 0) return 0;
    return Math.max(Math.min(...slots), isCrowded ? lastAt + apartMs : 0) - now;
  }

  /** Returns what keeps all of `heads` waiting: the limit of polls counts only if there is nothing but polls. */
  function refusalOf(heads: readonly Head[], now: number, isCrowded: boolean): Refusal | undefined {
    const onlyPolls = heads.every(({ priority }) => priority === 'poll');
    const waits: Refusal[] = [];
    const wait = (limit: Refusal['limit'], waitMs: number) => {
      if (waitMs > 0) waits.push({ limit, waitMs });
    };
    wait('second', slotWaitMs(now, isCrowded));
    wait('hold', pause.waitMs(now));
    wait('day', callsPerDay > 0 ? log.waitMs(day.calls, now) : 0);
    wait('poll-day', onlyPolls ? pollDayMs(now) : 0);
    // A wait for a slot must not hide a longer-term limit, however short that one's remaining wait is.
    const rank = ({ limit, waitMs }: Refusal) => (limit === 'second' ? 0 : waitMs);
    return waits.sort((a, b) => rank(b) - rank(a))[0];
  }

  const pollDayMs = (now: number) => (callsPerDay > 0 ? log.waitMs(day.polls, now, 'polls') : 0);

  /** Returns the refusal of the first caller who has used up its share of the day. */
  function shareRefusal(heads: readonly Head[], now: number): Refusal | undefined {
    if (callsPerDay === 0) return undefined;
    const waits = heads.map(({ caller }): Refusal => {
      return { limit: 'caller-day', caller, waitMs: log.callerWaitMs(caller, mostOfCaller, now) };
    });
    return waits.find(({ waitMs }) => waitMs > 0);
  }

  function grant({ priority, caller }: Head, at: number): LedgerPermit {
    const slot = slots.indexOf(Math.min(...slots));
    const busyUntil = (time: number) => {
      if (slot !== -1) slots[slot] = time;
      changed();
    };
    const id = `${name}:${++calls}`;
    let probe = pause.isOn(at) ? pause.probe(at) : undefined;
    let sentAt: number | undefined;
    let ended = false;
    const before = lastAt;
    lastAt = at;
    if (slot !== -1) slots[slot] = Number.POSITIVE_INFINITY;
    if (callsPerDay > 0) log.add({ id, at, poll: priority === 'poll', caller });
    return {
      sent() {
        sentAt = performance.now();
        busyUntil(sentAt + LATEST_ARRIVAL_MS + windowMs);
      },
      answered(pauseMs) {
        if (probe !== undefined) probe.answered(pauseMs);
        else if (pauseMs !== null) pause.begin(pauseMs, performance.now());
        probe = undefined;
      },
      settled() {
        if (ended) return;
        ended = true;
        const now = performance.now();
        probe?.ended(sentAt !== undefined);
        if (sentAt === undefined) {
          log.remove(id);
          if (lastAt === at) lastAt = before;
        }
        busyUntil(sentAt === undefined ? now : Math.min(now, sentAt + LATEST_ARRIVAL_MS) + windowMs);
      },
    };
  }

  return {
    take(heads, waiting) {
      const now = performance.now();
      const refused = shareRefusal(heads, now) ?? refusalOf(heads, now, waiting > callsPerSecond);
      if (refused !== undefined) return refused;
      const head = heads.find(({ priority }) => priority !== 'poll' || pollDayMs(now) <= 0);
      if (head === undefined) throw new TypeError('take() needs at least one head, got none');
      return { head, permit: grant(head, now) };
    },
    charge: () => undefined,
    leave: () => undefined,
    hold: (ms) => pause.begin(ms, performance.now()),
    state() {
      const now = performance.now();
      const used = callsPerDay > 0 ? log.count(now) : 0;
      return {
        perSecond: {
          limit: callsPerSecond,
          left: callsPerSecond > 0 ? slots.filter((at) => at <= now).length : null,
        },
        perDay: {
          limit: callsPerDay,
          left: callsPerDay > 0 ? Math.max(0, day.calls - used) : null,
          resetsInSeconds: used > 0 ? Math.ceil(log.waitMs(used, now) / 1_000) : 0,
        },
        ...pause.state(now),
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
