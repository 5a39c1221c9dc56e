import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../log.js';
import { guardStore } from './guarded-store.js';
import { createLevelStore } from './level-store.js';
import { openRepaired } from './repair.js';
import type { Store } from './store.js';

/**
 * A store in a folder on disk, for one process at a time. A damaged one is repaired: the log says what was lost, and a copy of
 * what was there is kept beside it.
 *
 * @throws the error of the file system, or of LevelDB: `LEVEL_LOCKED` if another process uses the folder
 */
export async function openDiskStore(folder: string, logger: Pick<Log, 'error'>): Promise<Store> {
  // In a folder of its own, because nothing can be put beside a mounted one.
  const location = join(folder, 'store');
  await mkdir(location, { recursive: true, mode: 0o700 });
  return guardStore(createLevelStore(await openRepaired(location, logger), true), logger);
}
