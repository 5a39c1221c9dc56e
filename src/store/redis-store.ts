import { z } from 'zod';
import type { Redis } from '../redis/connection.js';
import { isFromReplica } from '../redis/reconnect.js';
import { guardStore, type StoreDeps } from './guarded-store.js';
import { COMMIT, COUNT, LIST, READ } from './redis-scripts.js';
import type { Commit, Store } from './store.js';
import { createRedisTopics } from './topics.js';
import { createPacker, unpack } from './versions.js';

/** The braces keep both on one node of a Redis cluster. */
const KEYS = ['{store}:values', '{store}:keys'] as const;
/** For what Redis writes to its disk before it answers, and for large commits: 50,000 changes take it some tenths of a second. */
const COMMIT_TIMEOUT_MS = 10_000;
/** Keys that Redis reads or changes at once, beyond which half a second may be too short on a busy machine. */
const MANY_KEYS = 100;

const Texts = z.array(z.string().nullable());
const Listed = z.array(z.string());

/**
 * A store in a Redis that replicas share. A commit is as durable as Redis is set to be (`appendfsync`), and those made in the
 * last moment before a failover may be lost.
 *
 * Transactions on named records rather than Redis Streams or BullMQ: the queue of changes keeps only the newest version of an
 * object and merges thousands of objects into one upload. Entries of a stream cannot be replaced, and its consumer groups give
 * versions of one object to different replicas; BullMQ takes jobs in batches only in its paid edition.
 *
 * @param redis not owned; its settings are also used for two connections of the store's own
 */
export function createRedisStore(redis: Redis, deps: StoreDeps): Store {
  const pack = createPacker();
  const { close, ...topics } = createRedisTopics(redis);
  const slow = redis.duplicate({
    commandTimeout: COMMIT_TIMEOUT_MS,
    reconnectOnError(error: Error) {
      if (!isFromReplica(error)) return false;
      // It reads, and so would not be told.
      redis.disconnect(true);
      return true;
    },
  });
  // The connection for commands logs outages.
  slow.on('error', () => undefined);

  const connectionFor = (isSlow: boolean) => (isSlow && slow.status === 'ready' ? slow : redis);

  return guardStore(
    {
      ...topics,
      isDurable: true,
      isShared: true,
      async read(keys) {
        const texts = Texts.parse(await run(connectionFor(keys.length > MANY_KEYS), READ, keys));
        return texts.map((text) => (text === null ? null : unpack(text)));
      },
      async list({ from, before, limit, reverse = false }) {
        const bounds = [`[${from}`, `(${before}`];
        const [command, ...between] = reverse
          ? ['zrevrangebylex', ...bounds.reverse()]
          : ['zrangebylex', ...bounds];
        const listed = Listed.parse(
          await run(connectionFor(limit > MANY_KEYS), LIST, [command, ...between, limit]),
        );
        return listed.flatMap((key, index) =>
          index % 2 === 0 ? [[key, unpack(listed[index + 1] ?? '').value] as const] : [],
        );
      },
      async count({ from, before }) {
        return z.number().parse(await run(redis, COUNT, [`[${from}`, `(${before}`]));
      },
      async commit(commit, { durable = true } = {}) {
        const connection = connectionFor(durable || commit.written.size > MANY_KEYS);
        return (await run(connection, COMMIT, argsOf(commit, pack))) === 1;
      },
      async close() {
        slow.disconnect();
        await close();
      },
    },
    deps,
  );
}

/** Not `eval`: a hundred thousand arguments do not fit on the stack. */
function run(redis: Redis, script: string, args: readonly (string | number)[]): Promise<unknown> {
  return redis.call('eval', [script, KEYS.length, ...KEYS, ...args]);
}

function argsOf(
  { read, written }: Commit,
  pack: (key: string, value: string) => string,
): (string | number)[] {
  const args: (string | number)[] = [read.size];
  for (const [key, known] of read) args.push(key, known ?? '');
  const deletions = [...written].filter(([, value]) => value === null);
  const puts = [...written].filter(([, value]) => value !== null);
  // A full Redis refuses a script whose first change needs memory. What frees it must get through.
  const changes = deletions.length < puts.length ? [...puts, ...deletions] : [...deletions, ...puts];
  for (const [key, value] of changes) args.push(key, value === null ? '' : pack(key, value));
  return args;
}
