import { GatewayError } from '../errors.js';

/** A part of an answer, or an UPSTREAM_INVALID_RESPONSE in its place where that part cannot be used. */
export type OrFlaw<T> = T | GatewayError;

export function isFlaw(part: unknown): part is GatewayError {
  return part instanceof GatewayError;
}

export function withoutFlaws<T>(parts: readonly OrFlaw<T>[]): T[] {
  return parts.filter((part): part is T => !isFlaw(part));
}
