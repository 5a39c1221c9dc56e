import type { GatewayError } from '../../errors.js';
import type { BudgetState, CallPriority, Permit } from '../types.js';
import { closing, outspent, rateLimited, tooMany } from './errors.js';
import { GATEWAY, type Granted, isRefusal, type Ledger, type Refusal, WINDOW_MS } from './ledger.js';
import { createLine, type Waiter } from './line.js';
import { createSharers, type Sharer, type Sharers } from './sharers.js';

/** The budget of calls that Gong grants a company (reference, section 1). Every call takes a permit, repeats too. */
export interface CallBudget {
  /**
   * Waits for the next call's turn: see `Line` for whose that is.
   *
   * @throws GatewayError RATE_LIMITED if the turn does not come in time, at once if that can be foreseen, or if the
   *   caller has too many calls waiting; UPSTREAM_UNAVAILABLE once the budget is closed
   * @throws the signal's reason
   */
  acquire(options: AcquireOptions): Promise<Permit>;
  state(): BudgetState;
  /** Calls that wait are rejected. */
  /** @param forget see `Ledger.close` */
  close(forget?: boolean): void;
}

export interface AcquireOptions {
  readonly priority: CallPriority;
  /** Default: the gateway itself. */
  readonly caller?: string | undefined;
  /** Replaces `caller` for a call that several callers wait for. Rejects when all of them have been refused. */
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
  let closed = false;
  let granting = false;
  /** The ledger is being asked for the first of the line: its slot may be counted as taken already. */
  let taking = false;
  let changedMeanwhile = false;
  let timer: NodeJS.Timeout | undefined;
  ledger.onChange(pump);

  /** Grants what can be granted, and comes back when there is more. */
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
    // Not in a later microtask: a call that arrives in between would wait for nobody to grant it.
    granting = false;
    clearTimeout(timer);
    if (closed || line.isEmpty || !Number.isFinite(waitMs)) return;
    timer = setTimeout(pump, Math.min(Math.ceil(waitMs), LONGEST_TIMER_MS));
  }

  /** Gives how long to wait before another try. */
  async function grantUntilRefused(): Promise<number> {
    for (;;) {
      const heads = line.heads(performance.now());
      if (heads.length === 0) return Number.POSITIVE_INFINITY;
      taking = true;
      const verdict = await ledger.take(heads, line.length);
      taking = false;
      if (!isRefusal(verdict)) {
        grant(verdict);
        continue;
      }
      rejectThoseTooLate(verdict);
      if (verdict.limit !== 'caller-day') return verdict.waitMs;
    }
  }

  /** Goes to the next in line if the caller it was for has left meanwhile. */
  function grant({ head: { priority, caller }, permit }: Granted): void {
    const waiter = line.shift(priority, caller);
    if (waiter === undefined) permit.settled();
    if (waiter?.caller !== caller) {
      ledger.charge(priority, caller, -1);
      if (waiter !== undefined) ledger.charge(priority, waiter.caller, 1);
    }
    waiter?.grant({
      ...permit,
      split(shares) {
        for (const [sharer, part] of shares) {
          const turns = sharer === waiter.caller ? part - 1 : part;
          if (turns === 0) continue;
          line.charge(priority, sharer, turns);
          ledger.charge(priority, sharer, turns);
        }
        if (shares.has(waiter.caller)) return;
        line.charge(priority, waiter.caller, -1);
        ledger.charge(priority, waiter.caller, -1);
      },
    });
  }

  function rejectThoseTooLate({ limit, waitMs, caller }: Refusal): void {
    if (!Number.isFinite(waitMs)) return;
    const startsAt = performance.now() + waitMs;
    const isMeant = (waiter: Waiter<Permit>) => {
      if (limit === 'caller-day') return waiter.caller === caller;
      return waiter.deadline < startsAt && (limit !== 'poll-day' || waiter.priority === 'poll');
    };
    const refusal = limit === 'caller-day' ? outspent : rateLimited;
    for (const waiter of line.waiters().filter(isMeant)) {
      line.remove(waiter);
      waiter.reject(refusal(state(), waitMs));
    }
  }

  /** How long a call that joins the line now would wait, as far as can be foreseen. */
  function expectedWaitMs(ahead: number): number {
    const { probeInMs, perSecond } = ledger.state();
    if (perSecond.limit === 0) return probeInMs;
    return (
      Math.max(probeInMs, ledger.nextSlotMs()) +
      Math.floor(Math.max(0, ahead - (taking ? 1 : 0)) / perSecond.limit) * WINDOW_MS
    );
  }

  function refusalOf(priority: CallPriority, caller: string, maxWaitMs: number): GatewayError | undefined {
    const expected = expectedWaitMs(line.ahead(priority, caller));
    const waiting = line.waiting(priority, caller);
    if (waiting >= maxWaitingPerCaller) return tooMany(state(), waiting, expected);
    return expected > maxWaitMs ? rateLimited(state(), expected) : undefined;
  }

  function state(): BudgetState {
    const queued = {
      interactive: line.count('interactive'),
      upload: line.count('upload'),
      poll: line.count('poll'),
    };
    return { ...ledger.state(), queued };
  }

  return {
    acquire({ priority, caller, sharers = createSharers({ caller }), signal, maxWaitMs }) {
      return new Promise<Permit>((resolve, reject) => {
        signal?.throwIfAborted();
        if (closed) throw closing();
        /** Each with the timer that ends its wait. */
        const places = new Map<Waiter<Permit>, NodeJS.Timeout>();
        const call = {};
        let refused: unknown;
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
            refused = error;
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
          const tooLate = () => refuse(place, rateLimited(state(), expectedWaitMs(line.ahead(rank, who))));
          places.set(place, setTimeout(tooLate, Math.min(maxWaitMs, LONGEST_TIMER_MS)));
          line.push(place);
          pump();
        }

        for (const sharer of sharers.all()) join(sharer);
        if (places.size === 0) {
          sharers.isRefused = true;
          throw refused;
        }
        signal?.addEventListener('abort', giveUp, { once: true });
        const unfollow = sharers.follow(join);
      });
    },
    state,
    close(forget = false) {
      closed = true;
      clearTimeout(timer);
      for (const waiter of line.waiters()) waiter.reject(closing());
      ledger.close(forget);
    },
  };
}
