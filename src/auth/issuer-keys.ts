import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

export interface IssuerKeysOptions {
  readonly url: URL;
  /** The age at which the keys are fetched again. */
  readonly maxAgeMs: number;
  /** How much longer they are accepted where that fails. */
  readonly staleMs: number;
  /** The least time between two fetches for an unknown key, or while the issuer is unavailable. */
  readonly cooldownMs: number;
  readonly timeoutMs: number;
  /** A monotonic clock in milliseconds: setting back the wall clock would extend the life of keys. */
  readonly now?: () => number;
}

export interface IssuerKeys {
  readonly find: JWTVerifyGetKey;
  state(): IssuerState;
}

export type IssuerState =
  /** The last fetch succeeded, or there was none yet. */
  | { readonly kind: 'ok' }
  /** The last fetch failed. `keysLastMs` is how long the known keys are still accepted; 0: there are none. */
  | { readonly kind: 'unavailable'; readonly keysLastMs: number };

/**
 * The public keys of a token issuer, fetched on demand. While the issuer is unavailable, known keys are accepted for
 * `staleMs` longer, and fetching is retried at most every `cooldownMs`.
 */
export function createIssuerKeys(options: IssuerKeysOptions): IssuerKeys {
  const { url, maxAgeMs, staleMs, cooldownMs, timeoutMs, now = () => performance.now() } = options;
  // This function decides when to fetch: jose uses the wall clock, and after a failure fetches every time.
  const never = { cacheMaxAge: Number.POSITIVE_INFINITY, cooldownDuration: Number.POSITIVE_INFINITY };
  const keys = createRemoteJWKSet(url, { ...never, timeoutDuration: timeoutMs });
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;

  async function fetchKeys(): Promise<void> {
    triedAt = now();
    try {
      await keys.reload();
      fetchedAt = now();
      failure = undefined;
    } catch (error) {
      failure = error;
      throw error;
    }
  }

  const keysLastMs = () => Math.max(0, fetchedAt + maxAgeMs + staleMs - now());
  const mayFetch = () => now() - triedAt >= cooldownMs;

  async function refresh(): Promise<void> {
    if (now() - fetchedAt < maxAgeMs) return;
    if (keysLastMs() === 0) await fetchKeys();
    // The first refresh is waited for: a key may have been withdrawn.
    else if (failure === undefined) await fetchKeys().catch(() => {});
    else if (mayFetch()) fetchKeys().catch(() => {});
  }

  return {
    async find(header, token) {
      await refresh();
      try {
        return await keys(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        // While the issuer is unavailable, the key may be valid: report the failure, not an unknown key.
        if (!mayFetch()) throw failure ?? error;
        await fetchKeys();
        return keys(header, token);
      }
    },
    state: () => (failure === undefined ? { kind: 'ok' } : { kind: 'unavailable', keysLastMs: keysLastMs() }),
  };
}
