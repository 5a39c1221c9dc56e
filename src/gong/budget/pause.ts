import { LEASE_MS, PROBE_GROWTH, RECHECK_MS } from './ledger.js';

/** A call that probes whether Gong's pause still holds. Exactly one of these is called, once. */
export interface Probe {
  /** @param pauseMs from another 429; `null` for any other answer, which ends the pause */
  answered(pauseMs: number | null): void;
  /** There was no answer. If the call was not even sent, the next call probes in its place. */
  ended(wasSent: boolean): void;
}

/**
 * The pause after a 429. A `Retry-After` of a day may be a mistake, or may be lifted early, so a single call probes it from
 * time to time, at doubling intervals. All times are from `performance.now()`.
 *
 * redis-scripts.ts has the same logic in Lua, for replicas that share a budget.
 */
export interface Pause {
  /** 0: a call may start, as a probe if `isOn`. */
  waitMs(now: number): number;
  isOn(now: number): boolean;
  /** Starts or extends the pause, after a 429 to a call that was not a probe. */
  begin(ms: number, now: number): void;
  probe(now: number): Probe;
  state(now: number): { readonly heldForMs: number; readonly probeInMs: number };
}

export function createPause(probeAfterMs: number, onChange: () => void): Pause {
  let until = 0;
  let probeAt = 0;
  let paceMs = probeAfterMs;
  let probingUntil = 0;

  function waitMs(now: number): number {
    if (now >= until) return 0;
    if (now < probingUntil) return RECHECK_MS;
    return Math.max(0, Math.min(until, probeAt) - now);
  }

  return {
    waitMs,
    isOn: (now) => now < until,
    begin(ms, now) {
      if (now >= until) {
        paceMs = probeAfterMs;
        probeAt = now + paceMs;
      }
      until = Math.max(until, now + ms);
      onChange();
    },
    probe(now) {
      const previousPaceMs = paceMs;
      probingUntil = now + LEASE_MS;
      paceMs = Math.min(paceMs * 2, probeAfterMs * PROBE_GROWTH);
      probeAt = now + paceMs;
      return {
        answered(pauseMs) {
          probingUntil = 0;
          until = pauseMs === null ? 0 : performance.now() + pauseMs;
          onChange();
        },
        ended(wasSent) {
          probingUntil = 0;
          if (!wasSent) {
            paceMs = previousPaceMs;
            probeAt = 0;
          }
          onChange();
        },
      };
    },
    state: (now) => ({
      heldForMs: Math.max(0, Math.ceil(until - now)),
      probeInMs: Math.ceil(waitMs(now)),
    }),
  };
}
