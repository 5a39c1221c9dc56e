import { MessageChannel } from 'node:worker_threads';

/** Smaller chunks are not worth the call, which takes some microseconds. */
const MIN_BYTES = 16_384;

/**
 * Returns a function that frees the memory of chunks at once. It is outside the heap, where V8 lets some 32 MB gather before
 * it looks for garbage. A chunk that shares its memory with others stays as it is; any other must not be used afterwards.
 */
export function createChunkDisposal(): (chunks: readonly Uint8Array[]) => void {
  // What is transferred to a closed port has no owner any more.
  const { port1 } = new MessageChannel();
  port1.close();
  return (chunks) => {
    const memories = chunks
      .filter((chunk) => chunk.length >= MIN_BYTES && isWhole(chunk))
      .map(({ buffer }) => buffer);
    if (memories.length > 0) port1.postMessage(undefined, memories as ArrayBuffer[]);
  };
}

function isWhole({ buffer, length }: Uint8Array): boolean {
  return buffer instanceof ArrayBuffer && buffer.byteLength === length;
}
