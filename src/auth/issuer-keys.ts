import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

export interface IssuerKeysOptions {
  readonly url: URL;
  /** From this age on they are fetched again. */
  readonly maxAgeMs: number;
  /** How much longer they are taken where that fails. */
  readonly staleMs: number;
  /** Between two fetches for keys that are not known, or of an issuer that is away. */
  readonly cooldownMs: number;
  readonly timeoutMs: number;
  /** Milliseconds of a clock that is never set: with the wall's, keys would live as long as it is set back. */
  readonly now?: () => number;
}

export interface IssuerKeys {
  readonly find: JWTVerifyGetKey;
  state(): IssuerState;
}

export type IssuerState =
  /** Nobody has asked yet, or the last fetch succeeded. */
  | { readonly kind: 'ok' }
  /** The last fetch failed. The keys that are known are taken for so long; 0: there are none. */
  | { readonly kind: 'away'; readonly keysLastMs: number };

/**
 * The keys of an issuer, fetched when they are needed. An issuer that is away makes those that are known no worse: they
 * are taken for a while longer, and it is asked again meanwhile, at most once in `cooldownMs`.
 */
export function createIssuerKeys(options: IssuerKeysOptions): IssuerKeys {
  const { url, maxAgeMs, staleMs, cooldownMs, timeoutMs, now = () => performance.now() } = options;
  // When to fetch is decided here alone: jose goes by the wall clock, and after a failure asks every time.
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
  const mayAsk = () => now() - triedAt >= cooldownMs;

  async function refresh(): Promise<void> {
    if (now() - fetchedAt < maxAgeMs) return;
    if (keysLastMs() === 0) await fetchKeys();
    // The first time its answer is waited for: a key may have been withdrawn.
    else if (failure === undefined) await fetchKeys().catch(() => {});
    else if (mayAsk()) fetchKeys().catch(() => {});
  }

  return {
    async find(header, token) {
      await refresh();
      try {
        return await keys(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        // While the issuer is away nobody can say that it has no such key.
        if (!mayAsk()) throw failure ?? error;
        await fetchKeys();
        return keys(header, token);
      }
    },
    state: () => (failure === undefined ? { kind: 'ok' } : { kind: 'away', keysLastMs: keysLastMs() }),
  };
}
