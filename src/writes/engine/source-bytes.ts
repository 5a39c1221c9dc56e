import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { SpoolError } from './spool-error.js';
import type { UploadEngineSettings, UploadSource } from './types.js';

/** Allows `permits` holders at once; the others wait in order. */
export interface Semaphore {
  /** Resolves with the function that releases the permit. */
  acquire(): Promise<() => void>;
}

export function createSemaphore(permits: number): Semaphore {
  const waiting: (() => void)[] = [];
  let taken = 0;

  function release(): void {
    const next = waiting.shift();
    if (next === undefined) taken -= 1;
    else next();
  }
  return {
    async acquire() {
      if (taken < permits) taken += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return release;
    },
  };
}

const GZIP_MAGIC = [0x1f, 0x8b];

/** Yields the source's bytes and tells `onBytes` their number; more than `maxBytes` are an error. */
export async function* receivedBytes(
  source: UploadSource,
  { maxBytes }: Pick<UploadEngineSettings, 'maxBytes'>,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  let received = 0;
  // Destroying the stream of a request would close the socket that its response needs.
  const chunks = source instanceof Readable ? source.iterator({ destroyOnReturn: false }) : source;
  for await (const chunk of chunks) {
    received += chunk.length;
    if (received > maxBytes) {
      throw new SpoolError('TOO_LARGE', `The file must have at most ${maxBytes} bytes, got more`);
    }
    onBytes(chunk.length);
    yield chunk;
  }
}

/**
 * Yields the bytes as they are, or inflated if they begin as gzip does.
 *
 * @param inflating taken for each received chunk, because a small one may inflate to very much, and zlib shares libuv's
 *   threads with all file access
 * @param onPlain called before the first byte of a file that is not gzip
 */
export async function* inflatedBytes(
  received: AsyncGenerator<Uint8Array>,
  { maxInflatedBytes }: Pick<UploadEngineSettings, 'maxInflatedBytes'>,
  inflating: Semaphore,
  onPlain: () => void,
): AsyncGenerator<Uint8Array> {
  let first: Uint8Array = new Uint8Array(0);
  while (first.length < GZIP_MAGIC.length) {
    const next = await received.next();
    if (next.done === true) break;
    first = first.length === 0 ? next.value : Buffer.concat([first, next.value]);
  }
  const isGzip = GZIP_MAGIC.every((byte, index) => first[index] === byte);
  const all = startingWith(first, received);
  if (!isGzip) {
    onPlain();
    yield* all;
    return;
  }
  let inflated = 0;
  for await (const chunk of gunzipped(inTurns(all, inflating))) {
    inflated += chunk.length;
    if (inflated > maxInflatedBytes) {
      throw new SpoolError(
        'INFLATED_TOO_LARGE',
        `The file must have at most ${maxInflatedBytes} bytes when inflated, got more`,
      );
    }
    yield chunk;
  }
}

async function* startingWith(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  yield* rest;
}

async function* inTurns(
  chunks: AsyncGenerator<Uint8Array>,
  semaphore: Semaphore,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const release = await semaphore.acquire();
    try {
      // zlib asks for the next chunk when it has inflated this one.
      yield chunk;
    } finally {
      release();
    }
  }
}

async function* gunzipped(deflated: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 65_536 });
  const done = pipeline(deflated, gunzip);
  // Awaited below; until then a failure surfaces in the loop.
  done.catch(() => {});
  try {
    yield* gunzip;
    await done;
  } catch (error) {
    throw isZlibError(error)
      ? new SpoolError('BAD_GZIP', `The file must be complete, valid gzip, got: ${error.message}`, error)
      : error;
  } finally {
    gunzip.destroy();
  }
}

function isZlibError(error: unknown): error is Error {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return String(error.code).startsWith('Z_');
}
