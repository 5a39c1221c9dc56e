import { open } from 'node:fs/promises';
import type { ArrivingFile } from './types.js';

/** A file that is read while it is still being written: a reader that has come to its end so far waits for more. */
export interface GrowingFile extends ArrivingFile {
  /** So many bytes are on disk now. */
  grewTo(bytes: number): void;
  /** All of it is on disk. */
  complete(): void;
  /** The rest will never come. Its readers are told by `signal` first, and then fail. */
  breakOff(reason: unknown): void;
}

const READ_BYTES = 1_048_576;

/**
 * @param path of the file
 * @param bytes its length in the end
 * @param onBegun called once, when there is something to read
 */
export function createGrowingFile(
  path: string,
  bytes: number,
  onBegun: (file: ArrivingFile) => void,
): GrowingFile {
  const brokenOff = new AbortController();
  const { signal } = brokenOff;
  let written = 0;
  let isComplete = false;
  let readers: (() => void)[] = [];

  function wakeReaders(): void {
    const woken = readers;
    readers = [];
    for (const wake of woken) wake();
  }

  const file: GrowingFile = {
    bytes,
    signal,
    get isComplete() {
      return isComplete;
    },
    async *stream() {
      const handle = await open(path);
      try {
        for (let at = 0; ; ) {
          signal.throwIfAborted();
          if (at < written) {
            const buffer = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, written - at));
            const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
            if (bytesRead === 0) throw new Error(`The file must have ${written} bytes, got ${at}`);
            at += bytesRead;
            yield buffer.subarray(0, bytesRead);
          } else if (isComplete) {
            return;
          } else {
            await new Promise<void>((resolve) => readers.push(resolve));
          }
        }
      } finally {
        await handle.close();
      }
    },
    grewTo(size) {
      const hasBegun = written === 0 && size > 0;
      written = size;
      if (hasBegun) onBegun(file);
      wakeReaders();
    },
    complete() {
      isComplete = true;
      wakeReaders();
    },
    breakOff(reason) {
      brokenOff.abort(reason);
      wakeReaders();
    },
  };
  return file;
}
