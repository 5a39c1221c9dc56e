import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Control, createControl } from './control.js';
import type { GrowingFile } from './growing-file.js';
import type { CheckerJob, CheckerResult, FromChecker } from './protocol.js';
import { SpoolError } from './spool-error.js';

/** A thread that checks one file at a time. */
export interface Lane {
  /** Whether the thread has ended or is being ended, so that the lane cannot be used again. */
  readonly isLost: boolean;
  /** Settles when the thread has let go of the file; rejects with the signal's reason once that is aborted. */
  run(job: LaneJob): Promise<CheckerResult>;
  /** Whether the thread keeps the process alive. */
  keepAlive(yes: boolean): void;
  terminate(): Promise<void>;
}

export interface LaneJob extends Pick<CheckerJob, 'check' | 'keep'> {
  /** Its first bytes, or its end, must have arrived. */
  readonly file: GrowingFile;
  readonly signal: AbortSignal;
  readonly onChecked: (bytes: number, linesChecked: number, errors: number) => void;
}

/** For a thread that was terminated; one that is blocked by a broken disk may never end. */
const ENDING_MS = 5_000;
/** The pulse must stand still for so many looks in a row: after a suspended process wakes, time alone proves nothing. */
const LOOKS = 4;

/**
 * Node 20 runs no TypeScript in worker threads, so under vitest the sources start the module that the build left in
 * `dist/`; compiled code starts the one beside it.
 */
const WORKER = new URL(
  `${import.meta.url.endsWith('.ts') ? '../../../dist/writes/engine' : '.'}/checker.worker.js`,
  import.meta.url,
);

interface Run {
  readonly job: LaneJob;
  resolve(result: CheckerResult): void;
  reject(error: unknown): void;
}

/**
 * @param timeoutMs a thread that shows no sign of life for this long is terminated, and its file fails
 * @param onThreadLost called for every thread that was lost while it had a file
 */
export function createLane(timeoutMs: number, onThreadLost: (error: SpoolError) => void): Lane {
  const worker = new Worker(WORKER, {
    name: 'upload-checker',
    // What a line leaves behind is garbage at once: a small young generation collects it as fast in less memory.
    resourceLimits: { maxYoungGenerationSizeMb: 6 },
  });
  let run: Run | undefined;
  let isLost = false;

  function lose(error: SpoolError): void {
    isLost = true;
    if (run !== undefined && !run.job.signal.aborted) onThreadLost(error);
    run?.reject(error);
    run = undefined;
  }

  worker.on('message', (message: FromChecker) => {
    switch (message.kind) {
      case 'checked':
        run?.job.onChecked(message.bytes, message.linesChecked, message.errors);
        return;
      case 'done':
        run?.resolve(message.result);
        return;
      case 'failed': {
        const { spoolKind, error } = message;
        run?.reject(spoolKind === null ? error : new SpoolError(spoolKind, message.message, error));
      }
    }
  });
  worker.on('error', (error) => lose(lostError(error)));
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      lose(lostError());
      resolve();
    });
  });

  function terminateStuck(): void {
    const message = `Each piece of a file must be checked within ${timeoutMs} ms, and one was not: nothing was sent`;
    lose(new SpoolError('TIMEOUT', message));
    void worker.terminate();
  }

  return {
    get isLost() {
      return isLost;
    },
    async run(job) {
      const { file, signal, check, keep } = job;
      const control = createControl();
      const watch = watchPulse(control, timeoutMs, terminateStuck);
      signal.addEventListener('abort', control.stop, { once: true });
      if (signal.aborted) control.stop();
      try {
        const outcome = new Promise<CheckerResult>((resolve, reject) => {
          run = { job, resolve, reject };
        });
        const { path, hadBom } = file;
        worker.postMessage({ control: control.memory, path, hadBom, check, keep } satisfies CheckerJob);
        // Where the rest never arrives, the signal is aborted too.
        announceGrowth(file, control).catch(() => undefined);
        return await outcome;
      } catch (error) {
        if (isLost) await Promise.race([exited, sleep(ENDING_MS, undefined, { ref: false })]);
        throw signal.aborted ? signal.reason : error;
      } finally {
        clearInterval(watch);
        signal.removeEventListener('abort', control.stop);
        run = undefined;
      }
    },
    keepAlive: (yes) => (yes ? worker.ref() : worker.unref()),
    async terminate() {
      await worker.terminate();
    },
  };
}

/** May outlive the run; its control is no longer read then. */
async function announceGrowth(file: GrowingFile, control: Control): Promise<void> {
  for (;;) {
    const { written, isComplete } = file;
    control.announce(written, isComplete);
    if (isComplete) return;
    await file.arrived(written + 1);
  }
}

function watchPulse({ pulse }: Control, timeoutMs: number, onStuck: () => void): NodeJS.Timeout {
  let last = pulse();
  let unchanged = 0;
  const timer = setInterval(() => {
    const next = pulse();
    unchanged = next === last ? unchanged + 1 : 0;
    last = next;
    if (unchanged < LOOKS) return;
    clearInterval(timer);
    onStuck();
  }, timeoutMs / LOOKS);
  return timer.unref();
}

function lostError(cause?: Error): SpoolError {
  const why = cause === undefined ? '' : `: ${cause.message}`;
  return new SpoolError('WORKER_LOST', `The checking thread of an upload ended${why}`, cause);
}
