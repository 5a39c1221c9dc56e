import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { guardStore, type StoreDeps } from './guarded-store.js';
import { createLevelStore, type Database } from './level-store.js';
import { openRepaired } from './repair.js';
import type { Store } from './store.js';

/** As much as LevelDB may have to write when it is opened: what its log holds. */
const ROOM_BYTES = 5_000_000;
/** How long a full disk is not tried again. */
const REST_MS = 1_000;

/**
 * A store in a folder on disk, for one process at a time. A damaged one is repaired: the log says what was lost, and a copy of
 * what was there is kept beside it.
 *
 * @throws the error of the file system, or of LevelDB: `LEVEL_LOCKED` if another process uses the folder
 */
export async function openDiskStore(folder: string, deps: StoreDeps): Promise<Store> {
  // In a folder of its own, because nothing can be put beside a mounted one.
  const location = join(folder, 'store');
  await mkdir(location, { recursive: true, mode: 0o700 });
  const database = await openRepaired(location, deps.logger);
  return guardStore(createLevelStore(database, { reopen: createReopen(database, folder) }), deps);
}

/** While there is no room, the database stays open for reads. */
function createReopen(database: Database, folder: string): () => Promise<void> {
  let restUntil = 0;
  let reason: unknown;
  return async () => {
    if (performance.now() < restUntil) throw reason;
    try {
      await checkRoom(join(folder, 'room'));
      await database.close();
      await database.open();
    } catch (error) {
      restUntil = performance.now() + REST_MS;
      reason = error;
      throw error;
    }
  };
}

async function checkRoom(file: string): Promise<void> {
  try {
    await writeFile(file, Buffer.alloc(ROOM_BYTES));
  } finally {
    await rm(file, { force: true });
  }
}
