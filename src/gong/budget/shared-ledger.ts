import type { Log } from '../../log.js';
import type { Redis } from '../../redis/connection.js';
import { RECONNECT_MAX_MS } from '../../redis/reconnect.js';
import { createCallLog } from './call-log.js';
import {
  type BudgetLimits,
  type Granted,
  type Head,
  isRefusal,
  LATEST_ARRIVAL_MS,
  type Ledger,
  type LedgerState,
  type Refusal,
  WINDOW_MS,
} from './ledger.js';
import { createMemoryLedger, type MemoryLedger } from './memory-ledger.js';
import { createRedisBudget } from './redis-budget.js';

/** How long the first calls wait for the first connection. */
const START_MS = 1_000;
/** What the others use is asked for at least this often, in case Redis goes away. */
const PEEK_EVERY_MS = 5_000;
/** A Redis that needs longer than this to answer is not back yet. */
const FAST_ENOUGH_MS = 250;
/** Other replicas may learn later that Redis is back. Until then they make calls of their own shares. */
const REJOIN_HOLD_MS = LATEST_ARRIVAL_MS + WINDOW_MS + 2 * RECONNECT_MAX_MS;
/**
 * Added to the wait for a slot, and less of it the longer a call has been waiting: of several replicas with the same
 * claim, the one that has waited longest comes first.
 */
const YIELD_MS = 15;

export interface SharedLedgerDeps {
  readonly redis: Redis;
  /** How many replicas share the budget. */
  readonly replicas: number;
  readonly logger: Pick<Log, 'info' | 'warn'>;
  /** Tells the budgets of different credentials apart. */
  readonly name: string;
}

type Mode =
  | { readonly kind: 'shared' }
  /** Redis is away. */
  | { readonly kind: 'alone'; readonly ledger: MemoryLedger }
  /** Redis is back, or has lost its data, and is being told what it missed. Nothing may start. */
  | { readonly kind: 'joining' };

/**
 * The budget of all replicas, in Redis. While Redis is away each replica keeps to its own share: the calls a second
 * divided by the number of replicas, and an equal part of what was left of the day. So together they stay within the
 * limits. When Redis is back it is told of the calls that it missed, and of those that it lost if it came back empty, and
 * everybody pauses until no other replica can still be spending its own share.
 *
 * A replica that alone loses sight of Redis spends its share on top of the others' budget: a 429 then holds them all.
 */
export function createSharedLedger(limits: BudgetLimits, deps: SharedLedgerDeps): Ledger {
  const { callsPerSecond, callsPerDay } = limits;
  const log = createCallLog();
  let mode: Mode = { kind: 'shared' };
  const shared = createRedisBudget(deps.redis, limits, {
    name: deps.name,
    onAnswer(pauseMs) {
      if (mode.kind === 'alone' && pauseMs !== null) mode.ledger.hold(pauseMs);
      changed();
    },
  });
  /** The epoch in which Redis was told the calls of the log. */
  let epoch: string | undefined;
  let closed = false;
  let changed = () => {};
  const started = untilConnected(deps.redis);
  const watch = setInterval(() => void lookAfter(), RECONNECT_MAX_MS);
  watch.unref();

  async function lookAfter(): Promise<void> {
    if (mode.kind === 'alone') await rejoin();
    else if (mode.kind === 'shared' && performance.now() - shared.known().at > PEEK_EVERY_MS) {
      await started;
      await shared.peek().then(noticeLoss).catch(goAlone);
    }
  }

  /** Returns whether Redis has lost its data, as after FLUSHALL. It is then told again, and permits just granted are void. */
  function noticeLoss(): boolean {
    const before = epoch;
    epoch = shared.known().epoch;
    if (before === undefined || before === epoch || mode.kind !== 'shared') return false;
    deps.logger.warn({}, 'Redis has lost its data: telling it the calls of the day again');
    join().catch((error: unknown) => {
      mode = { kind: 'shared' };
      goAlone(error);
    });
    return true;
  }

  function goAlone(error: unknown): void {
    if (mode.kind !== 'shared' || closed) return;
    const reason = error instanceof Error ? error.message : String(error);
    const ledger = createMemoryLedger(...ownShare());
    const heldForMs = shared.known().heldUntil - performance.now();
    if (heldForMs > 0) ledger.hold(heldForMs);
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
    const sinceThen = Number.isFinite(at) ? ((now - at) / 1_000 + 1) * callsPerSecond : 0;
    const own = Math.floor(callsPerSecond / replicas);
    const share = (left: number) => Math.max(0, Math.floor((left - sinceThen) / replicas));
    return [
      { ...limits, callsPerSecond: callsPerSecond > 0 ? Math.max(1, own) : 0 },
      {
        log,
        day: {
          calls: log.count(now) + share(dayLeft),
          polls: log.count(now, 'polls') + share(pollsLeft),
        },
        windowMs: own >= 1 ? WINDOW_MS : Math.ceil((WINDOW_MS * replicas) / Math.max(1, callsPerSecond)),
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
      await join(ledger.state().heldForMs);
      deps.logger.info({}, 'Redis is back: the budget is shared again');
    } catch {
      mode = { kind: 'alone', ledger };
      changed();
    }
  }

  /** Tells Redis the calls that it does not know. No replica starts a call meanwhile. */
  async function join(heldForMs = 0): Promise<void> {
    mode = { kind: 'joining' };
    await shared.hold(Math.max(REJOIN_HOLD_MS, heldForMs), REJOIN_HOLD_MS);
    await shared.remember(log.entries(performance.now()));
    epoch = shared.known().epoch;
    mode = { kind: 'shared' };
    changed();
  }

  async function takeShared(heads: readonly Head[], isCrowded: boolean): Promise<Granted | Refusal> {
    const verdict = await shared.take(heads, isCrowded);
    const isLost = noticeLoss();
    if (isRefusal(verdict)) {
      if (verdict.limit !== 'second') return verdict;
      const waitedMs = Math.max(...heads.map((head) => head.waitedMs));
      return { ...verdict, waitMs: verdict.waitMs + YIELD_MS / (1 + waitedMs / 1_000) };
    }
    if (isLost) {
      verdict.permit.settled();
      return { limit: 'second', waitMs: Number.POSITIVE_INFINITY };
    }
    const { id, head } = verdict;
    const poll = head.priority === 'poll';
    if (callsPerDay > 0) log.add({ id, at: performance.now(), poll, caller: head.caller });
    return verdict;
  }

  function sharedState(): LedgerState {
    const { busySlots, nextSlotAt, dayLeft, resetMs, heldUntil, probeAt } = shared.known();
    const now = performance.now();
    const heldForMs = Math.max(0, Math.ceil(heldUntil - now));
    const free = now >= nextSlotAt && busySlots >= callsPerSecond ? 1 : callsPerSecond - busySlots;
    return {
      perSecond: { limit: callsPerSecond, left: callsPerSecond > 0 ? Math.max(0, free) : null },
      perDay: {
        limit: callsPerDay,
        left: callsPerDay > 0 ? dayLeft : null,
        resetsInSeconds: Math.ceil(resetMs / 1_000),
      },
      heldForMs,
      probeInMs: Math.min(heldForMs, Math.max(0, Math.ceil(probeAt - now))),
      degraded: mode.kind !== 'shared',
    };
  }

  return {
    async take(heads, waiting) {
      await started;
      if (mode.kind === 'shared') {
        try {
          return await takeShared(heads, waiting > callsPerSecond);
        } catch (error) {
          goAlone(error);
        }
      }
      // While joining, nothing starts until `changed` is called at the end.
      return mode.kind === 'alone'
        ? mode.ledger.take(heads, waiting)
        : { limit: 'second', waitMs: Number.POSITIVE_INFINITY };
    },
    charge(priority, caller, turns) {
      if (mode.kind === 'shared') shared.charge(priority, caller, turns).catch(() => undefined);
    },
    leave() {
      if (mode.kind === 'shared') shared.leave().catch(() => undefined);
    },
    state: () => (mode.kind === 'alone' ? { ...mode.ledger.state(), degraded: true } : sharedState()),
    nextSlotMs: () =>
      mode.kind === 'alone'
        ? mode.ledger.nextSlotMs()
        : Math.max(0, shared.known().nextSlotAt - performance.now()),
    onChange(listener) {
      changed = listener;
    },
    close(forget) {
      closed = true;
      clearInterval(watch);
      // If Redis is away, the keys expire by themselves.
      if (forget) shared.forget().catch(() => undefined);
    },
  };
}

/** Resolves when commands can be sent, or after `START_MS` in any case. */
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
