import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { BLOCK_BYTES, type Failed, type ThreadMemory } from './protocol.js';
import { asSpoolError, SpoolError } from './spool-error.js';

/** A thread's side of the protocol. All work is synchronous, in the handler of the message that asks for it. */
export interface ThreadSide<To, From> {
  /** Block `slot`'s first bytes, shared with the other threads: to be read before `consumed` is posted. */
  block(slot: number, bytes: number): Buffer;
  /** To be called again and again by work that takes long: it is a sign of life, too. */
  throwIfStopped(): void;
  post(message: From): void;
  /** What `handle` throws is posted as `failed`. */
  onMessage(handle: (message: To) => void): void;
}

export function createThreadSide<To, From>(): ThreadSide<To, From | Failed> {
  const port = parentPort;
  if (port === null) throw new Error('This module must be started as a worker thread');
  stepBack();
  const memory: ThreadMemory = workerData;
  const stop = new Int32Array(memory.stop);
  const pulse = new Int32Array(memory.pulse);
  return {
    block: (slot, bytes) => Buffer.from(memory.blocks, slot * BLOCK_BYTES, bytes),
    throwIfStopped() {
      Atomics.add(pulse, 1, 1);
      if (Atomics.load(stop, 0) !== 0) throw new SpoolError('ABORTED', 'The upload was stopped');
    },
    post: (message) => port.postMessage(message),
    onMessage(handle) {
      port.on('message', (message: To) => {
        try {
          handle(message);
        } catch (cause) {
          const error = asSpoolError(cause);
          const message = error instanceof Error ? error.message : String(error);
          const spoolKind = error instanceof SpoolError ? error.kind : null;
          port.postMessage({ kind: 'failed', spoolKind, message, error: cause } satisfies Failed);
        }
        Atomics.add(pulse, 0, 1);
      });
    },
  };
}

const PRIORITY = 10;

/**
 * Lets the event loop go first where cores are few: a file may take a little longer, other callers should not notice it.
 * Linux alone has priorities for single threads.
 */
function stepBack(): void {
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), PRIORITY);
  } catch {
    // Then all are equal.
  }
}
