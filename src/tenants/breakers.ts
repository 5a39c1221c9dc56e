import type { BreakerState } from '../telemetry/observer.js';

/** One breaker of several. */
export interface ObservedBreaker {
  is(state: BreakerState): void;
  /** It is no more. */
  gone(): void;
}

const RANKS: readonly BreakerState[] = ['closed', 'half-open', 'open'];

/** Of many breakers the metric tells the worst: one for each would be a series for every caller. */
export function createWorstBreaker(tell: (state: BreakerState) => void): () => ObservedBreaker {
  const states = new Map<object, BreakerState>();

  function say(): void {
    tell(RANKS.findLast((rank) => [...states.values()].includes(rank)) ?? 'closed');
  }

  return () => {
    const breaker: ObservedBreaker = {
      is(state) {
        if (state === 'closed') states.delete(breaker);
        else states.set(breaker, state);
        say();
      },
      gone: () => breaker.is('closed'),
    };
    return breaker;
  };
}
