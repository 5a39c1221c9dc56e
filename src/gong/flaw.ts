import { GatewayError } from '../errors.js';

/** A part of an answer, or the error in its place (UPSTREAM_INVALID_RESPONSE) where Gong's answer is wrong there. */
export type OrFlaw<T> = T | GatewayError;

export function isFlaw(part: unknown): part is GatewayError {
  return part instanceof GatewayError;
}

/** Those that can be used. */
export function withoutFlaws<T>(parts: readonly OrFlaw<T>[]): T[] {
  return parts.filter((part): part is T => !isFlaw(part));
}
