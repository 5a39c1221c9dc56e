import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The time of day that a program is told; its monotonic clock, and so its timers, are the machine's. */
export interface WallClock extends Disposable {
  /** Of the environment that the program starts with. */
  readonly variables: Readonly<Record<string, string>>;
  /** From now on, also for a program that runs: `+0`, `-2h`, or ten times as fast, `+0 x10`. */
  set(time: string): void;
}

/** Where packages put libfaketime: Debian a folder an architecture. */
const LIBRARY = ['/usr/lib', '/usr/local/lib']
  .flatMap((folder) => [folder, ...subfolders(folder)])
  .map((folder) => join(folder, 'faketime', 'libfaketime.so.1'))
  .find((path) => existsSync(path));

/** Why tests that set the clock of a program cannot run here; in CI they must. */
export function wallClockMissing(): string | undefined {
  if (LIBRARY !== undefined) return undefined;
  if (process.env.CI !== undefined) throw new Error('CI needs libfaketime, so that no test is skipped');
  return 'there is no libfaketime (Debian: faketime)';
}

export function createWallClock(time = '+0'): WallClock {
  const folder = mkdtempSync(join(tmpdir(), 'clock-'));
  const file = join(folder, 'time');
  const set = (text: string) => {
    // In one step: the program reads it whenever it looks at the clock.
    writeFileSync(`${file}.new`, `${text}\n`);
    renameSync(`${file}.new`, file);
  };
  set(time);
  return {
    variables: {
      LD_PRELOAD: LIBRARY ?? '',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    },
    set,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

function subfolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}
