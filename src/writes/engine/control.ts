import { SpoolError } from './spool-error.js';

/**
 * Memory that the main thread shares with a checking thread while that works on one file. The thread works
 * synchronously and receives no messages meanwhile, so this is how it learns of more bytes and of a stop.
 */
export type ControlMemory = SharedArrayBuffer;

const MEMORY_BYTES = 24;
/** Indices of 32-bit integers. `CHANGES` counts the changes to the others and is what the thread waits on. */
const CHANGES = 0;
const IS_COMPLETE = 1;
const IS_STOPPED = 2;
const PULSE = 3;
/** Where the 64-bit number of readable bytes begins: files may be larger than 2 GiB. */
const READABLE_OFFSET = 16;

/** How long a waiting thread goes without a pulse; well below the shortest `checkTimeoutMs`. */
const LONGEST_WAIT_MS = 100;

/** The main thread's side. */
export interface Control {
  readonly memory: ControlMemory;
  /** Tells the thread how many bytes of the file it may read, and whether those are all. */
  announce(readableBytes: number, isComplete: boolean): void;
  stop(): void;
  /** A number that changes as long as the thread makes progress or waits for bytes. */
  pulse(): number;
}

export function createControl(): Control {
  const memory = new SharedArrayBuffer(MEMORY_BYTES);
  const cells = new Int32Array(memory, 0, 4);
  const readable = new BigInt64Array(memory, READABLE_OFFSET, 1);

  function wake(): void {
    Atomics.add(cells, CHANGES, 1);
    Atomics.notify(cells, CHANGES);
  }
  return {
    memory,
    announce(readableBytes, isComplete) {
      Atomics.store(readable, 0, BigInt(readableBytes));
      if (isComplete) Atomics.store(cells, IS_COMPLETE, 1);
      wake();
    },
    stop() {
      Atomics.store(cells, IS_STOPPED, 1);
      wake();
    },
    pulse: () => Atomics.load(cells, PULSE),
  };
}

/** The checking thread's side. */
export interface Controlled {
  /** Blocks until there are bytes beyond `position`. Returns how many; 0 at the end of the file. */
  waitForBytes(position: number): number;
  /** Must be called repeatedly by long work: the call is also its sign of life. */
  throwIfStopped(): void;
}

export function controlledBy(memory: ControlMemory): Controlled {
  const cells = new Int32Array(memory, 0, 4);
  const readable = new BigInt64Array(memory, READABLE_OFFSET, 1);

  function throwIfStopped(): void {
    Atomics.add(cells, PULSE, 1);
    if (Atomics.load(cells, IS_STOPPED) !== 0) throw new SpoolError('ABORTED', 'The upload was stopped');
  }
  return {
    throwIfStopped,
    waitForBytes(position) {
      for (;;) {
        throwIfStopped();
        // Read first: a change after this line makes the wait below return at once.
        const changes = Atomics.load(cells, CHANGES);
        const isComplete = Atomics.load(cells, IS_COMPLETE) !== 0;
        const bytes = Number(Atomics.load(readable, 0)) - position;
        if (bytes > 0 || isComplete) return bytes;
        Atomics.wait(cells, CHANGES, changes, LONGEST_WAIT_MS);
      }
    },
  };
}
