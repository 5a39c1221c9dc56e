import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Caller } from './caller.js';
import { SCOPES, type Scope } from './scopes.js';

/**
 * Keys of callers. Only their SHA-256 is kept: a key has 256 random bits, so it needs no slow hash, and whoever
 * reads the list cannot call.
 */
export interface ApiKey {
  readonly name: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly scopes: readonly Scope[];
}

const PREFIX = 'gcg_';

const ApiKeys = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[\w.@-]{1,100}$/),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      scopes: z.array(z.enum(SCOPES)).min(1),
    }),
  )
  .min(1)
  .refine((keys) => new Set(keys.map((key) => key.name)).size === keys.length)
  .refine((keys) => new Set(keys.map((key) => key.sha256)).size === keys.length);

export const API_KEYS_FORMAT =
  'a JSON array of {"name", "sha256", "scopes"} as npm run api-key prints them, no name or key twice';

/** `undefined` where the text is not such a list. */
export function parseApiKeys(text: string): readonly ApiKey[] | undefined {
  try {
    return ApiKeys.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** A new key, which is shown once, and what is kept of it. */
export function makeApiKey(
  name: string,
  scopes: readonly Scope[],
): { readonly key: string; readonly kept: ApiKey } {
  const key = PREFIX + randomBytes(32).toString('base64url');
  return { key, kept: { name, sha256: digest(key).toString('hex'), scopes } };
}

/**
 * Whose key it is. Every key is compared, each in constant time, so that the time tells nothing about the list;
 * what is compared are digests, of the same length whatever was sent.
 */
export function createApiKeyring(keys: readonly ApiKey[]): (key: string) => Caller | undefined {
  const known = keys.map(({ name, sha256, scopes }) => ({
    digest: Buffer.from(sha256, 'hex'),
    caller: { id: name, account: name, scopes: new Set<string>(scopes), expiresAt: null, gong: null },
  }));
  return (key) => {
    const given = digest(key);
    let found: Caller | undefined;
    for (const { digest: own, caller } of known) if (timingSafeEqual(own, given)) found = caller;
    return found;
  };
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
