import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { DAY_MS } from '../../crm/gong-limits.js';
import { parseJson } from '../../parse-json.js';
import type { Redis } from '../../redis/connection.js';
import { createRedisLock } from '../../redis/lock.js';
import type { OauthCredentials } from '../types.js';

const Token = z.object({
  accessToken: z.string(),
  /** Gong issues a new refresh token with every renewal and revokes the previous one. */
  refreshToken: z.string(),
  /** The customer's own address, where Gong names one. */
  baseUrl: z.string().nullable(),
  /** In milliseconds since 1970. */
  expiresAt: z.number(),
});

/** An access token, and what is needed to use and renew it. */
export type OauthToken = Readonly<z.infer<typeof Token>>;

/** Where replicas keep the newest token and agree on who renews it. No method rejects. */
export interface OauthStore {
  /** Resolves to `undefined` where nothing is stored or it cannot be read. */
  read(): Promise<OauthToken | undefined>;
  write(token: OauthToken): Promise<void>;
  /** Resolves to a function that releases the lock, or to `undefined` while another replica holds it. */
  lock(): Promise<(() => Promise<void>) | undefined>;
}

/** For a single process, which remembers its own token. After a restart the refresh token of the settings is used. */
export function createMemoryStore(): OauthStore {
  return { read: async () => undefined, write: async () => {}, lock: async () => async () => {} };
}

const LOCK_MS = 15_000;
/** Gong documents no expiry of refresh tokens. After this long without use, one must be put into the settings anew. */
const LIFE_MS = 90 * DAY_MS;

/**
 * Keeps the token in Redis, encrypted with a key derived from the client secret, so that access to Redis alone reveals no
 * token. While Redis is away each replica renews for itself.
 */
export function createRedisStore(
  redis: Redis,
  { clientId, clientSecret, tokenUrl }: OauthCredentials,
): OauthStore {
  const name = hash('sha256', `${tokenUrl}\n${clientId}`, 'base64url').slice(0, 16);
  const key = Buffer.from(hkdfSync('sha256', clientSecret, name, 'gong-crm-graphql oauth token', 32));
  const [stateKey, lockKey] = [`oauth:{${name}}:token`, `oauth:{${name}}:lock`];

  return {
    async read() {
      try {
        const stored = await redis.getBuffer(stateKey);
        return stored === null ? undefined : Token.safeParse(parseJson(decrypt(key, stored))).data;
      } catch {
        return undefined;
      }
    },
    async write(token) {
      await redis.set(stateKey, encrypt(key, JSON.stringify(token)), 'PX', LIFE_MS).catch(() => undefined);
    },
    async lock() {
      const lock = createRedisLock(redis, lockKey, LOCK_MS);
      const taken = await lock.take().catch(() => true);
      return taken ? () => lock.release().catch(() => undefined) : undefined;
    },
  };
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function encrypt(key: Buffer, text: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, bytes: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}
