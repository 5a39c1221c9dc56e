import { RECONNECT_MAX_MS, type Redis } from '../redis.js';
import {
  type BudgetLimits,
  isRefusal,
  LATEST_ARRIVAL_MS,
  type Ledger,
  type LedgerState,
  type Refusal,
  WINDOW_MS,
} from './budget-ledger.js';
import { createMemoryLedger } from './budget-memory.js';
import { createRedisBudget } from './budget-redis.js';
import { createCallLog } from './call-log.js';
import type { CallPriority, GongLogger, Permit } from './types.js';

/** How long the first calls wait for the first connection. */
const START_MS = 1_000;
/** What others use is asked for at least this often, for the day that Redis goes away. */
const PEEK_EVERY_MS = 5_000;
/** A Redis that needs longer than this is not back yet. */
const FAST_ENOUGH_MS = 250;
/** Other replicas may learn later that Redis is back; until then they make calls of their own shares. */
const REJOIN_HOLD_MS = LATEST_ARRIVAL_MS + WINDOW_MS + 2 * RECONNECT_MAX_MS;

/** How much later those try again who have only begun to wait: a free slot goes to the replica that waits longest. */
const YIELD_MS = 15;

export interface SharedLedgerDeps {
  readonly redis: Redis;
  /** How many share the budget. */
  readonly replicas: number;
  readonly logger: Pick<GongLogger, 'info' | 'warn'>;
  /** Tells the budgets of different credentials apart. */
  readonly name: string;
}

type Mode =
  | { readonly kind: 'shared' }
  /** Redis is away. */
  | { readonly kind: 'alone'; readonly ledger: Ledger }
  /** Redis is back and is being told what was done without it: nothing may start. */
  | { readonly kind: 'joining' };

/**
 * The budget of all replicas, in Redis. While Redis is away each replica keeps to its own share: the calls a
 * second divided by the number of replicas, and an equal part of what was left of the day. So together they stay
 * within the limits. When Redis is back it is told of the calls that it missed, also of those that it lost if it
 * came back empty, and everybody pauses until no other replica can still be spending its own share.
 *
 * A replica that alone loses sight of Redis spends its share beside the others: a 429 then holds them all.
 */
export function createSharedLedger(limits: BudgetLimits, deps: SharedLedgerDeps): Ledger {
  const shared = createRedisBudget(deps.redis, limits, deps.name);
  const log = createCallLog();
  let mode: Mode = { kind: 'shared' };
  let heldUntil = 0;
  let closed = false;
  let changed = () => {};
  const started = untilConnected(deps.redis);
  const watch = setInterval(() => void lookAfter(), RECONNECT_MAX_MS);
  watch.unref();

  async function lookAfter(): Promise<void> {
    if (mode.kind === 'alone') await rejoin();
    else if (mode.kind === 'shared' && performance.now() - shared.known().at > PEEK_EVERY_MS) {
      await started;
      await shared.peek().catch(goAlone);
    }
  }

  function goAlone(error: unknown): void {
    if (mode.kind !== 'shared' || closed) return;
    const reason = error instanceof Error ? error.message : String(error);
    const ledger = createMemoryLedger(...ownShare());
    ledger.hold(heldUntil - performance.now());
    ledger.onChange(() => changed());
    mode = { kind: 'alone', ledger };
    deps.logger.warn(
      { reason, replicas: deps.replicas },
      'Redis is away: this replica keeps to its own share of the budget',
    );
    changed();
  }

  function ownShare(): Parameters<typeof createMemoryLedger> {
    const { replicas } = deps;
    const now = performance.now();
    const { at, dayLeft, pollsLeft } = shared.known();
    // The others went on calling after the last answer.
    const sinceThen = Number.isFinite(at) ? ((now - at) / 1_000 + 1) * limits.callsPerSecond : 0;
    const own = Math.floor(limits.callsPerSecond / replicas);
    const share = (left: number) => Math.max(0, Math.floor((left - sinceThen) / replicas));
    return [
      { ...limits, callsPerSecond: limits.callsPerSecond > 0 ? Math.max(1, own) : 0 },
      {
        log,
        day: {
          calls: log.count(now) + share(dayLeft),
          polls: log.count(now, 'polls') + share(pollsLeft),
        },
        windowMs:
          own >= 1 ? WINDOW_MS : Math.ceil((WINDOW_MS * replicas) / Math.max(1, limits.callsPerSecond)),
        startsAt: now + LATEST_ARRIVAL_MS + WINDOW_MS,
      },
    ];
  }

  async function rejoin(): Promise<void> {
    if (mode.kind !== 'alone' || deps.redis.status !== 'ready') return;
    const { ledger } = mode;
    const asked = performance.now();
    try {
      await shared.peek();
      if (performance.now() - asked > FAST_ENOUGH_MS || closed) return;
      mode = { kind: 'joining' };
      await shared.hold(Math.max(REJOIN_HOLD_MS, heldUntil - performance.now()));
      await shared.remember(log.entries(performance.now()));
      mode = { kind: 'shared' };
      deps.logger.info({}, 'Redis is back: the budget is shared again');
    } catch {
      mode = { kind: 'alone', ledger };
    }
    changed();
  }

  async function takeShared(priority: CallPriority, waitedMs: number): Promise<Permit | Refusal> {
    const verdict = await shared.take(priority);
    if (isRefusal(verdict)) {
      if (verdict.limit === 'hold') heldUntil = Math.max(heldUntil, performance.now() + verdict.waitMs);
      if (verdict.limit !== 'second') return verdict;
      return { ...verdict, waitMs: verdict.waitMs + YIELD_MS / (1 + waitedMs / 1_000) };
    }
    if (limits.callsPerDay > 0) log.add({ id: verdict.id, at: performance.now(), poll: priority === 'poll' });
    return verdict;
  }

  function sharedState(): LedgerState {
    const { busySlots, nextSlotAt, perDay } = shared.known();
    const { callsPerSecond } = limits;
    const now = performance.now();
    const free = now >= nextSlotAt && busySlots >= callsPerSecond ? 1 : callsPerSecond - busySlots;
    return {
      perSecond: {
        limit: callsPerSecond,
        left: callsPerSecond > 0 ? Math.max(0, free) : null,
      },
      perDay,
      heldForMs: Math.max(0, Math.ceil(heldUntil - now)),
      degraded: mode.kind !== 'shared',
    };
  }

  return {
    async take(priority, waitedMs) {
      await started;
      const held = heldUntil - performance.now();
      if (held > 0) return { limit: 'hold', waitMs: held };
      if (mode.kind === 'shared') {
        try {
          return await takeShared(priority, waitedMs);
        } catch (error) {
          goAlone(error);
        }
      }
      // The pause for the others to come back is announced by `changed`.
      return mode.kind === 'alone'
        ? mode.ledger.take(priority, waitedMs)
        : { limit: 'second', waitMs: Number.POSITIVE_INFINITY };
    },
    hold(ms) {
      heldUntil = Math.max(heldUntil, performance.now() + ms);
      if (mode.kind === 'shared') shared.hold(ms).catch(goAlone);
      changed();
    },
    state: () =>
      mode.kind === 'alone'
        ? { ...mode.ledger.state(), degraded: true, heldForMs: sharedState().heldForMs }
        : sharedState(),
    nextSlotMs: () =>
      mode.kind === 'alone'
        ? mode.ledger.nextSlotMs()
        : Math.max(0, shared.known().nextSlotAt - performance.now()),
    onChange(listener) {
      changed = listener;
    },
    close() {
      closed = true;
      clearInterval(watch);
    },
  };
}

/** Resolves when commands can be sent, or after a while in any case. */
function untilConnected(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      redis.off('ready', done);
      resolve();
    };
    const timer = setTimeout(done, START_MS);
    redis.once('ready', done);
  });
}
