import { type FileHandle, open } from 'node:fs/promises';
import { createBomStripper } from '../../crm/ldjson.js';
import type { FileGrowth } from './growing-file.js';
import { interruptible } from './interruptible.js';
import { asSpoolError } from './spool-error.js';

export interface ReceiveOptions {
  /** A byte order mark at the beginning stays in the file. */
  readonly keepBom: boolean;
  readonly signal: AbortSignal;
  /** Called before bytes are written. What it throws ends the file. */
  readonly onBytes: (bytes: number) => void;
  /** Asked in the end: what the file must have, where that matters. */
  readonly declaredBytes: () => number | undefined;
}

/** What may wait for the disk. */
const MAX_PENDING_BYTES = 1_048_576;
/** A write costs as much as checking 10 kB, so what comes quickly is written together. */
const WRITE_BYTES = 262_144;
const WRITE_DELAY_MS = 5;

/**
 * Writes a file to disk as it arrives. Needs no thread, so that any number of slow senders hold nothing but their
 * sockets, a descriptor each and what they have sent. The file is closed when this settles.
 */
export async function receiveFile(
  chunks: AsyncGenerator<Uint8Array>,
  growth: FileGrowth,
  options: ReceiveOptions,
): Promise<void> {
  const handle = await open(growth.file.path, 'wx', 0o600).catch(rethrowAsSpoolError);
  // Writing may fail while the sender is waited for.
  const failure = new AbortController();
  const stop = () => failure.abort(options.signal.reason);
  options.signal.addEventListener('abort', stop, { once: true });
  if (options.signal.aborted) stop();
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
    pending = [];
    pendingBytes = 0;
    try {
      await writeAll(handle, batch);
      growth.grewBy(batch);
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
    // Not awaited: after an abort the source may never answer again.
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

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function rethrowAsSpoolError(error: unknown): never {
  throw asSpoolError(error);
}
