import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type { Log } from '../log.js';
import { type Database, ENCODINGS } from './level-store.js';
import { isIntact } from './versions.js';

/** Entries that are read at once. */
const PAGE = 1_000;
/** Names of lost entries, and lines of LevelDB's own log, that a log line has. */
const MOST_SHOWN = 20;

/**
 * Opens a database and reads all of it. If anything is damaged, makes a copy of the folder as it is, repairs it and deletes
 * entries with a wrong checksum; everything else stays.
 *
 * @throws the error of the file system, or of LevelDB
 */
export async function openRepaired(location: string, logger: Pick<Log, 'error'>): Promise<Database> {
  try {
    if (await hasLostItsIndex(location)) throw new Damage('CURRENT, or the file that it names, is missing');
    return await openIntact(location, logger);
  } catch (error) {
    if (!isDamage(error)) throw error;
    const copy = await copyOf(location);
    logger.error({ err: error, copy }, 'the store is damaged, and is repaired after a copy was made');
  }
  await ClassicLevel.repair(location);
  const repairs = await linesOfLog(location, /Corruption|IO error|Repaired/);
  // What the repair sets aside is in the copy.
  await rm(join(location, 'lost'), { recursive: true, force: true });
  const database = await open(location);
  const damaged = await damagedEntries(database);
  await database.batch(damaged.map((key) => ({ type: 'del', key })));
  const lost = damaged.slice(0, MOST_SHOWN);
  logger.error(
    { repairs, lostEntries: damaged.length, lost },
    'the store was repaired, and goes on without what was lost',
  );
  return database;
}

class Damage extends Error {}

async function copyOf(location: string): Promise<string> {
  const copy = `${location}.damaged-${new Date().toISOString().replaceAll(':', '-')}`;
  try {
    await cp(location, copy, { recursive: true });
    return copy;
  } catch (error) {
    // Half of one, on a full disk, would be there after every attempt to start.
    await rm(copy, { recursive: true, force: true });
    throw error;
  }
}

/** Where the file CURRENT is missing, LevelDB would begin anew and delete all others; it has the name of another one. */
async function hasLostItsIndex(location: string): Promise<boolean> {
  const files = await readdir(location);
  if (!files.some((file) => /^MANIFEST-|\.(ldb|log)$/.test(file))) return false;
  const current = files.includes('CURRENT') ? await readFile(join(location, 'CURRENT'), 'utf8') : '';
  return !files.includes(current.trimEnd());
}

async function open(location: string): Promise<Database> {
  const database = new ClassicLevel<string, string>(location, ENCODINGS);
  await database.open().catch((error: Error) => {
    throw error.cause ?? error;
  });
  return database;
}

async function openIntact(location: string, logger: Pick<Log, 'error'>): Promise<Database> {
  const database = await open(location);
  try {
    const damaged = await damagedEntries(database);
    if (damaged.length > 0) throw new Damage(`${damaged.length} entries have a wrong checksum`);
  } catch (error) {
    await database.close();
    throw error;
  }
  // Damaged commits of the last minutes are left out without an error.
  const dropped = await linesOfLog(location, /dropping/);
  if (dropped.length > 0) logger.error({ dropped }, 'the store has lost commits that were damaged');
  return database;
}

async function damagedEntries(database: Database): Promise<string[]> {
  const damaged: string[] = [];
  const entries = database.iterator();
  try {
    for (let page = await entries.nextv(PAGE); page.length > 0; page = await entries.nextv(PAGE)) {
      for (const [key, text] of page) if (!isIntact(key, text)) damaged.push(key);
    }
  } finally {
    await entries.close();
  }
  return damaged;
}

/** LevelDB begins a new log each time. */
async function linesOfLog(location: string, pattern: RegExp): Promise<string[]> {
  const text = await readFile(join(location, 'LOG'), 'utf8');
  return text
    .split('\n')
    .filter((line) => pattern.test(line))
    .slice(0, MOST_SHOWN);
}

function isDamage(error: unknown): boolean {
  return (
    error instanceof Damage ||
    (error instanceof Error && 'code' in error && error.code === 'LEVEL_CORRUPTION')
  );
}
