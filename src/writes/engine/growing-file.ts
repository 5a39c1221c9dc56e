import { type FileHandle, open } from 'node:fs/promises';

/** A file on its way to disk, and already there to be read: whoever comes to its end so far waits for more. */
export interface GrowingFile {
  readonly path: string;
  /** Bytes on disk. */
  readonly written: number;
  readonly isComplete: boolean;
  /** Whether a byte order mark was left out at its beginning. Known with the first byte. */
  readonly hadBom: boolean;
  /** Aborted where the rest will never come. */
  readonly signal: AbortSignal;
  /** Resolves once so many bytes are on disk, or all that there are; rejects with the signal's reason. */
  arrived(bytes: number): Promise<void>;
  /** Reads from the beginning. */
  open(): Promise<GrowingReader>;
  /** From the first byte to the last, those that are still to come included; fails where they never do. */
  stream(): AsyncIterable<Uint8Array>;
}

export interface GrowingReader extends AsyncDisposable {
  /** Bytes on disk that were not read. */
  readonly unread: number;
  /** Resolves once so many bytes can be read, or all that there are; rejects with the signal's reason. */
  more(bytes: number): Promise<void>;
  /**
   * Reads what is on disk into `target`, as far as it has room. May be called again before it is done.
   *
   * @returns the number of bytes, 0 at the end, and when they are there
   */
  read(target: Uint8Array): { readonly bytes: number; readonly done: Promise<void> };
}

/** The side of a growing file that writes. */
export interface FileGrowth {
  readonly file: GrowingFile;
  lostBom(): void;
  /** These bytes are on disk, too. They must not change any more. */
  grewBy(chunks: readonly Uint8Array[]): void;
  /** All of it is on disk. */
  complete(): void;
  /** The rest will never come. Its readers are told by `signal` first, and then fail. */
  breakOff(reason: unknown): void;
}

interface Waiting {
  readonly bytes: number;
  resolve(): void;
  reject(reason: unknown): void;
}

const READ_BYTES = 1_048_576;
/** What was written last is kept while there are readers, so that one who is not behind need not ask the disk. */
const RECENT_BYTES = 2_097_152;

export function createFileGrowth(path: string): FileGrowth {
  const brokenOff = new AbortController();
  const { signal } = brokenOff;
  let written = 0;
  let isComplete = false;
  let hadBom = false;
  let waiting: Waiting[] = [];
  let readers = 0;
  let recent: Uint8Array[] = [];
  let recentBytes = 0;

  function keepRecent(chunks: readonly Uint8Array[], bytes: number): void {
    recent.push(...chunks);
    recentBytes += bytes;
    while (recentBytes > RECENT_BYTES) recentBytes -= recent.shift()?.length ?? 0;
  }

  function forgetRecent(): void {
    recent = [];
    recentBytes = 0;
  }

  /** Copies bytes of the file that were written last. */
  function copyRecent(target: Uint8Array, at: number, bytes: number): void {
    let start = written - recentBytes;
    let copied = 0;
    for (const chunk of recent) {
      const from = at + copied - start;
      if (from < chunk.length) {
        const piece = chunk.subarray(from, from + bytes - copied);
        target.set(piece, copied);
        copied += piece.length;
        if (copied === bytes) return;
      }
      start += chunk.length;
    }
  }

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
    async open() {
      const handle = await open(path);
      readers += 1;
      let at = 0;
      return {
        get unread() {
          return written - at;
        },
        more: (bytes) => file.arrived(at + bytes),
        read(target) {
          const from = at;
          const bytes = Math.min(target.length, written - from);
          at += bytes;
          if (from < written - recentBytes) return { bytes, done: fill(handle, target, from, bytes) };
          copyRecent(target, from, bytes);
          return { bytes, done: Promise.resolve() };
        },
        async [Symbol.asyncDispose]() {
          readers -= 1;
          if (readers === 0) forgetRecent();
          await handle.close();
        },
      };
    },
    async *stream() {
      await using reader = await file.open();
      for (;;) {
        await reader.more(1);
        const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
        const { bytes, done } = reader.read(buffer);
        if (bytes === 0) return;
        await done;
        yield buffer.subarray(0, bytes);
      }
    },
  };
  return {
    file,
    lostBom() {
      hadBom = true;
    },
    grewBy(chunks) {
      const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      written += bytes;
      if (readers > 0) keepRecent(chunks, bytes);
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

async function fill(handle: FileHandle, target: Uint8Array, at: number, bytes: number): Promise<void> {
  for (let got = 0; got < bytes; ) {
    const { bytesRead } = await handle.read(target, got, bytes - got, at + got);
    if (bytesRead === 0) throw new Error(`The file must have ${at + bytes} bytes, got ${at + got}`);
    got += bytesRead;
  }
}
