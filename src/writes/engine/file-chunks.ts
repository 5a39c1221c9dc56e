import { open } from 'node:fs/promises';

const CHUNK_BYTES = 262_144;
/** As many as a stream or a socket takes before it asks its source to wait, in all versions of Node. */
const LEAST_SHARED_BYTES = 65_536;
const BUFFERS = 4;

/**
 * Reads a file from the first byte to the last. Chunks share a few buffers, because some 32 MB of others would wait for
 * the garbage collection: the bytes of one are valid until three more have been asked for. A stream and a socket between
 * them hold two.
 *
 * @param readable resolves with how many bytes from that position on are on disk; 0 at the end
 */
export async function* fileChunks(
  path: string,
  readable: (position: number) => number | Promise<number>,
): AsyncGenerator<Uint8Array> {
  const buffers: Buffer[] = [];
  const handle = await open(path);
  try {
    for (let position = 0, turn = 0; ; ) {
      const bytes = Math.min(CHUNK_BYTES, await readable(position));
      if (bytes === 0) return;
      let buffer: Buffer;
      if (bytes < LEAST_SHARED_BYTES) {
        buffer = Buffer.allocUnsafeSlow(bytes);
      } else {
        buffer = buffers[turn] ??= Buffer.allocUnsafeSlow(CHUNK_BYTES);
        turn = (turn + 1) % BUFFERS;
      }
      const { bytesRead } = await handle.read(buffer, 0, bytes, position);
      if (bytesRead === 0) throw new Error(`The file must have more than ${position} bytes`);
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
