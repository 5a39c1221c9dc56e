import { GatewayError } from '../errors.js';
import { SCOPES, type Scope } from './scopes.js';

/** Who asks, and what it may do. */
export interface Caller {
  /** Stands in logs, and limits are counted by it: a name, never a secret. */
  readonly id: string;
  readonly scopes: ReadonlySet<string>;
  /** When its token ends, in milliseconds since 1970; its streams end then, too. `null`: never. */
  readonly expiresAt: number | null;
}

/** Everybody, where `AUTH_MODE` is `none`. Limits are then counted by address. */
export const ANYBODY: Caller = { id: 'anybody', scopes: new Set(SCOPES), expiresAt: null };

/**
 * @param caller `null`: nobody has said who asks
 * @param what the field or address that needs the scope
 * @throws GatewayError UNAUTHENTICATED, or FORBIDDEN naming the scope that is missing
 */
export function needScope(caller: Caller | null, scope: Scope, what: string): void {
  if (caller === null) throw unauthenticated('no credentials came with the request');
  if (hasExpired(caller)) throw unauthenticated('the token has expired');
  if (caller.scopes.has(scope)) return;
  throw new GatewayError('FORBIDDEN', `${what} needs the scope ${scope}, which this caller does not have.`, {
    details: { scope },
  });
}

export function hasExpired({ expiresAt }: Caller): boolean {
  return expiresAt !== null && expiresAt <= Date.now();
}

/** Says why, but nothing of what came: that may be a secret. */
export function unauthenticated(why: string, cause?: unknown): GatewayError {
  return new GatewayError('UNAUTHENTICATED', `Needed credentials that the gateway knows: ${why}.`, { cause });
}
