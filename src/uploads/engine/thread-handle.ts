import { Worker } from 'node:worker_threads';
import type { Failed, LaneMemory } from './protocol.js';
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
  /** Every message but failures. */
  readonly onMessage: (message: From) => void;
  readonly onFailure: (error: unknown) => void;
  readonly onLost: (error: SpoolError) => void;
}

export function createThreadHandle<To, From extends { readonly kind: string }>(
  name: 'checker' | 'spooler',
  options: ThreadHandleOptions<From>,
): ThreadHandle<To, From> {
  const worker = new Worker(workerUrl(name), {
    name: `upload-${name}`,
    workerData: options.memory,
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

  return {
    lost,
    post: (message) => worker.postMessage(message),
    ask: (message, reply) =>
      new Promise((resolve) => {
        waiting.set(reply, (answer) => {
          if (isKind(answer, reply)) resolve(answer);
        });
        worker.postMessage(message);
      }),
    keepAlive: (yes) => (yes ? worker.ref() : worker.unref()),
    async terminate() {
      await worker.terminate();
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
