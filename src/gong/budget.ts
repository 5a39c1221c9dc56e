import { GatewayError } from '../errors.js';
import { isRefusal, type Ledger, WINDOW_MS } from './budget-ledger.js';
import { createLine, type Waiter } from './budget-line.js';
import type { BudgetState, CallPriority, Permit } from './types.js';

/** The budget of calls that Gong grants a company (reference, section 1). Every call takes a permit, repeats too. */
export interface CallBudget {
  /**
   * Waits for the next call's turn: see `Line` for whose that is.
   *
   * @throws GatewayError RATE_LIMITED, at once where it can be foreseen, if the turn would not come in time;
   *   UPSTREAM_UNAVAILABLE once the budget is closed
   * @throws the signal's reason
   */
  acquire(options: AcquireOptions): Promise<Permit>;
  /** After a 429: no call starts during the next `ms`. */
  hold(ms: number): void;
  state(): BudgetState;
  /** Calls that wait are rejected. */
  close(): void;
}

export interface AcquireOptions {
  readonly priority: CallPriority;
  readonly signal?: AbortSignal | undefined;
  readonly maxWaitMs: number;
}

/** Longer timers overflow in Node and fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const EVERYBODY: ReadonlySet<CallPriority> = new Set(['interactive', 'upload', 'poll']);
const POLLS: ReadonlySet<CallPriority> = new Set(['poll']);

/** Owns the ledger. */
export function createCallBudget(ledger: Ledger): CallBudget {
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
    if (granting || closed || line.length === 0) return;
    granting = true;
    void grantAll().finally(() => {
      granting = false;
    });
  }

  async function grantAll(): Promise<void> {
    let waitMs = Number.POSITIVE_INFINITY;
    while (changedMeanwhile && !closed) {
      changedMeanwhile = false;
      waitMs = await grantUntilRefused();
    }
    clearTimeout(timer);
    if (closed || line.length === 0 || !Number.isFinite(waitMs)) return;
    timer = setTimeout(pump, Math.min(Math.ceil(waitMs), LONGEST_TIMER_MS));
  }

  /** Gives how long to wait before another try. */
  async function grantUntilRefused(): Promise<number> {
    const refused = new Set<CallPriority>();
    let waitMs = Number.POSITIVE_INFINITY;
    for (;;) {
      const priority = line.next(refused);
      if (priority === undefined) return waitMs;
      taking = true;
      const verdict = await ledger.take(priority, line.waitedMs(priority, performance.now()));
      taking = false;
      if (isRefusal(verdict)) {
        waitMs = Math.min(waitMs, verdict.waitMs);
        const whom = verdict.limit === 'poll-day' ? POLLS : EVERYBODY;
        rejectThoseTooLate(whom, verdict.waitMs);
        if (whom === EVERYBODY) return waitMs;
        for (const each of whom) refused.add(each);
        continue;
      }
      const waiter = line.shift(priority);
      // Whoever it was for may have left in the meantime.
      if (waiter === undefined) verdict.settled();
      else waiter.grant(verdict);
    }
  }

  function rejectThoseTooLate(whom: ReadonlySet<CallPriority>, waitMs: number): void {
    if (!Number.isFinite(waitMs)) return;
    const startsAt = performance.now() + waitMs;
    for (const waiter of line.waiters()) {
      if (!whom.has(waiter.priority) || waiter.deadline >= startsAt) continue;
      line.remove(waiter);
      waiter.reject(rateLimited(state(), waitMs));
    }
  }

  /** How long a call that joins the line now would wait, as far as can be foreseen. */
  function expectedWaitMs(ahead: number): number {
    const { heldForMs, perSecond } = ledger.state();
    if (perSecond.limit === 0) return heldForMs;
    return (
      Math.max(heldForMs, ledger.nextSlotMs()) +
      Math.floor(Math.max(0, ahead - (taking ? 1 : 0)) / perSecond.limit) * WINDOW_MS
    );
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
    acquire({ priority, signal, maxWaitMs }) {
      return new Promise<Permit>((resolve, reject) => {
        signal?.throwIfAborted();
        if (closed) throw closing();
        const expected = expectedWaitMs(line.ahead(priority));
        if (expected > maxWaitMs) throw rateLimited(state(), expected);

        const finish = () => {
          clearTimeout(patience);
          signal?.removeEventListener('abort', giveUp);
        };
        const now = performance.now();
        const waiter: Waiter<Permit> = {
          priority,
          since: now,
          deadline: now + maxWaitMs,
          grant(permit) {
            finish();
            resolve(permit);
          },
          reject(error) {
            finish();
            reject(error);
          },
        };
        const leave = (error: unknown) => {
          line.remove(waiter);
          waiter.reject(error);
        };
        const giveUp = () => leave(signal?.reason);
        const patience = setTimeout(
          () => leave(rateLimited(state(), expectedWaitMs(line.ahead(priority)))),
          Math.min(maxWaitMs, LONGEST_TIMER_MS),
        );
        signal?.addEventListener('abort', giveUp, { once: true });
        line.push(waiter);
        pump();
      });
    },
    hold: (ms) => ledger.hold(ms),
    state,
    close() {
      closed = true;
      clearTimeout(timer);
      for (const waiter of line.waiters()) {
        line.remove(waiter);
        waiter.reject(closing());
      }
      ledger.close();
    },
  };
}

function rateLimited(budget: BudgetState, waitMs: number): GatewayError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  const { perSecond, perDay } = budget;
  const limits = [
    ...(perSecond.limit > 0 ? [`${perSecond.limit} a second`] : []),
    ...(perDay.limit > 0 ? [`${perDay.limit} a day, of which ${perDay.left} are left`] : []),
  ];
  return new GatewayError(
    'RATE_LIMITED',
    `The budget of calls to Gong has no room in time (${limits.join('; ') || 'Gong asked for a pause'}): try again in ${retryAfterSeconds} s`,
    { retryAfterSeconds, details: { budget } },
  );
}

function closing(): GatewayError {
  return new GatewayError('UPSTREAM_UNAVAILABLE', 'The gateway is shutting down: send the request again');
}
