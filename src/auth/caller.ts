import { GatewayError } from '../errors.js';
import type { GongCredential } from './gong-credential.js';
import { SCOPES, type Scope } from './scopes.js';

/** An authenticated caller and what it may do. */
export interface Caller {
  /** Written to logs: a name, never a secret. */
  readonly id: string;
  /** The name of its API key or the subject of its token; `null` without authentication. */
  readonly account: string | null;
  readonly scopes: ReadonlySet<string>;
  /** When its token expires, in milliseconds since 1970; its streams end then, too. `null`: never. */
  readonly expiresAt: number | null;
  /** The caller's own credentials for Gong; `null`: the gateway's are used. */
  readonly gong: GongCredential | null;
}

/** Every caller, where `AUTH_MODE` is `none`. */
export const ANONYMOUS: Caller = {
  id: 'anonymous',
  account: null,
  scopes: new Set(SCOPES),
  expiresAt: null,
  gong: null,
};

/**
 * @param caller `null`: the request was not authenticated
 * @param what the field or path that needs the scope, for the message
 * @throws GatewayError UNAUTHENTICATED, or FORBIDDEN naming the missing scope
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

/** @param why never quotes what was sent: it may be a secret */
export function unauthenticated(why: string, cause?: unknown): GatewayError {
  return new GatewayError('UNAUTHENTICATED', `Needed credentials that the gateway knows: ${why}.`, { cause });
}

/**
 * The key that limits and turns count a caller under. `null`: the caller is not identified; count by address instead.
 * No address looks like such a key.
 *
 * @param isAccepted whether Gong has accepted the caller's own credentials. Until then they do not count, or made-up
 *   credentials would get around the limits.
 */
export function callerKey(caller: Caller | null, isAccepted: boolean): string | null {
  const hash = isAccepted ? caller?.gong?.hash : undefined;
  if (caller === null || (caller.account === null && hash === undefined)) return null;
  return `account ${caller.account ?? ''} ${hash ?? ''}`;
}

/**
 * Whether the caller may be trusted with names of its own: it has an API key or a token, Gong accepts its credentials
 * (`isAccepted`), or the operator runs the gateway without authentication.
 */
export function isKnown({ account, gong }: Caller, isAccepted: boolean): boolean {
  return account !== null || gong === null || isAccepted;
}
