import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../parse-json.js';
import type { Caller } from './caller.js';
import { SCOPES, type Scope } from './scopes.js';

/**
 * A caller's API key, as the settings have it. Only the SHA-256 is stored, so reading the settings is not enough to
 * call. A key has 256 random bits, so a fast hash is safe.
 */
export interface ApiKey {
  readonly name: string;
  /** In lower-case hex. */
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

/** Returns `undefined` for a text in any other format. */
export function parseApiKeys(text: string): readonly ApiKey[] | undefined {
  return ApiKeys.safeParse(parseJson(text)).data;
}

/** Makes a new key, and the entry for the settings that recognizes it. */
export function makeApiKey(
  name: string,
  scopes: readonly Scope[],
): { readonly key: string; readonly kept: ApiKey } {
  const key = PREFIX + randomBytes(32).toString('base64url');
  return { key, kept: { name, sha256: hash('sha256', key), scopes } };
}

/**
 * Returns a function that finds the caller of a key. It compares the digest with every known one, each in constant time,
 * so that timing reveals nothing about the list.
 */
export function createApiKeyring(keys: readonly ApiKey[]): (key: string) => Caller | undefined {
  const known = keys.map(({ name, sha256, scopes }) => ({
    digest: Buffer.from(sha256, 'hex'),
    caller: { id: name, account: name, scopes: new Set<string>(scopes), expiresAt: null, gong: null },
  }));
  return (key) => {
    const given = hash('sha256', key, 'buffer');
    let found: Caller | undefined;
    for (const { digest: own, caller } of known) if (timingSafeEqual(own, given)) found = caller;
    return found;
  };
}
