import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { SpoolError } from './spool-error.js';
import type { Turns } from './turns.js';
import type { UploadEngineSettings, UploadSource } from './types.js';

const GZIP_MAGIC = [0x1f, 0x8b];

/** The source's bytes, counted by `onBytes`; more than `maxBytes` are an error. */
export async function* receivedBytes(
  source: UploadSource,
  { maxBytes }: Pick<UploadEngineSettings, 'maxBytes'>,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  let received = 0;
  // A stream is only borrowed: destroying a request would take from the server the socket for its answer.
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
 * The bytes as they are, or inflated if they begin as gzip does. zlib works in the threads that files are read and
 * written by, too.
 *
 * @param turns for what has been received: little of it may be much to inflate
 * @param onPlain called before the first byte of a file that is not gzip
 */
export async function* inflatedBytes(
  received: AsyncGenerator<Uint8Array>,
  { maxInflatedBytes }: Pick<UploadEngineSettings, 'maxInflatedBytes'>,
  turns: Turns,
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
  for await (const chunk of gunzipped(inTurns(all, turns))) {
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

async function* inTurns(chunks: AsyncGenerator<Uint8Array>, turns: Turns): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const end = await turns.take();
    try {
      // Asked for the next one when this one is inflated.
      yield chunk;
    } finally {
      end();
    }
  }
}

async function* gunzipped(deflated: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 65_536 });
  const done = pipeline(deflated, gunzip);
  // Awaited below; until then a failure shows in the loop.
  done.catch(() => {});
  try {
    yield* gunzip;
    await done;
  } catch (error) {
    throw isZlibError(error)
      ? new SpoolError('BAD_GZIP', `The file must be whole and sound gzip, got: ${error.message}`, error)
      : error;
  } finally {
    gunzip.destroy();
  }
}

function isZlibError(error: unknown): error is Error {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return String(error.code).startsWith('Z_');
}
