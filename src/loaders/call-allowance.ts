import type { GatewayError } from '../errors.js';

/**
 * The calls to Gong that one operation has left. Calls known from its text are subtracted before it runs; look-ups that
 * depend on Gong's answers take theirs from here as they come up.
 */
export interface CallAllowance {
  /** Sets the limit before the operation runs; until then there is none. */
  set(calls: number, refusal: () => GatewayError): void;
  /** Takes up to this many calls and returns the number taken. */
  take(calls: number): number;
  /** Takes one call for a name, the first time only. Returns whether that call could be taken. */
  takeOnce(name: string): boolean;
  /** The error for a call that could not be taken. */
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
      // One error for all: a thousand paths may need it.
      error ??= explain?.();
      if (error === undefined) throw new TypeError('needed `set` to be called first');
      return error;
    },
  };
}
