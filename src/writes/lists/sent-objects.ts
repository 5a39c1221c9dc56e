import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { z } from 'zod';
import { UPLOAD_OBJECT_TYPES, type UploadObjectType } from '../../crm/object-types.js';
import type { RequestLineError } from '../../crm/request-status.js';
import type { Redis } from '../../redis.js';
import { createPatience, type Patience } from '../ledger/patience.js';

/** The objects of a request, as they were sent. */
export interface SentList {
  readonly objectType: UploadObjectType;
  /** By line; `null` where the line has no ID that could be read. Empty for a request too large to remember. */
  readonly ids: readonly (string | null)[];
}

/** An error of Gong's in a line, and the object in that line where it is known. */
export interface ObjectError extends RequestLineError {
  readonly objectId: string | null;
  readonly objectType: UploadObjectType | null;
}

/**
 * Remembers which object was in which line of a request, because Gong's errors name lines alone. A courtesy: never
 * rejects, and forgets within the bounds of `SENT_OBJECTS_LIMITS`.
 */
export interface SentObjects {
  remember(integrationId: string, clientRequestId: string, sent: SentList): Promise<void>;
  /** The same errors of the request with the objects in their lines. */
  name(
    integrationId: string,
    clientRequestId: string,
    errors: readonly RequestLineError[],
  ): Promise<ObjectError[]>;
}

export const SENT_OBJECTS_LIMITS = {
  /** Of a request's IDs, and of its lines; of a larger one only the type is remembered. */
  maxIdsChars: 1_000_000,
  maxLines: 100_000,
  /** Of a file's part: the lines of a larger one are not read a second time. */
  maxFileBytes: 16_000_000,
  /** Of the lines that do not begin with their objectId; further ones are not looked into. */
  maxParsedBytes: 2_000_000,
  /** Of all that is remembered in this process, compressed. */
  maxBytes: 32_000_000,
  /** Of the latest requests of an integration in Redis, compressed, and how many requests that are. */
  maxRedisBytes: 16_000_000,
  maxInRedis: 5_000,
  /** Until then Gong has processed any upload (reference, section 6). */
  lifeMs: 24 * 3_600_000,
} as const;

const MOST_ANSWERS = 1_000;

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

const Shape = z.object({
  objectType: z.enum(UPLOAD_OBJECT_TYPES),
  ids: z.array(z.unknown()),
});

/** @param redis where other replicas find it, too; not owned */
export function createSentObjects(
  redis?: Redis,
  patiently: Patience = createPatience(),
  limits: Readonly<Record<keyof typeof SENT_OBJECTS_LIMITS, number>> = SENT_OBJECTS_LIMITS,
): SentObjects {
  const { maxIdsChars, maxLines, maxBytes, lifeMs } = limits;
  const kept = new Map<string, { readonly packed: Buffer; readonly until: number }>();
  let bytes = 0;
  /** Many may follow one request, and each list takes some milliseconds to read. */
  const answers = new Map<string, SentList>();

  function forget(key: string): void {
    bytes -= kept.get(key)?.packed.length ?? 0;
    kept.delete(key);
  }

  function keep(key: string, packed: Buffer): void {
    forget(key);
    kept.set(key, { packed, until: performance.now() + lifeMs });
    bytes += packed.length;
    for (const oldest of kept.keys()) {
      if (bytes <= maxBytes) break;
      forget(oldest);
    }
  }

  /** The objects in these lines. */
  async function find(key: string, lines: readonly number[]): Promise<SentList | null> {
    const own = kept.get(key);
    const isHere = own !== undefined && own.until > performance.now();
    try {
      const packed = isHere ? own.packed : await patiently(async () => redis?.getBuffer(key));
      if (packed == null) return null;
      // Redis is written by whoever has its password.
      const text = await inflate(packed, { maxOutputLength: 8 * maxIdsChars });
      const { objectType, ids } = Shape.parse(JSON.parse(text.toString()));
      const idIn = (line: number) => {
        const id = ids[line - 1];
        return typeof id === 'string' ? id : null;
      };
      return { objectType, ids: lines.map(idIn) };
    } catch {
      return null;
    }
  }

  return {
    async remember(integrationId, clientRequestId, { objectType, ids }) {
      const chars = ids.reduce((sum, id) => sum + (id?.length ?? 0), 0);
      const isSmall = ids.length <= maxLines && chars <= maxIdsChars;
      const packed = await deflate(
        JSON.stringify({ objectType, ids: isSmall ? ids : [] } satisfies SentList),
      );
      keep(keyOf(integrationId, clientRequestId), packed);
      if (redis === undefined) return;
      const index = `sent:{${integrationId}}`;
      const keys = [index, `${index}-bytes`, keyOf(integrationId, clientRequestId)];
      const { maxRedisBytes, maxInRedis } = limits;
      await patiently(() =>
        redis.eval(SHARE, keys.length, ...keys, packed, lifeMs, maxRedisBytes, maxInRedis),
      ).catch(() => undefined);
    },
    async name(integrationId, clientRequestId, errors) {
      if (errors.length === 0) return [];
      const key = keyOf(integrationId, clientRequestId);
      const lines = errors.map(({ line }) => line);
      const asked = `${key} ${lines.join(' ')}`;
      const found = answers.get(asked) ?? (await find(key, lines));
      // What is not known yet may come from another replica.
      if (found !== null) answers.set(asked, found);
      const [oldest] = answers.keys();
      if (answers.size > MOST_ANSWERS && oldest !== undefined) answers.delete(oldest);
      return errors.map((error, index) => ({
        ...error,
        objectId: found?.ids[index] ?? null,
        objectType: found?.objectType ?? null,
      }));
    },
  };
}

const keyOf = (integrationId: string, clientRequestId: string) =>
  `sent:{${integrationId}}:${clientRequestId}`;

/**
 * Stores an entry and forgets the oldest ones above the bounds. KEYS: index, bytes in all, entry. ARGV: packed, life in ms,
 * most bytes, most entries.
 */
const SHARE = `
redis.call('set', KEYS[3], ARGV[1], 'PX', ARGV[2])
redis.call('rpush', KEYS[1], #ARGV[1] .. ' ' .. KEYS[3])
local bytes = redis.call('incrby', KEYS[2], #ARGV[1])
while bytes > tonumber(ARGV[3]) or redis.call('llen', KEYS[1]) > tonumber(ARGV[4]) do
  local size, key = string.match(redis.call('lpop', KEYS[1]) or '', '^(%d+) (.*)$')
  if not size then break end
  redis.call('del', key)
  bytes = redis.call('decrby', KEYS[2], size)
end
redis.call('pexpire', KEYS[1], ARGV[2])
redis.call('pexpire', KEYS[2], ARGV[2])
return 1
`;
