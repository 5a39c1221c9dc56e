import { GatewayError } from '../errors.js';
import type { GongCredential } from './gong-credential.js';
import { SCOPES, type Scope } from './scopes.js';

/** Who asks, and what it may do. */
export interface Caller {
  /** Stands in logs: a name, never a secret. */
  readonly id: string;
  /** What limits are counted by; `null`: nobody vouches for it, so they are counted by address. */
  readonly account: string | null;
  readonly scopes: ReadonlySet<string>;
  /** When its token ends, in milliseconds since 1970; its streams end then, too. `null`: never. */
  readonly expiresAt: number | null;
  /** What Gong is called with on its behalf; `null`: the gateway's own credentials. */
  readonly gong: GongCredential | null;
}

/** Everybody, where `AUTH_MODE` is `none`. */
export const ANYBODY: Caller = {
  id: 'anybody',
  account: null,
  scopes: new Set(SCOPES),
  expiresAt: null,
  gong: null,
};

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

/** Whose share of something it counts for; `undefined`: nobody vouches for it. */
export function shareOf(caller: Caller | null): string | undefined {
  return caller?.account ?? caller?.gong?.hash;
}

/**
 * Whether somebody answers for who asks: a key or a token of ours, Gong for credentials that it takes (`isAccepted`), or
 * the operator who lets everybody in.
 */
export function isKnown({ account, gong }: Caller, isAccepted: boolean): boolean {
  return account !== null || gong === null || isAccepted;
}
