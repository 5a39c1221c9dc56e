import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';

export interface IssuerKeysOptions {
  readonly url: URL;
  readonly maxAgeMs: number;
  /** Between two fetches for keys that are not known. */
  readonly cooldownMs: number;
  readonly timeoutMs: number;
}

/** Less is a clock that is being corrected. */
const SET_BACK_MS = 1_000;

/**
 * The keys of an issuer, fetched when they are needed. jose counts their age by the wall clock: were that set back by
 * two hours, it would take old keys, and fetch no new ones, for as long. Then they are forgotten.
 */
export function createIssuerKeys({
  url,
  maxAgeMs,
  cooldownMs,
  timeoutMs,
}: IssuerKeysOptions): JWTVerifyGetKey {
  const fetched = () =>
    createRemoteJWKSet(url, {
      cacheMaxAge: maxAgeMs,
      cooldownDuration: cooldownMs,
      timeoutDuration: timeoutMs,
    });
  const wallOverMonotonic = () => Date.now() - performance.now();
  let keys = fetched();
  let furthest = wallOverMonotonic();
  return (header, token) => {
    const now = wallOverMonotonic();
    if (now < furthest - SET_BACK_MS) {
      keys = fetched();
      furthest = now;
    }
    furthest = Math.max(furthest, now);
    return keys(header, token);
  };
}
