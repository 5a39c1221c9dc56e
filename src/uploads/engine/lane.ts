import { interruptible } from './interruptible.js';
import {
  type ArrangedPart,
  type ArrangeSpec,
  BLOCK_BYTES,
  BLOCK_COUNT,
  type CheckSpec,
  type Failed,
  type FromChecker,
  type FromSpooler,
  type ToChecker,
  type ToSpooler,
} from './protocol.js';
import type { SpoolError } from './spool-error.js';
import { createThreadHandle } from './thread-handle.js';
import type { UploadReport } from './types.js';

/**
 * A pair of threads that works on one file at a time, and the memory that they share with the main thread: blocks of
 * bytes, each filled here, read by both and then filled again. That there are only so many is the back-pressure.
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
  /** What is to be left on disk; `null`: nothing is written. */
  readonly keep: (ArrangeSpec & { readonly hashPrefix: string }) | null;
  readonly chunks: AsyncGenerator<Uint8Array>;
  readonly signal: AbortSignal;
  readonly onChecked: (bytes: number, linesChecked: number, errors: number) => void;
  /** Told how many bytes are on disk. */
  readonly onWritten?: ((bytes: number) => void) | undefined;
}

export interface LaneResult {
  readonly report: UploadReport;
  readonly sha256: string;
  readonly parts: readonly ArrangedPart[];
}

/** How long a block that is not full may wait for more. */
const MAX_FILL_MS = 5;

/** What the lane knows of the file it works on. */
interface Run {
  readonly job: LaneJob;
  /** Aborted with the first failure, wherever it happened. */
  readonly failure: AbortController;
  /** For each block, how many threads have yet to read it. */
  readonly readers: number[];
  /** The block being filled, and how far; -1 while none is free. */
  slot: number;
  filled: number;
  /** Sends a block that the source is slow to fill. */
  sendSoon: NodeJS.Timeout | undefined;
  onFree: (() => void) | undefined;
}

export function createLane(): Lane {
  const memory = {
    blocks: new SharedArrayBuffer(BLOCK_BYTES * BLOCK_COUNT),
    stop: new SharedArrayBuffer(4),
  };
  const bytes = Buffer.from(memory.blocks);
  const stop = new Int32Array(memory.stop);
  let run: Run | undefined;
  let isLost = false;

  const fail = (error: unknown) => run?.failure.abort(error);
  const onMessage = (message: Exclude<FromChecker | FromSpooler, Failed>) => {
    if (message.kind === 'consumed' && run !== undefined) consumed(run, message.slot);
    if ('linesChecked' in message) run?.job.onChecked(message.bytes, message.linesChecked, message.errors);
    if ('written' in message) run?.job.onWritten?.(message.written);
  };
  const onLost = (error: SpoolError) => {
    isLost = true;
    fail(error);
  };
  const handlers = { memory, onMessage, onFailure: fail, onLost };
  const checker = createThreadHandle<ToChecker, Exclude<FromChecker, Failed>>('checker', handlers);
  const spooler = createThreadHandle<ToSpooler, Exclude<FromSpooler, Failed>>('spooler', handlers);

  function consumed(current: Run, slot: number): void {
    current.readers[slot] = (current.readers[slot] ?? 1) - 1;
    if (current.readers[slot] !== 0) return;
    current.onFree?.();
    sendSoonIfIdle(current);
  }

  /** A wake-up costs a thread as much as reading 50 kB, so a block that is not full waits for more, but not for long. */
  function sendSoonIfIdle(current: Run): void {
    if (current.sendSoon !== undefined || current.filled === 0) return;
    if (current.readers.some((count) => count > 0)) return;
    current.sendSoon = setTimeout(() => {
      current.sendSoon = undefined;
      if (run === current && current.filled > 0) send(current);
    }, MAX_FILL_MS);
  }

  function send(current: Run): void {
    clearTimeout(current.sendSoon);
    current.sendSoon = undefined;
    const block = { kind: 'block', slot: current.slot, bytes: current.filled } as const;
    current.readers[current.slot] = current.job.keep === null ? 1 : 2;
    checker.post(block);
    if (current.job.keep !== null) spooler.post(block);
    current.slot = current.readers.indexOf(0);
    current.filled = 0;
  }

  async function feed(current: Run, chunk: Uint8Array): Promise<void> {
    let taken = 0;
    while (taken < chunk.length) {
      // One may have become free while the source was awaited, with nobody waiting for it.
      if (current.slot === -1) current.slot = current.readers.indexOf(0);
      if (current.slot === -1) {
        await interruptible(current.failure.signal, freed(current));
        continue;
      }
      const room = Math.min(BLOCK_BYTES - current.filled, chunk.length - taken);
      bytes.set(chunk.subarray(taken, taken + room), current.slot * BLOCK_BYTES + current.filled);
      current.filled += room;
      taken += room;
      if (current.filled === BLOCK_BYTES) send(current);
    }
    sendSoonIfIdle(current);
  }

  async function feedAll(current: Run): Promise<void> {
    const { chunks } = current.job;
    try {
      for (;;) {
        const next = await interruptible(current.failure.signal, chunks.next());
        if (next.done === true) break;
        await feed(current, next.value);
      }
    } finally {
      // Not awaited: after an abort the source may never answer again.
      chunks.return(undefined).catch(() => {});
    }
    if (current.filled > 0) send(current);
  }

  async function work(current: Run): Promise<LaneResult> {
    const { check, keep } = current.job;
    checker.post({ kind: 'start', check, folder: keep?.folder ?? null });
    if (keep !== null) spooler.post({ kind: 'start', ...keep, keepBom: keep.validation === 'OFF' });
    await feedAll(current);
    const { signal } = current.failure;
    const [{ report }, { sha256 }] = await interruptible(
      signal,
      Promise.all([
        checker.ask({ kind: 'finish' }, 'checked'),
        keep === null ? { sha256: '' } : spooler.ask({ kind: 'finish' }, 'spooled'),
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
    await Promise.all([
      Promise.race([checker.ask({ kind: 'stop' }, 'stopped'), checker.lost]),
      Promise.race([spooler.ask({ kind: 'stop' }, 'stopped'), spooler.lost]),
    ]);
  }

  return {
    get isLost() {
      return isLost;
    },
    async run(job) {
      Atomics.store(stop, 0, 0);
      const failure = new AbortController();
      const readers = new Array<number>(BLOCK_COUNT).fill(0);
      const current: Run = {
        job,
        failure,
        readers,
        slot: 0,
        filled: 0,
        sendSoon: undefined,
        onFree: undefined,
      };
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
        clearTimeout(current.sendSoon);
        run = undefined;
      }
    },
    keepAlive(yes) {
      checker.keepAlive(yes);
      spooler.keepAlive(yes);
    },
    async terminate() {
      await Promise.all([checker.terminate(), spooler.terminate()]);
    },
  };
}

function freed(current: Run): Promise<void> {
  return new Promise((resolve) => {
    current.onFree = resolve;
  });
}
