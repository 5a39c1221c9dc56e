import type { ClientOptions } from './connection.js';
import { GatewayError } from './errors.js';

type Authorization = Promise<string | undefined>;

export interface Credential {
  /** Whether the token comes from a callback, which can give another. */
  readonly isRenewable: boolean;
  /** The value of the header; the same promise until it is refused. */
  current(): Authorization;
  /** Asks for a new token the next time, unless that has happened since this one was current. */
  refused(used: Authorization): void;
}

/** Concurrent requests share one token, and one renewal. */
export function createCredential(token: ClientOptions['token']): Credential {
  let current: Authorization | undefined;

  async function ask(): Authorization {
    const value = typeof token === 'function' ? await token() : token;
    if (value === undefined || value === '') return undefined;
    // `fetch` would repeat the token in its error.
    if (/[^\x20-\x7e]/.test(value)) throw new TypeError('the token has a character that no header may have');
    return value.includes(' ') ? value : `Bearer ${value}`;
  }

  function refused(used: Authorization): void {
    if (current === used) current = undefined;
  }

  return {
    isRenewable: typeof token === 'function',
    refused,
    current() {
      if (current === undefined) {
        const asked = ask();
        current = asked;
        // A failure is not kept.
        asked.catch(() => refused(asked));
      }
      return current;
    },
  };
}

/**
 * Whether a new token may help. A gateway without credentials of its own passes the caller's on: when Gong refuses them,
 * other fields of the operation may have been carried out.
 */
export function isRefusal(error: unknown, isIdempotent: boolean): boolean {
  if (!(error instanceof GatewayError)) return false;
  return error.code === 'UNAUTHENTICATED' || (error.code === 'UPSTREAM_UNAUTHENTICATED' && isIdempotent);
}
