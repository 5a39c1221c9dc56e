import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Redis } from '../../redis.js';
import type { OauthCredentials } from '../types.js';

/** An access token of Gong's, made from a refresh token, and where it says to use it. */
export interface OauthToken {
  readonly accessToken: string;
  /** The next renewal takes this one: Gong gives a new one each time, and the old one ends. */
  readonly refreshToken: string;
  /** The customer's own address, where Gong names one. */
  readonly baseUrl: string | null;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Where the newest token is kept for all replicas, and who may renew it. */
export interface OauthStore {
  /** `undefined`: nothing is kept, or it cannot be read. Never rejects, as the others. */
  read(): Promise<OauthToken | undefined>;
  write(token: OauthToken): Promise<void>;
  /** `undefined`: another has it. Else a function that gives it back. */
  lock(): Promise<(() => Promise<void>) | undefined>;
}

/** One process: its own memory is kept by whoever asks. After a restart the refresh token of the settings counts. */
export function createMemoryStore(): OauthStore {
  return { read: async () => undefined, write: async () => {}, lock: async () => async () => {} };
}

const LOCK_MS = 15_000;
/** Gong's refresh tokens have no end that is documented; one that nobody used for so long is put in anew. */
const LIFE_MS = 90 * 86_400_000;
/** Also repairs a lock without an expiry, or of another type, which would otherwise never end. */
const LOCK = `
local kind = redis.call('type', KEYS[1]).ok
if kind ~= 'string' and kind ~= 'none' then redis.call('del', KEYS[1]) end
local left = redis.call('pttl', KEYS[1])
if left == -1 or left > tonumber(ARGV[2]) then redis.call('pexpire', KEYS[1], ARGV[2]) end
return redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX')`;
const UNLOCK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end";

const Token = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  baseUrl: z.string().nullable(),
  expiresAt: z.number(),
});

/**
 * In Redis, encrypted with a key made of the client's secret: whoever reads Redis gets no token. Where Redis is
 * away each replica renews for itself.
 */
export function createRedisStore(
  redis: Redis,
  { clientId, clientSecret, tokenUrl }: OauthCredentials,
): OauthStore {
  const name = createHash('sha256').update(`${tokenUrl}\n${clientId}`).digest('base64url').slice(0, 16);
  const key = Buffer.from(hkdfSync('sha256', clientSecret, name, 'gong-crm-graphql oauth token', 32));
  const [stateKey, lockKey] = [`oauth:{${name}}:token`, `oauth:{${name}}:lock`];

  return {
    async read() {
      try {
        const kept = await redis.getBuffer(stateKey);
        return kept === null ? undefined : Token.safeParse(JSON.parse(decrypted(key, kept))).data;
      } catch {
        return undefined;
      }
    },
    async write(token) {
      await redis.set(stateKey, encrypted(key, JSON.stringify(token)), 'PX', LIFE_MS).catch(() => undefined);
    },
    async lock() {
      const mine = randomUUID();
      try {
        if ((await redis.eval(LOCK, 1, lockKey, mine, LOCK_MS)) === null) return undefined;
      } catch {
        return async () => {};
      }
      return async () => {
        await redis.eval(UNLOCK, 1, lockKey, mine).catch(() => undefined);
      };
    },
  };
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function encrypted(key: Buffer, text: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

function decrypted(key: Buffer, bytes: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}
