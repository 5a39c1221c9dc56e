import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhenResult } from 'cockatiel';
import { GatewayError } from '../errors.js';
import type { BreakerState } from '../telemetry/observer.js';
import type { GongLogger } from './types.js';

/** What an attempt says about whether Gong is there. */
export type Sign =
  /** It answered, if only to refuse. */
  | 'alive'
  /** No answer, or 5xx. */
  | 'failing'
  /** The caller gave up before anything could be seen. */
  | 'none';

export interface Breaker {
  /** @throws GatewayError UPSTREAM_UNAVAILABLE, with `retryAfterSeconds`, while Gong is taken for dead */
  check(): void;
  /**
   * Makes an attempt, and learns from it.
   *
   * @throws GatewayError as `check`, and then the attempt is not made
   */
  run<T extends { readonly sign: Sign }>(attempt: () => Promise<T>): Promise<T>;
}

const FAILURES_IN_A_ROW = 5;

/** Carries an attempt without a sign past cockatiel, which would count anything else. */
class NoSign<T> extends Error {
  constructor(readonly result: T) {
    super('the attempt was given up');
  }
}

/**
 * Five failures in a row open it: calls fail at once, and cost neither time nor budget. After `openMs` one call
 * is let through; its success closes the breaker, its failure opens it for as long again.
 *
 * cockatiel counts; how long it stays open is measured here, for cockatiel goes by the wall clock, and a clock
 * set back by two hours would keep it open for as long.
 */
export function createBreaker(
  openMs: number,
  logger: Pick<GongLogger, 'info' | 'warn'>,
  onState: (state: BreakerState) => void = () => undefined,
): Breaker {
  let openUntil = 0;
  const policy = circuitBreaker(
    handleWhenResult((result) => isFailing(result, policy.state === CircuitState.HalfOpen)),
    { breaker: new ConsecutiveBreaker(FAILURES_IN_A_ROW), halfOpenAfter: Number.NEGATIVE_INFINITY },
  );
  policy.onBreak(() => {
    openUntil = performance.now() + openMs;
    logger.warn({ openMs }, 'Gong fails: no calls for a while');
  });
  policy.onReset(() => logger.info({}, 'Gong is back'));
  policy.onStateChange((state) => onState(nameOf(state)));
  onState('closed');

  function check(): void {
    const waitMs = openUntil - performance.now();
    const open = policy.state === CircuitState.Open && waitMs > 0;
    if (!open && policy.state !== CircuitState.HalfOpen) return;
    const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
    throw new GatewayError(
      'UPSTREAM_UNAVAILABLE',
      `Gong failed ${FAILURES_IN_A_ROW} times in a row, so it is not asked for now: try again in ${retryAfterSeconds} s`,
      { retryAfterSeconds },
    );
  }

  return {
    check,
    async run(attempt) {
      check();
      try {
        return await policy.execute(async () => {
          const result = await attempt();
          if (result.sign === 'none' && policy.state !== CircuitState.HalfOpen) throw new NoSign(result);
          return result;
        });
      } catch (error) {
        if (error instanceof NoSign) return error.result;
        throw error;
      }
    },
  };
}

function nameOf(state: CircuitState): BreakerState {
  if (state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'half-open' : 'open';
}

/** A probe that was given up proves nothing: the breaker stays open. */
function isFailing(result: unknown, probing: boolean): boolean {
  const sign = typeof result === 'object' && result !== null && 'sign' in result ? result.sign : undefined;
  return sign === 'failing' || (probing && sign === 'none');
}
