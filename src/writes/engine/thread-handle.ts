import { Worker } from 'node:worker_threads';
import type { Failed, LaneMemory, ThreadMemory } from './protocol.js';
import { SpoolError } from './spool-error.js';
import { workerUrl } from './worker-url.js';

/** The main thread's hold on one worker thread. */
export interface ThreadHandle<To, From extends { readonly kind: string }> {
  /** Resolves when the thread has ended, for whatever reason. */
  readonly lost: Promise<void>;
  post(message: To): void;
  /** Posts the message; resolves with the next message of kind `reply`. Never rejects: failures go to `onFailure`. */
  ask<K extends From['kind']>(message: To, reply: K): Promise<Extract<From, { kind: K }>>;
  /** Whether the thread keeps the process alive. */
  keepAlive(yes: boolean): void;
  terminate(): Promise<void>;
}

export interface ThreadHandleOptions<From> {
  readonly memory: LaneMemory;
  /** A thread that gives no sign of life for this long, while it has work, is lost and ended. */
  readonly timeoutMs: number;
  /** Every message but failures. */
  readonly onMessage: (message: From) => void;
  readonly onFailure: (error: unknown) => void;
  readonly onLost: (error: SpoolError) => void;
}

export function createThreadHandle<To, From extends { readonly kind: string }>(
  name: 'checker' | 'hasher',
  options: ThreadHandleOptions<From>,
): ThreadHandle<To, From> {
  const pulse = new SharedArrayBuffer(8);
  const worker = new Worker(workerUrl(name), {
    name: `upload-${name}`,
    workerData: { ...options.memory, pulse } satisfies ThreadMemory,
    // What a line leaves behind is garbage at once: a small young generation collects it as fast in less memory.
    resourceLimits: { maxYoungGenerationSizeMb: 6 },
  });
  const waiting = new Map<string, (message: From) => void>();

  worker.on('message', (message: From | Failed) => {
    if (isFailure(message)) {
      options.onFailure(toError(message));
      return;
    }
    const resolve = waiting.get(message.kind);
    waiting.delete(message.kind);
    resolve?.(message);
    options.onMessage(message);
  });
  worker.on('error', (error) => options.onLost(lostError(name, error)));
  const lost = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      options.onLost(lostError(name));
      resolve();
    });
  });

  const watch = watchPulse(new Int32Array(pulse), options.timeoutMs, () => {
    options.onLost(
      new SpoolError(
        'TIMEOUT',
        `Each piece of a file must be dealt with in ${options.timeoutMs} ms, and one was not: nothing was sent`,
      ),
    );
    void worker.terminate();
  });
  void lost.then(watch.end);
  function post(message: To): void {
    worker.postMessage(message);
    watch.posted();
  }

  return {
    lost,
    post,
    ask: (message, reply) =>
      new Promise((resolve) => {
        waiting.set(reply, (answer) => {
          if (isKind(answer, reply)) resolve(answer);
        });
        post(message);
      }),
    keepAlive: (yes) => (yes ? worker.ref() : worker.unref()),
    async terminate() {
      await worker.terminate();
    },
  };
}

/** So many times in a row the pulse must stand still: not the clock decides, which may have stood still as well. */
const LOOKS = 4;

function watchPulse(pulse: Int32Array, timeoutMs: number, onStuck: () => void) {
  let posted = 0;
  let timer: NodeJS.Timeout | undefined;
  let last = '';
  let unchanged = 0;

  function end(): void {
    clearInterval(timer);
    timer = undefined;
  }

  function look(): void {
    const handled = Atomics.load(pulse, 0);
    if (handled === posted) {
      end();
      return;
    }
    const sign = `${handled} ${Atomics.load(pulse, 1)}`;
    unchanged = sign === last ? unchanged + 1 : 0;
    last = sign;
    if (unchanged < LOOKS) return;
    end();
    onStuck();
  }

  return {
    end,
    posted() {
      posted = (posted + 1) | 0;
      timer ??= setInterval(look, timeoutMs / LOOKS).unref();
    },
  };
}

function lostError(name: string, cause?: Error): SpoolError {
  const why = cause === undefined ? '' : `: ${cause.message}`;
  return new SpoolError('WORKER_LOST', `The ${name} thread of uploads ended${why}`, cause);
}

function isFailure(message: { readonly kind: string }): message is Failed {
  return message.kind === 'failed';
}

function isKind<M extends { readonly kind: string }, K extends M['kind']>(
  message: M,
  kind: K,
): message is Extract<M, { kind: K }> {
  return message.kind === kind;
}

function toError({ spoolKind, message, error }: Failed): unknown {
  return spoolKind === null ? error : new SpoolError(spoolKind, message, error);
}
