import { MessageChannel } from 'node:worker_threads';

/** For less it is not worth the call, which takes some microseconds. */
const MIN_BYTES = 16_384;

/**
 * Returns a function that frees the memory of typed arrays at once. It is outside the heap, where V8 lets some 32 MB gather
 * before it looks for garbage. Arrays that share their memory with others stay as they are; the rest must not be used
 * afterwards.
 */
export function createMemoryRelease(): (arrays: readonly (Uint8Array | Int32Array)[]) => void {
  // What is transferred to a closed port has no owner any more.
  const { port1 } = new MessageChannel();
  port1.close();
  return (arrays) => {
    const memories: ArrayBuffer[] = [];
    for (const { buffer, byteLength } of arrays) {
      const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
      if (isWhole && byteLength >= MIN_BYTES) memories.push(buffer);
    }
    if (memories.length > 0) port1.postMessage(undefined, memories);
  };
}
