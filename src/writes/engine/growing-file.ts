import { fileChunks } from './file-chunks.js';

/** A file that is being written and can already be read: who reaches its present end waits for more. */
export interface GrowingFile {
  readonly path: string;
  /** Bytes on disk. */
  readonly written: number;
  readonly isComplete: boolean;
  /** Whether a byte order mark was left out at its beginning. Known with the first byte. */
  readonly hadBom: boolean;
  /** Aborted when the rest will never come. */
  readonly signal: AbortSignal;
  /** Resolves once so many bytes are on disk, or the file is complete; rejects with the signal's reason. */
  arrived(bytes: number): Promise<void>;
  /** All bytes from the first to the last, including those still to come; fails if they never do. See `fileChunks`. */
  stream(): AsyncIterable<Uint8Array>;
}

/** The writer's side of a growing file. */
export interface FileGrowth {
  readonly file: GrowingFile;
  lostBom(): void;
  /** To be called when so many more bytes are on disk. */
  grewBy(bytes: number): void;
  complete(): void;
  /** The rest will never come: aborts `file.signal` first, then fails the readers. */
  breakOff(reason: unknown): void;
}

interface Waiting {
  readonly bytes: number;
  resolve(): void;
  reject(reason: unknown): void;
}

export function createFileGrowth(path: string): FileGrowth {
  const brokenOff = new AbortController();
  const { signal } = brokenOff;
  let written = 0;
  let isComplete = false;
  let hadBom = false;
  let waiting: Waiting[] = [];

  function wake(): void {
    const woken = waiting;
    waiting = [];
    for (const one of woken) {
      if (signal.aborted) one.reject(signal.reason);
      else if (isComplete || written >= one.bytes) one.resolve();
      else waiting.push(one);
    }
  }

  const file: GrowingFile = {
    path,
    signal,
    get written() {
      return written;
    },
    get isComplete() {
      return isComplete;
    },
    get hadBom() {
      return hadBom;
    },
    arrived: (bytes) =>
      new Promise((resolve, reject) => {
        waiting.push({ bytes, resolve, reject });
        wake();
      }),
    stream: () =>
      fileChunks(path, async (position) => {
        await file.arrived(position + 1);
        return written - position;
      }),
  };
  return {
    file,
    lostBom() {
      hadBom = true;
    },
    grewBy(bytes) {
      written += bytes;
      wake();
    },
    complete() {
      isComplete = true;
      wake();
    },
    breakOff(reason) {
      brokenOff.abort(reason);
      wake();
    },
  };
}
