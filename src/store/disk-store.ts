import { ClassicLevel } from 'classic-level';
import type { Log } from '../log.js';
import { guardStore } from './guarded-store.js';
import { createLevelStore, ENCODINGS } from './level-store.js';
import type { Store } from './store.js';

/**
 * A store in a folder on disk, for one process at a time.
 *
 * @throws the database's error if the folder is in use, or cannot be read or written
 */
export async function openDiskStore(folder: string, logger: Pick<Log, 'error'>): Promise<Store> {
  const database = new ClassicLevel<string, string>(folder, ENCODINGS);
  await database.open();
  return guardStore(createLevelStore(database, true), logger);
}
