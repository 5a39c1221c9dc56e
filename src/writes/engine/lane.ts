import { setTimeout as sleep } from 'node:timers/promises';
import type { GrowingFile, GrowingReader } from './growing-file.js';
import { interruptible } from './interruptible.js';
import {
  type ArrangedPart,
  type ArrangeSpec,
  BLOCK_BYTES,
  BLOCK_COUNT,
  type CheckSpec,
  type Failed,
  type FromChecker,
  type FromHasher,
  type ToChecker,
  type ToHasher,
} from './protocol.js';
import type { SpoolError } from './spool-error.js';
import { createThreadHandle } from './thread-handle.js';
import type { UploadReport } from './types.js';

/**
 * A pair of threads that works on one file at a time, and the memory that they share with the main thread: blocks of
 * bytes, each filled here, read by both and then filled again. That there are only so many bounds what is in memory.
 */
export interface Lane {
  /** Whether a thread is gone, so that the lane is of no more use. */
  readonly isLost: boolean;
  run(job: LaneJob): Promise<LaneResult>;
  keepAlive(yes: boolean): void;
  terminate(): Promise<void>;
}

export interface LaneJob {
  /** `null`: lines are only counted. */
  readonly check: CheckSpec | null;
  /** What is to be left on disk; `null`: nothing is. */
  readonly keep: (ArrangeSpec & { readonly hashPrefix: string }) | null;
  /** Its first bytes are there. */
  readonly file: GrowingFile;
  readonly signal: AbortSignal;
  readonly onChecked: (bytes: number, linesChecked: number, errors: number) => void;
}

export interface LaneResult {
  readonly report: UploadReport;
  readonly sha256: string;
  readonly parts: readonly ArrangedPart[];
}

/** A wake-up costs a thread as much as reading 50 kB, so a block that is not full waits for more, but not for long. */
const MAX_FILL_MS = 5;
/** For a thread that was ended; one that waits for a broken disk may never be gone. */
const ENDING_MS = 5_000;

/** What the lane knows of the file it works on. */
interface Run {
  readonly job: LaneJob;
  /** Aborted with the first failure, wherever it happened. */
  readonly failure: AbortController;
  /** For each block, how many threads have yet to read it. */
  readonly readers: number[];
  onFree: (() => void) | undefined;
}

/**
 * @param timeoutMs a thread that gives no sign of life for this long is ended, and its file fails
 * @param onThreadLost told of every thread that was lost with a file
 */
export function createLane(timeoutMs: number, onThreadLost: (error: SpoolError) => void): Lane {
  const memory = {
    blocks: new SharedArrayBuffer(BLOCK_BYTES * BLOCK_COUNT),
    stop: new SharedArrayBuffer(4),
  };
  const stop = new Int32Array(memory.stop);
  let run: Run | undefined;
  let isLost = false;

  const fail = (error: unknown) => run?.failure.abort(error);
  const onMessage = (message: Exclude<FromChecker | FromHasher, Failed>) => {
    if (message.kind === 'consumed' && run !== undefined) consumed(run, message.slot);
    if ('linesChecked' in message) run?.job.onChecked(message.bytes, message.linesChecked, message.errors);
  };
  const onLost = (error: SpoolError) => {
    isLost = true;
    if (run !== undefined && !run.failure.signal.aborted) onThreadLost(error);
    fail(error);
  };
  const handlers = { memory, timeoutMs, onMessage, onFailure: fail, onLost };
  const checker = createThreadHandle<ToChecker, Exclude<FromChecker, Failed>>('checker', handlers);
  const hasher = createThreadHandle<ToHasher, Exclude<FromHasher, Failed>>('hasher', handlers);

  function consumed(current: Run, slot: number): void {
    current.readers[slot] = (current.readers[slot] ?? 1) - 1;
    if (current.readers[slot] === 0) current.onFree?.();
  }

  async function freeBlock(current: Run): Promise<number> {
    for (;;) {
      const slot = current.readers.indexOf(0);
      if (slot !== -1) return slot;
      const freed = new Promise<void>((resolve) => {
        current.onFree = resolve;
      });
      await interruptible(current.failure.signal, freed);
    }
  }

  /** Reads ahead as far as there are blocks, so that the threads need not wait for the disk. */
  async function feed(current: Run, reader: GrowingReader): Promise<void> {
    const { signal } = current.failure;
    let sent = Promise.resolve();
    try {
      for (;;) {
        const slot = await freeBlock(current);
        if (reader.unread === 0) await interruptible(signal, reader.more(1));
        if (reader.unread < BLOCK_BYTES)
          await interruptible(signal, Promise.race([reader.more(BLOCK_BYTES), sleep(MAX_FILL_MS)]));
        const target = new Uint8Array(memory.blocks, slot * BLOCK_BYTES, BLOCK_BYTES);
        const { bytes, done } = reader.read(target);
        if (bytes === 0) break;
        current.readers[slot] = current.job.keep === null ? 1 : 2;
        sent = Promise.all([sent, done]).then(() => send(current, slot, bytes), fail);
      }
    } finally {
      // Whatever happens: the next file's bytes must not be overwritten.
      await sent;
    }
    signal.throwIfAborted();
  }

  function send(current: Run, slot: number, bytes: number): void {
    if (current.failure.signal.aborted) return;
    const block = { kind: 'block', slot, bytes } as const;
    checker.post(block);
    if (current.job.keep !== null) hasher.post(block);
  }

  async function work(current: Run): Promise<LaneResult> {
    const { check, keep, file } = current.job;
    const { hadBom } = file;
    checker.post({ kind: 'start', check, folder: keep?.folder ?? null, hadBom });
    if (keep !== null) hasher.post({ kind: 'start', hashPrefix: keep.hashPrefix, hadBom });
    {
      await using reader = await file.open();
      await feed(current, reader);
    }
    const { signal } = current.failure;
    const [{ report }, { sha256 }] = await interruptible(
      signal,
      Promise.all([
        checker.ask({ kind: 'finish' }, 'checked'),
        keep === null ? { sha256: '' } : hasher.ask({ kind: 'finish' }, 'hashed'),
      ]),
    );
    if (keep === null) return { report, sha256, parts: [] };
    const asked = checker.ask({ kind: 'arrange', spec: keep }, 'arranged');
    const { parts } = await interruptible(signal, asked);
    return { report, sha256, parts };
  }

  /** Until both threads have let go of the file, so that its folder can be removed. */
  async function halt(): Promise<void> {
    Atomics.store(stop, 0, 1);
    run = undefined;
    const stopped = Promise.all([
      Promise.race([checker.ask({ kind: 'stop' }, 'stopped'), checker.lost]),
      Promise.race([hasher.ask({ kind: 'stop' }, 'stopped'), hasher.lost]),
    ]);
    await (isLost ? Promise.race([stopped, sleep(ENDING_MS, undefined, { ref: false })]) : stopped);
  }

  return {
    get isLost() {
      return isLost;
    },
    async run(job) {
      Atomics.store(stop, 0, 0);
      const failure = new AbortController();
      const readers = new Array<number>(BLOCK_COUNT).fill(0);
      const current: Run = { job, failure, readers, onFree: undefined };
      run = current;
      const onAbort = () => fail(job.signal.reason);
      job.signal.addEventListener('abort', onAbort, { once: true });
      if (job.signal.aborted) onAbort();
      try {
        return await work(current);
      } catch (error) {
        await halt();
        throw error;
      } finally {
        job.signal.removeEventListener('abort', onAbort);
        run = undefined;
      }
    },
    keepAlive(yes) {
      checker.keepAlive(yes);
      hasher.keepAlive(yes);
    },
    async terminate() {
      await Promise.all([checker.terminate(), hasher.terminate()]);
    },
  };
}
