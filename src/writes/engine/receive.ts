import { type FileHandle, open } from 'node:fs/promises';
import { createBomStripper } from '../../crm/ldjson.js';
import { createMemoryRelease } from './free-memory.js';
import type { FileGrowth } from './growing-file.js';
import { asSpoolError } from './spool-error.js';

export interface ReceiveOptions {
  /** Whether a byte order mark at the beginning stays in the file. */
  readonly keepBom: boolean;
  readonly signal: AbortSignal;
  /** Called before bytes are written; may throw to end the file. */
  readonly onBytes: (bytes: number) => void;
  /** Called at the end; returns the length that the file must have, if that matters. */
  readonly declaredBytes: () => number | undefined;
}

/** How much may wait for the disk. */
const MAX_PENDING_BYTES = 1_048_576;
/** A write costs as much as checking 10 kB, so chunks that arrive in quick succession are written together. */
const WRITE_BYTES = 262_144;
const WRITE_DELAY_MS = 5;

/**
 * Writes a file to disk as it arrives. Needs no thread, so a slow sender holds nothing but its socket, a file descriptor
 * and what it has sent. The file is closed when this settles.
 */
export async function receiveFile(
  chunks: AsyncGenerator<Uint8Array>,
  growth: FileGrowth,
  options: ReceiveOptions,
): Promise<void> {
  const handle = await open(growth.file.path, 'wx', 0o600).catch((error: unknown) => {
    throw asSpoolError(error);
  });
  // A write may fail while the next chunk is awaited.
  const failure = new AbortController();
  const stop = () => failure.abort(options.signal.reason);
  options.signal.addEventListener('abort', stop, { once: true });
  if (options.signal.aborted) stop();
  const release = createMemoryRelease();
  const bom = options.keepBom ? undefined : createBomStripper();
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let flushing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  function startFlush(): void {
    clearTimeout(timer);
    timer = undefined;
    flushing ??= flush();
  }

  /** Starts a write as soon as there is enough, or after a while. */
  function flushSoon(): void {
    if (pendingBytes >= WRITE_BYTES) startFlush();
    else if (pendingBytes > 0) timer ??= setTimeout(startFlush, WRITE_DELAY_MS);
  }

  async function flush(): Promise<void> {
    const batch = pending;
    const batchBytes = pendingBytes;
    pending = [];
    pendingBytes = 0;
    try {
      await writeAll(handle, batch);
      growth.grewBy(batchBytes);
      release(batch);
    } catch (error) {
      failure.abort(asSpoolError(error));
    }
    flushing = undefined;
    flushSoon();
  }

  async function flushAll(): Promise<void> {
    while (pendingBytes > 0 && !failure.signal.aborted) {
      startFlush();
      await flushing;
    }
    await flushing;
  }

  async function write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    options.onBytes(bytes.length);
    pending.push(bytes);
    pendingBytes += bytes.length;
    flushSoon();
    if (pendingBytes >= MAX_PENDING_BYTES) await flushing;
  }

  try {
    for (;;) {
      const next = await interruptible(failure.signal, chunks.next());
      if (next.done === true) break;
      const bytes = bom === undefined ? next.value : bom.strip(asBuffer(next.value));
      if (bom?.found === true) growth.lostBom();
      await write(bytes);
    }
    if (bom !== undefined) await write(bom.rest());
    await flushAll();
    failure.signal.throwIfAborted();
    const declaredBytes = options.declaredBytes();
    const { written } = growth.file;
    if (declaredBytes !== undefined && written !== declaredBytes)
      throw new RangeError(`The source must have ${declaredBytes} bytes as declared, got ${written}`);
    growth.complete();
  } finally {
    options.signal.removeEventListener('abort', stop);
    // Not awaited: after an abort the source may never respond.
    chunks.return(undefined).catch(() => {});
    pending = [];
    pendingBytes = 0;
    await flushing;
    clearTimeout(timer);
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, batch: readonly Uint8Array[]): Promise<void> {
  let rest = batch;
  while (rest.length > 0) {
    let { bytesWritten } = await handle.writev(rest);
    rest = rest.flatMap((chunk) => {
      const skipped = Math.min(bytesWritten, chunk.length);
      bytesWritten -= skipped;
      return skipped === chunk.length ? [] : [chunk.subarray(skipped)];
    });
  }
}

/** Settles as the promise does, or rejects with the signal's reason if that comes first. */
function interruptible<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  // Not Promise.race with one long-lived promise: that would keep a reaction for every chunk of the file.
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
