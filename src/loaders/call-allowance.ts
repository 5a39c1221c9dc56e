import type { GatewayError } from '../errors.js';

/**
 * What one operation may still cost in calls to Gong. Calls that its text tells are counted before it runs; look-ups
 * that depend on what Gong answers take theirs from here as they are found.
 */
export interface CallAllowance {
  /** Called before the operation runs; until then there is no limit. */
  set(calls: number, refusal: () => GatewayError): void;
  /** Takes as many of these calls as are left, and returns their number. */
  take(calls: number): number;
  /** Takes one call the first time that it is asked for this name. Returns whether there was one, then or now. */
  takeOnce(name: string): boolean;
  /** The error for what is not left. */
  refusal(): GatewayError;
}

export function createCallAllowance(): CallAllowance {
  let left = Number.POSITIVE_INFINITY;
  let explain: (() => GatewayError) | undefined;
  let error: GatewayError | undefined;
  const taken = new Set<string>();

  function take(calls: number): number {
    const granted = Math.min(calls, left);
    left -= granted;
    return granted;
  }

  return {
    set(calls, refusal) {
      left = calls;
      explain = refusal;
    },
    take,
    takeOnce(name) {
      if (taken.has(name)) return true;
      if (take(1) === 0) return false;
      taken.add(name);
      return true;
    },
    refusal() {
      // One for all: a thousand paths may need it.
      error ??= explain?.();
      if (error === undefined) throw new TypeError('needed an allowance that was set');
      return error;
    },
  };
}
