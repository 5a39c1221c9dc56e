import { GatewayError } from '../errors.js';
import type { CallPriority } from './types.js';

/**
 * The budget of calls that Gong grants a company (reference, section 1). Every call takes a permit, repeats too.
 *
 * Gong counts calls as they arrive, and any second counts: two calls sent a second apart may arrive closer
 * together, when the first one waited for a socket or a slow network. When a call arrived is known only to lie
 * between its sending and its answer. So each of the N slots stays taken until a second after the call's answer,
 * or after `LATEST_ARRIVAL_MS` from its sending, if that comes first: a slow answer says little about the
 * arrival, and waiting for it would waste the budget.
 */
const LATEST_ARRIVAL_MS = 250;
/** A second, and a little for clocks that differ. */
const WINDOW_MS = 1_010;
/** Longer timers overflow in Node and fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface AcquireOptions {
  readonly priority: CallPriority;
  readonly signal?: AbortSignal | undefined;
  readonly maxWaitMs: number;
}

export interface Permit {
  /** The request is on its way. */
  sent(): void;
  /** The call ended, however. To be called once; a call that was never sent gives its slot back. */
  settled(): void;
}

export interface CallBudget {
  /**
   * Waits for the next call's turn, first come, first served.
   *
   * @throws GatewayError RATE_LIMITED, at once where it can be foreseen, if the turn would not come in time;
   *   UPSTREAM_UNAVAILABLE once the budget is closed
   * @throws the signal's reason
   */
  acquire(options: AcquireOptions): Promise<Permit>;
  /** After a 429: no call starts during the next `ms`. */
  hold(ms: number): void;
  /** Calls that wait are rejected. */
  close(): void;
}

interface Waiter {
  grant(permit: Permit): void;
  reject(error: unknown): void;
}

/** @param callsPerSecond 0 for no limit */
export function createCallBudget(callsPerSecond: number): CallBudget {
  /** When each slot is free again; Infinity while its call has not been sent. */
  const slots = new Array<number>(callsPerSecond).fill(0);
  const queue: Waiter[] = [];
  let heldUntil = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  /** Grants what can be granted, and comes back when there is more. */
  function pump(): void {
    clearTimeout(timer);
    while (queue.length > 0) {
      const wait = Math.max(heldUntil, callsPerSecond > 0 ? Math.min(...slots) : 0) - performance.now();
      if (wait > 0) {
        // Without a free slot in sight, the next call of `sent` or `settled` pumps.
        if (Number.isFinite(wait)) timer = setTimeout(pump, Math.min(Math.ceil(wait), LONGEST_TIMER_MS));
        return;
      }
      queue.shift()?.grant(takeSlot());
    }
  }

  function takeSlot(): Permit {
    const slot = slots.indexOf(Math.min(...slots));
    const busyUntil = (at: number) => {
      if (slot !== -1) slots[slot] = at;
    };
    busyUntil(Number.POSITIVE_INFINITY);
    let sentAt: number | undefined;
    return {
      sent() {
        sentAt = performance.now();
        busyUntil(sentAt + LATEST_ARRIVAL_MS + WINDOW_MS);
        pump();
      },
      settled() {
        const now = performance.now();
        busyUntil(sentAt === undefined ? now : Math.min(now, sentAt + LATEST_ARRIVAL_MS) + WINDOW_MS);
        pump();
      },
    };
  }

  /** When a call that joins the queue now would start, as far as can be foreseen. */
  function expectedStart(now: number): number {
    if (callsPerSecond === 0) return Math.max(now, heldUntil);
    const free = slots
      .map((at) => Math.max(now, heldUntil, Number.isFinite(at) ? at : now + WINDOW_MS))
      .sort((left, right) => left - right);
    const turn = free[queue.length % callsPerSecond] ?? now;
    return turn + Math.floor(queue.length / callsPerSecond) * WINDOW_MS;
  }

  return {
    acquire({ signal, maxWaitMs }) {
      return new Promise<Permit>((resolve, reject) => {
        signal?.throwIfAborted();
        if (closed) throw closing();
        const now = performance.now();
        const tooLate = expectedStart(now) - now - maxWaitMs;
        if (tooLate > 0) throw rateLimited(callsPerSecond, tooLate);

        const finish = () => {
          clearTimeout(patience);
          signal?.removeEventListener('abort', giveUp);
        };
        const waiter: Waiter = {
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
          queue.splice(queue.indexOf(waiter), 1);
          waiter.reject(error);
          pump();
        };
        const giveUp = () => leave(signal?.reason);
        const patience = setTimeout(
          () => leave(rateLimited(callsPerSecond, expectedStart(performance.now()) - performance.now())),
          Math.min(maxWaitMs, LONGEST_TIMER_MS),
        );
        signal?.addEventListener('abort', giveUp, { once: true });
        queue.push(waiter);
        pump();
      });
    },
    hold(ms) {
      heldUntil = Math.max(heldUntil, performance.now() + ms);
      pump();
    },
    close() {
      closed = true;
      clearTimeout(timer);
      for (const waiter of queue.splice(0)) waiter.reject(closing());
    },
  };
}

function rateLimited(callsPerSecond: number, waitMs: number): GatewayError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return new GatewayError(
    'RATE_LIMITED',
    `Too many calls to Gong are waiting for their turn (${callsPerSecond || 'no limit of'} a second): try again in ${retryAfterSeconds} s`,
    { retryAfterSeconds },
  );
}

function closing(): GatewayError {
  return new GatewayError('UPSTREAM_UNAVAILABLE', 'The gateway is shutting down: send the request again');
}
