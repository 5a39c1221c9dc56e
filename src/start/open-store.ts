import { EnvironmentError } from '../env.js';
import type { Log } from '../log.js';
import type { Redis } from '../redis/connection.js';
import type { StoreDeps } from '../store/guarded-store.js';
import { createMemoryStore } from '../store/level-store.js';
import { warnOfLosses } from '../store/redis-durability.js';
import { createRedisStore } from '../store/redis-store.js';
import type { Store } from '../store/store.js';

/**
 * Opens the store: in Redis where replicas share one, else in the folder, else in memory.
 *
 * @throws EnvironmentError if the folder cannot be used
 */
export async function openStore(
  dataDir: string | null,
  redis: Redis | undefined,
  deps: StoreDeps & { readonly logger: Pick<Log, 'warn'> },
): Promise<Store> {
  const { logger } = deps;
  if (redis !== undefined) {
    if (redis.status === 'ready') warnOfLosses(redis, logger);
    else redis.once('ready', () => warnOfLosses(redis, logger));
    return createRedisStore(redis, deps);
  }
  if (dataDir === null) return createMemoryStore();
  try {
    // LevelDB is loaded only where it is used.
    const { openDiskStore } = await import('../store/disk-store.js');
    return await openDiskStore(dataDir, deps);
  } catch (error) {
    const got = `${JSON.stringify(dataDir)}: ${error instanceof Error ? error.message : String(error)}`;
    throw new EnvironmentError([{ variable: 'DATA_DIR', needed: neededFor(error), got }]);
  }
}

function neededFor(error: unknown): string {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'LEVEL_LOCKED':
      return 'a folder that no other process uses; replicas share a store with REDIS_URL';
    case 'EEXIST':
    case 'ENOTDIR':
      return 'a folder, not a file';
    case 'ENOSPC':
      return 'a folder on a disk with room';
    default:
      return 'a folder that can be read and written';
  }
}
