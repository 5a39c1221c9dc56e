import { GatewayError } from '../../errors.js';
import type { BudgetState } from './ledger.js';

/** The errors of calls that get no turn. Each carries the state of the budget in `extensions.budget`. */

export function rateLimited(budget: BudgetState, waitMs: number): GatewayError {
  const { perSecond, perDay, heldForMs } = budget;
  const limits = [
    ...(heldForMs > 0 ? [describePause(budget)] : []),
    ...(perSecond.limit > 0 ? [`${perSecond.limit} a second`] : []),
    ...(perDay.limit > 0 ? [`${perDay.limit} a day, of which ${perDay.left} are left`] : []),
  ];
  return refused(`The budget of calls to Gong has no room in time (${limits.join('; ')})`, budget, waitMs);
}

export function tooManyWaiting(budget: BudgetState, waiting: number, waitMs: number): GatewayError {
  return refused(
    `This caller has ${waiting} calls waiting for their turn, the most it may have`,
    budget,
    waitMs,
  );
}

export function shareUsedUp(budget: BudgetState, waitMs: number): GatewayError {
  return refused(
    "This caller has used its share of the day's calls; the rest is kept for others",
    budget,
    waitMs,
  );
}

function refused(why: string, budget: BudgetState, waitMs: number): GatewayError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return new GatewayError('RATE_LIMITED', `${why}: try again in ${retryAfterSeconds} s`, {
    retryAfterSeconds,
    details: { budget },
  });
}

/** Gong's 429. If the gateway probes before Gong's time is over, callers need not wait that long either. */
export function pausedByGong(error: GatewayError, budget: BudgetState): GatewayError {
  if (budget.probeInMs >= budget.heldForMs) return error;
  const { upstream } = error.extensions;
  return new GatewayError('RATE_LIMITED', `${error.message}. ${describePause(budget)}.`, {
    cause: error,
    retryAfterSeconds: Math.max(1, Math.ceil(budget.probeInMs / 1_000)),
    details: { ...(upstream === undefined ? {} : { upstream }), budget },
  });
}

/** Describes the pause that Gong asked for, and when it will be probed. */
export function describePause({
  heldForMs,
  probeInMs,
}: Pick<BudgetState, 'heldForMs' | 'probeInMs'>): string {
  const seconds = (ms: number) => Math.ceil(ms / 1_000);
  const probe = probeInMs < heldForMs ? `; one call will check again in ${seconds(probeInMs)} s` : '';
  return `Gong asked for no calls for ${seconds(heldForMs)} s more${probe}`;
}

export function shuttingDown(): GatewayError {
  return new GatewayError('UPSTREAM_UNAVAILABLE', 'The gateway is shutting down: send the request again');
}
