import { GatewayError } from '../errors.js';
import type { Log } from '../log.js';
import type { BreakerState } from '../telemetry/observer.js';

/** What an attempt says about Gong's health. */
export type Sign =
  /** Gong answered, if only to refuse. */
  | 'alive'
  /** No answer, or 5xx. */
  | 'failing'
  /** The attempt was abandoned before it could tell. */
  | 'none';

export interface Breaker {
  /** @throws GatewayError UPSTREAM_UNAVAILABLE, with `retryAfterSeconds`, while no call may be made */
  check(): void;
  /**
   * Makes an attempt and learns from it.
   *
   * @throws GatewayError as `check` does, without making the attempt
   */
  run<T extends { readonly sign: Sign }>(attempt: () => Promise<T>): Promise<T>;
}

const FAILURES_IN_A_ROW = 5;

/**
 * Opens after five failures in a row: calls then fail at once and cost neither time nor budget. After `openMs` one call
 * is let through as a probe. Gong's answer closes the breaker; anything else opens it for another `openMs`.
 */
export function createBreaker(
  openMs: number,
  logger: Pick<Log, 'info' | 'warn'>,
  onState: (state: BreakerState) => void = () => undefined,
): Breaker {
  let state: BreakerState = 'closed';
  let failures = 0;
  let openUntil = 0;

  function become(next: BreakerState): void {
    state = next;
    onState(next);
  }

  function open(): void {
    openUntil = performance.now() + openMs;
    logger.warn({ openMs }, 'Gong keeps failing: circuit breaker open, no calls for now');
    become('open');
  }

  function learn(sign: Sign, isProbe: boolean): void {
    if (isProbe && sign !== 'alive') open();
    else if (isProbe) {
      failures = 0;
      logger.info({}, 'Gong is back: circuit breaker closed');
      become('closed');
    } else if (state === 'closed' && sign !== 'none') {
      failures = sign === 'failing' ? failures + 1 : 0;
      if (failures >= FAILURES_IN_A_ROW) open();
    }
  }

  function check(): void {
    const waitMs = openUntil - performance.now();
    if (state === 'closed' || (state === 'open' && waitMs <= 0)) return;
    const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
    throw new GatewayError(
      'UPSTREAM_UNAVAILABLE',
      `Gong failed ${FAILURES_IN_A_ROW} times in a row, so no calls are made for now: try again in ${retryAfterSeconds} s`,
      { retryAfterSeconds },
    );
  }

  onState(state);
  return {
    check,
    async run(attempt) {
      check();
      const isProbe = state === 'open';
      if (isProbe) become('half-open');
      let sign: Sign = 'none';
      try {
        const result = await attempt();
        sign = result.sign;
        return result;
      } finally {
        learn(sign, isProbe);
      }
    },
  };
}
