import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { asSpoolError, SpoolError } from './spool-error.js';

/**
 * Each upload has its own folder in the spool folder, readable by its owner alone, so that one `rm` removes it. Its name
 * identifies the process: `gong-upload-<machine>-<pid>-<start of the process>-<random>`.
 */
const NAME = /^gong-upload-([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{32}$/;

/** No upload lasts this long, so an older folder is an orphan whichever process made it. */
const ORPHAN_AGE_MS = 24 * 3600 * 1000;

interface Owner {
  readonly machine: string;
  readonly pid: number;
  /** Milliseconds since 1970. Distinguishes processes with the same pid, e.g. 1 in every container. */
  readonly startedMs: number;
}

function self(): Owner {
  const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  return { machine, pid: process.pid, startedMs: Math.round(performance.timeOrigin) };
}

/** Creates a folder with mode 0700 for one upload, and the spool folder if it is missing. */
export async function createJobFolder(spoolDir: string): Promise<string> {
  const { machine, pid, startedMs } = self();
  const name = `gong-upload-${machine}-${pid}-${startedMs}-${randomBytes(16).toString('hex')}`;
  const folder = join(spoolDir, name);
  try {
    await mkdir(spoolDir, { recursive: true, mode: 0o700 });
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    throw asSpoolError(error);
  }
  return folder;
}

export async function removeJobFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 2 });
}

/**
 * Removes the folders that dead processes of this machine left in the spool folder, and those a day old; to be called
 * at startup. Folders of running processes and unrelated files stay. Returns the number of folders removed.
 */
export async function sweepSpool(spoolDir: string): Promise<number> {
  let names: string[];
  try {
    names = await readdir(spoolDir);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw asSpoolError(error);
  }
  let removed = 0;
  for (const name of names) {
    const match = NAME.exec(name);
    if (match === null) continue;
    const owner = { machine: match[1] ?? '', pid: Number(match[2]), startedMs: Number(match[3]) };
    const folder = join(spoolDir, name);
    if (!isDead(owner, self()) && !(await isOld(folder))) continue;
    await removeJobFolder(folder);
    removed += 1;
  }
  return removed;
}

function isDead(owner: Owner, me: Owner): boolean {
  if (owner.machine !== me.machine) return false;
  if (owner.pid === me.pid) return owner.startedMs !== me.startedMs;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

async function isOld(folder: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(folder)).mtimeMs > ORPHAN_AGE_MS;
  } catch {
    return false;
  }
}

/** The disk space that files under way share. */
export interface SpoolRoom {
  /** @param caller whose file it is; `undefined`: not known, and then no caller's share counts */
  use(caller: string | undefined): RoomUse;
}

/** The space that one file takes. */
export interface RoomUse {
  /** @throws SpoolError SPOOL_FULL */
  take(bytes: number): void;
  /** Gives all of it back. May be called again. */
  giveBack(): void;
}

/** @param maxBytes of all files together; one caller's may take half as much, so that others have room */
export function createSpoolRoom(maxBytes: number): SpoolRoom {
  const held = new Map<string, number>();
  let total = 0;

  function change(caller: string | undefined, bytes: number): void {
    total += bytes;
    if (caller === undefined) return;
    const next = (held.get(caller) ?? 0) + bytes;
    if (next === 0) held.delete(caller);
    else held.set(caller, next);
  }

  return {
    use(caller) {
      let taken = 0;
      return {
        take(bytes) {
          const isFull = total + bytes > maxBytes;
          if (isFull || (caller !== undefined && (held.get(caller) ?? 0) + bytes > maxBytes / 2)) {
            const whose = isFull ? 'all files under way' : 'your files under way';
            throw new SpoolError(
              'SPOOL_FULL',
              `The upload needs more space than ${whose} have left in the spool folder: try again when another has ended`,
            );
          }
          taken += bytes;
          change(caller, bytes);
        },
        giveBack() {
          change(caller, -taken);
          taken = 0;
        },
      };
    },
  };
}
