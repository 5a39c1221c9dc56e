import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { asSpoolError } from './spool-error.js';

/**
 * Each upload has a folder of its own in the spool folder, readable by its owner alone, so that one `rm` clears it.
 * Its name carries the process: `gong-upload-<machine>-<pid>-<start of the process>-<random>`.
 */
const NAME = /^gong-upload-([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{32}$/;

/** No upload lives as long as this, so an older folder is an orphan whoever made it. */
const ORPHAN_AGE_MS = 24 * 3600 * 1000;

interface Owner {
  readonly machine: string;
  readonly pid: number;
  /** Milliseconds since 1970: tells a process from an earlier one with its pid, e.g. 1 in every container. */
  readonly startedMs: number;
}

function self(): Owner {
  const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  return { machine, pid: process.pid, startedMs: Math.round(performance.timeOrigin) };
}

/** Makes a new folder, mode 0700, for one upload; the spool folder too if it is missing. */
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
 * Removes what dead processes of this machine left in the spool folder, and anything a day old; to be called at the
 * start. Gives the number of uploads removed. Folders of living processes and foreign files stay.
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
