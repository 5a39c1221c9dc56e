import type { BreakerState } from '../telemetry/observer.js';

/** One of several circuit breakers. */
export interface ObservedBreaker {
  is(state: BreakerState): void;
  close(): void;
}

const RANKS: readonly BreakerState[] = ['closed', 'half-open', 'open'];

/** Reports the worst state of several breakers: a metric for each would be a time series per caller. */
export function createWorstBreaker(report: (state: BreakerState) => void): () => ObservedBreaker {
  const states = new Map<object, BreakerState>();

  function update(): void {
    report(RANKS.findLast((rank) => [...states.values()].includes(rank)) ?? 'closed');
  }

  return () => {
    const breaker: ObservedBreaker = {
      is(state) {
        if (state === 'closed') states.delete(breaker);
        else states.set(breaker, state);
        update();
      },
      close: () => breaker.is('closed'),
    };
    return breaker;
  };
}
