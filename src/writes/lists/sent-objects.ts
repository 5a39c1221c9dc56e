import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { UPLOAD_OBJECT_TYPES, type UploadObjectType } from '../../crm/object-types.js';
import type { RequestLineError } from '../../crm/request-status.js';
import type { Redis } from '../../redis/connection.js';
import { createPatience, type Patience } from '../ledger/patience.js';
import { createFailedLists, type FailedLists } from './failed-lists.js';

/** The objects that a request sent. */
export interface SentList {
  readonly objectType: UploadObjectType;
  /** One per line; `null` where the line has no readable ID. Empty for a request too large to remember. */
  readonly ids: readonly (string | null)[];
  /** Set if several callers share the request: for each line, the callers whose object it has. */
  readonly owners?: readonly (readonly string[])[] | undefined;
  /** Set if several lists share the request: their keys, to be told to `FailedLists`. */
  readonly lists?: readonly string[] | undefined;
}

/** An error that Gong reports for a line, with the object in that line if it is known. */
export interface ObjectError extends RequestLineError {
  readonly objectId: string | null;
  readonly objectType: UploadObjectType | null;
}

/**
 * Remembers which object was in which line of a request, because Gong's errors only name lines. Best effort: never
 * rejects, and keeps no more than `SENT_OBJECTS_LIMITS` allows.
 */
export interface SentObjects {
  remember(integrationId: string, clientRequestId: string, sent: SentList): Promise<void>;
  /**
   * Adds to errors of the request the objects in their lines. If callers share the request, leaves out the errors of lines
   * that are not this caller's, so that nobody learns of the objects of others.
   *
   * @param caller default: the gateway itself, which sees all
   */
  name(
    integrationId: string,
    clientRequestId: string,
    errors: readonly RequestLineError[],
    caller?: string,
  ): Promise<ObjectError[]>;
}

export const SENT_OBJECTS_LIMITS = {
  /** A request with longer IDs in all, or more lines, is remembered by its type alone. */
  maxIdsChars: 1_000_000,
  maxLines: 100_000,
  /** A file, or part of one, that is larger is not searched for IDs. */
  maxFileBytes: 16_000_000,
  /** Bytes of lines that do not begin with their objectId and so must be parsed; further ones are skipped. */
  maxParsedBytes: 2_000_000,
  /** Compressed size of everything remembered in this process. */
  maxBytes: 32_000_000,
  /** Compressed size, and number, of the requests of one integration that are remembered in Redis. */
  maxRedisBytes: 16_000_000,
  maxInRedis: 5_000,
  /** By then Gong has processed any upload (reference, section 6). */
  lifeMs: 24 * 3_600_000,
} as const;

const MOST_ANSWERS = 1_000;

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** The elements of long lists are checked where they are used. */
const Shape = z.object({
  objectType: z.enum(UPLOAD_OBJECT_TYPES),
  ids: z.array(z.unknown()),
  /** The callers' names, and for each line the positions of its callers among them. */
  callers: z.array(z.unknown()).optional(),
  owners: z.array(z.unknown()).optional(),
  lists: z.array(z.string()).optional(),
});
const Positions = z.array(z.number());
type Kept = z.infer<typeof Shape>;

/** What is known of some lines of a request. */
interface Found {
  readonly objectType: UploadObjectType;
  readonly ids: readonly (string | null)[];
  /** The names of each line's callers; `null` if every caller may see all lines. */
  readonly owners: readonly (readonly string[])[] | null;
}

/**
 * @param redis shares what is remembered with other replicas; not owned
 * @param failedLists is told the lists of shared requests that Gong failed as a whole
 */
export function createSentObjects(
  redis?: Redis,
  patiently: Patience = createPatience(),
  limits: Readonly<Record<keyof typeof SENT_OBJECTS_LIMITS, number>> = SENT_OBJECTS_LIMITS,
  failedLists: FailedLists = createFailedLists(redis, patiently),
): SentObjects {
  const { maxIdsChars, maxLines, maxBytes, lifeMs } = limits;
  const kept = new LRUCache<string, Buffer>({
    maxSize: maxBytes,
    sizeCalculation: (packed) => packed.length,
    ttl: lifeMs,
  });
  /** Many callers may follow one request, and finding its objects takes some milliseconds. */
  const answers = new LRUCache<string, Found>({ max: MOST_ANSWERS });

  async function read(key: string): Promise<Kept | null> {
    try {
      // Not `get`: the oldest request goes first, however often it is asked about.
      const packed = kept.peek(key) ?? (await patiently(async () => redis?.getBuffer(key)));
      if (packed == null) return null;
      // Anyone with the password can write to Redis, so its content is validated like other input.
      const text = await inflate(packed, { maxOutputLength: 8 * maxIdsChars });
      return Shape.parse(JSON.parse(text.toString()));
    } catch {
      return null;
    }
  }

  /** Returns what is known of these lines, `null` where nothing is known of the request. */
  async function find(
    integrationId: string,
    clientRequestId: string,
    lines: readonly number[],
  ): Promise<Found | null> {
    const key = keyOf(integrationId, clientRequestId);
    const asked = `${key} ${lines.join(' ')}`;
    const answer = answers.get(asked);
    if (answer !== undefined) return answer;
    const kept = await read(key);
    // Not remembered where nothing is known: another replica may yet share it.
    if (kept === null) return null;
    if (lines.length === 1 && lines[0] === WHOLE_REQUEST && kept.lists !== undefined)
      await failedLists.add(integrationId, kept.lists);
    const found = linesOf(kept, lines);
    answers.set(asked, found);
    return found;
  }

  return {
    async remember(integrationId, clientRequestId, { objectType, ids, owners, lists }) {
      const chars = ids.reduce((sum, id) => sum + (id?.length ?? 0), 0);
      const isSmall = ids.length <= maxLines && chars <= maxIdsChars;
      const sharing = { ...(owners === undefined ? {} : positionsOf(owners)), lists };
      const packed = await deflate(JSON.stringify({ objectType, ids: isSmall ? ids : [], ...sharing }));
      kept.set(keyOf(integrationId, clientRequestId), packed);
      if (redis === undefined) return;
      const index = `sent:{${integrationId}}`;
      const keys = [index, `${index}-bytes`, keyOf(integrationId, clientRequestId)];
      const { maxRedisBytes, maxInRedis } = limits;
      await patiently(() =>
        redis.eval(SHARE, keys.length, ...keys, packed, lifeMs, maxRedisBytes, maxInRedis),
      ).catch(() => undefined);
    },
    async name(integrationId, clientRequestId, errors, caller) {
      if (errors.length === 0) return [];
      const lines = errors.map(({ line }) => line);
      const found = await find(integrationId, clientRequestId, lines);
      const me = caller === undefined ? undefined : nameOf(caller);
      return errors.flatMap((error, index) => {
        const owners = found?.owners?.[index];
        const isHidden = owners !== undefined && me !== undefined && !owners.includes(me);
        if (isHidden && error.line !== WHOLE_REQUEST) return [];
        return [{ ...error, objectId: found?.ids[index] ?? null, objectType: found?.objectType ?? null }];
      });
    },
  };
}

/** The line of an error that concerns the request as a whole (reference, section 6). */
const WHOLE_REQUEST = 0;

/** Keeps callers' names short, and without personal data. */
function nameOf(caller: string): string {
  return hash('sha256', caller, 'base64url').slice(0, 16);
}

function positionsOf(owners: readonly (readonly string[])[]): Pick<Kept, 'callers' | 'owners'> {
  const positions = new Map<string, number>();
  const positionOf = (caller: string) => {
    const position = positions.get(caller) ?? positions.size;
    positions.set(caller, position);
    return position;
  };
  const packed = owners.map((callers) => callers.map(positionOf));
  return { owners: packed, callers: [...positions.keys()].map(nameOf) };
}

function linesOf({ objectType, ids, callers = [], owners }: Kept, lines: readonly number[]): Found {
  const idIn = (line: number) => {
    const id = ids[line - 1];
    return typeof id === 'string' ? id : null;
  };
  const ownersOf = (line: number) => {
    const { data: positions = [] } = Positions.safeParse(owners?.[line - 1]);
    return positions.map((position) => callers[position]).filter((name) => typeof name === 'string');
  };
  return {
    objectType,
    ids: lines.map(idIn),
    owners: owners === undefined ? null : lines.map(ownersOf),
  };
}

const keyOf = (integrationId: string, clientRequestId: string) =>
  `sent:{${integrationId}}:${clientRequestId}`;

/**
 * Stores an entry and deletes the oldest ones beyond the limits. KEYS: index, total size, entry. ARGV: packed entry, its
 * life in ms, most bytes, most entries.
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
