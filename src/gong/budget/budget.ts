import type { GatewayError } from '../../errors.js';
import { rateLimited, shareUsedUp, shuttingDown, tooManyWaiting } from './errors.js';
import {
  type BudgetState,
  type CallPriority,
  GATEWAY,
  type Granted,
  isRefusal,
  type Ledger,
  type Permit,
  type Refusal,
  WINDOW_MS,
} from './ledger.js';
import { createLine, type Waiter } from './line.js';
import { createSharers, type Sharer, type Sharers } from './sharers.js';
import { createUsage } from './usage.js';

/**
 * The budget of calls that Gong grants a company (reference, section 1). Every attempt takes a permit, repeats too.
 *
 * Calls wait in a `Line`, which decides whose turn is next. A `Ledger` counts calls and decides whether one may start.
 */
export interface CallBudget {
  /**
   * Waits for the next call's turn.
   *
   * @throws GatewayError RATE_LIMITED if the turn does not come in time, at once if that can be foreseen, or if the
   *   caller has too many calls waiting; UPSTREAM_UNAVAILABLE once the budget is closed
   * @throws the signal's reason
   */
  acquire(options: AcquireOptions): Promise<Permit>;
  state(): BudgetState;
  /**
   * Rejects the calls that wait.
   *
   * @param forget see `Ledger.close`
   */
  close(forget?: boolean): void;
}

export interface AcquireOptions {
  readonly priority: CallPriority;
  /** Default: the gateway itself. */
  readonly caller?: string | undefined;
  /** Replaces `caller` where several callers wait for the same call. Rejects when all of them have been refused. */
  readonly sharers?: Sharers | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly maxWaitMs: number;
}

export interface CallBudgetOptions {
  /** How many calls one caller may have waiting in each priority. Default: no limit. */
  readonly maxWaitingPerCaller?: number;
}

/** Longer timers overflow in Node and fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Owns the ledger. */
export function createCallBudget(ledger: Ledger, options: CallBudgetOptions = {}): CallBudget {
  const { maxWaitingPerCaller = Number.POSITIVE_INFINITY } = options;
  const line = createLine<Permit>();
  const usage = createUsage();
  let closed = false;
  let granting = false;
  /** The ledger is being asked for the first call in line, and may have counted its slot as taken already. */
  let taking = false;
  let changedMeanwhile = false;
  let timer: NodeJS.Timeout | undefined;
  ledger.onChange(pump);

  /** Grants whatever can be granted, and sets a timer for the rest. */
  function pump(): void {
    changedMeanwhile = true;
    if (granting || closed || line.isEmpty) return;
    granting = true;
    void grantAll();
  }

  async function grantAll(): Promise<void> {
    let waitMs = Number.POSITIVE_INFINITY;
    while (changedMeanwhile && !closed) {
      changedMeanwhile = false;
      waitMs = await grantUntilRefused();
    }
    // In the same microtask as the loop's end: a call that arrived in between would be granted by nobody.
    granting = false;
    clearTimeout(timer);
    if (closed || line.isEmpty || !Number.isFinite(waitMs)) return;
    timer = setTimeout(pump, Math.min(Math.ceil(waitMs), LONGEST_TIMER_MS));
  }

  /** Returns how long to wait before trying again. */
  async function grantUntilRefused(): Promise<number> {
    while (!line.isEmpty) {
      taking = true;
      const verdict = await ledger.take(line.heads(performance.now()), line.length);
      taking = false;
      if (!isRefusal(verdict)) {
        grant(verdict);
        continue;
      }
      rejectThoseTooLate(verdict);
      if (verdict.limit !== 'caller-day') return verdict.waitMs;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Grants the permit to its caller, or to the next in line if that caller has left meanwhile. */
  function grant({ head: { priority, caller }, permit }: Granted): void {
    const waiter = line.shift(priority, caller);
    if (waiter === undefined) permit.settled();
    if (waiter?.caller !== caller) {
      ledger.charge(priority, caller, -1);
      if (waiter !== undefined) ledger.charge(priority, waiter.caller, 1);
    }
    waiter?.grant({
      ...permit,
      sent() {
        usage.started(priority);
        permit.sent();
      },
      split: (shares) => split(shares, priority, waiter.caller),
    });
  }

  /** Charges every sharer its part, and takes back the turn that `payer` has been charged already. */
  function split(shares: ReadonlyMap<string, number>, priority: CallPriority, payer: string): void {
    if (shares.size === 1 && shares.has(payer)) return;
    for (const [sharer, part] of new Map([[payer, 0], ...shares])) {
      const turns = sharer === payer ? part - 1 : part;
      if (turns === 0) continue;
      line.charge(priority, sharer, turns);
      ledger.charge(priority, sharer, turns);
    }
  }

  function rejectThoseTooLate({ limit, waitMs, caller }: Refusal): void {
    if (!Number.isFinite(waitMs)) return;
    const startsAt = performance.now() + waitMs;
    const isMeant = (waiter: Waiter<Permit>) => {
      if (limit === 'caller-day') return waiter.caller === caller;
      return waiter.deadline < startsAt && (limit !== 'poll-day' || waiter.priority === 'poll');
    };
    const errorOf = limit === 'caller-day' ? shareUsedUp : rateLimited;
    for (const waiter of line.waiters().filter(isMeant)) {
      line.remove(waiter);
      waiter.reject(errorOf(state(), waitMs));
    }
  }

  /** Returns how long another call of this caller would wait, as far as can be foreseen. */
  function expectedWaitMs(priority: CallPriority, caller: string): number {
    const { probeInMs, perSecond } = ledger.state();
    if (perSecond.limit === 0) return probeInMs;
    const ahead = Math.max(0, line.ahead(priority, caller) - (taking ? 1 : 0));
    return Math.max(probeInMs, ledger.nextSlotMs()) + Math.floor(ahead / perSecond.limit) * WINDOW_MS;
  }

  function refusalOf(priority: CallPriority, caller: string, maxWaitMs: number): GatewayError | undefined {
    const expected = expectedWaitMs(priority, caller);
    const waiting = line.waiting(priority, caller);
    if (waiting >= maxWaitingPerCaller) return tooManyWaiting(state(), waiting, expected);
    return expected > maxWaitMs ? rateLimited(state(), expected) : undefined;
  }

  function state(): BudgetState {
    return { ...ledger.state(), queued: line.queued(), used: usage.lastDay() };
  }

  return {
    acquire({ priority, caller, sharers = createSharers({ caller }), signal, maxWaitMs }) {
      return new Promise<Permit>((resolve, reject) => {
        signal?.throwIfAborted();
        if (closed) throw shuttingDown();
        /** The call's places in the line, each with the timer that ends its wait. */
        const places = new Map<Waiter<Permit>, NodeJS.Timeout>();
        const call = {};
        let lastRefusal: unknown;
        sharers.isRefused = false;

        function finish(): void {
          for (const [place, patience] of places) {
            clearTimeout(patience);
            line.remove(place);
          }
          places.clear();
          signal?.removeEventListener('abort', giveUp);
          unfollow();
          if (line.isEmpty) ledger.leave();
        }
        function giveUp(): void {
          finish();
          reject(signal?.reason);
        }
        function refuse(place: Waiter<Permit>, error: unknown): void {
          clearTimeout(places.get(place));
          line.remove(place);
          if (!places.delete(place) || places.size > 0) return;
          finish();
          sharers.isRefused = true;
          reject(error);
        }
        function join(sharer: Sharer): void {
          const { caller: who = GATEWAY, priority: rank = priority } = sharer;
          const error = refusalOf(rank, who, maxWaitMs);
          if (error !== undefined) {
            lastRefusal = error;
            return;
          }
          const now = performance.now();
          const place: Waiter<Permit> = {
            call,
            caller: who,
            priority: rank,
            since: now,
            deadline: now + maxWaitMs,
            grant(permit) {
              finish();
              resolve(permit);
            },
            reject: (reason) => refuse(place, reason),
          };
          const tooLate = () => refuse(place, rateLimited(state(), expectedWaitMs(rank, who)));
          places.set(place, setTimeout(tooLate, Math.min(maxWaitMs, LONGEST_TIMER_MS)));
          line.push(place);
          pump();
        }

        for (const sharer of sharers.all()) join(sharer);
        if (places.size === 0) {
          sharers.isRefused = true;
          throw lastRefusal;
        }
        signal?.addEventListener('abort', giveUp, { once: true });
        const unfollow = sharers.follow(join);
      });
    },
    state,
    close(forget = false) {
      closed = true;
      clearTimeout(timer);
      for (const waiter of line.waiters()) waiter.reject(shuttingDown());
      ledger.close(forget);
    },
  };
}
