import { Readable } from 'node:stream';
import { SpoolError } from './spool-error.js';
import type { UploadSource } from './types.js';

/** A signal that the caller, the engine and the source can abort. Disposing removes its listeners from the parents. */
export interface CancelSignal extends Disposable {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
}

/**
 * Aborts when one of `parents` does, with a `SpoolError` of kind ABORTED, and when the source is a stream that fails,
 * with its error.
 */
export function createCancelSignal(
  parents: readonly (AbortSignal | undefined)[],
  source: UploadSource,
): CancelSignal {
  // Not AbortSignal.any: on Node 20 a long-lived parent keeps every signal made from it in memory.
  const controller = new AbortController();
  const undo: (() => void)[] = [];
  for (const parent of parents) {
    if (parent === undefined) continue;
    const onAbort = () => {
      const reason: unknown = parent.reason;
      controller.abort(
        reason instanceof SpoolError
          ? reason
          : new SpoolError('ABORTED', 'The upload was aborted before it ended', reason),
      );
    };
    parent.addEventListener('abort', onAbort, { once: true });
    undo.push(() => parent.removeEventListener('abort', onAbort));
    if (parent.aborted) onAbort();
  }
  if (source instanceof Readable) {
    const onError = (error: Error) => controller.abort(error);
    source.on('error', onError);
    // Never removed: an error may come late, and one without a listener would end the process.
    if (source.errored !== null) onError(source.errored);
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    [Symbol.dispose]() {
      for (const release of undo) release();
    },
  };
}
