import { SpoolError } from './spool-error.js';

/** A signal that any of several others can abort, and that lets go of them when disposed of. */
export interface CancelSignal extends Disposable {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
}

/** Reasons that are not a `SpoolError` are wrapped in one of kind ABORTED. */
export function createCancelSignal(parents: readonly (AbortSignal | undefined)[]): CancelSignal {
  // Not AbortSignal.any: on Node 20 a long-lived parent keeps every signal made from it.
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
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    [Symbol.dispose]() {
      for (const release of undo) release();
    },
  };
}
