export type SpoolErrorKind =
  /** More bytes received than `maxBytes`, or a line that no part can hold. */
  | 'TOO_LARGE'
  | 'INFLATED_TOO_LARGE'
  | 'BAD_GZIP'
  | 'DISK_FULL'
  /** The files under way use all the space they may; more becomes free as they end. */
  | 'SPOOL_FULL'
  /** Any other refusal of the disk: read-only, no permission, not a folder. */
  | 'DISK_ERROR'
  /** The caller's signal, or the engine's `close()`. */
  | 'ABORTED'
  /** A worker thread got stuck with a piece of the file and was terminated. */
  | 'TIMEOUT'
  /** A worker thread ended unexpectedly: out of memory, or a bug. */
  | 'WORKER_LOST';

/** A file could not be prepared, for a reason other than its lines. */
export class SpoolError extends Error {
  override readonly name = 'SpoolError';

  constructor(
    readonly kind: SpoolErrorKind,
    /** Shown to callers: what was needed, what was got and how to fix it. */
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** Turns an error of `node:fs` into a `SpoolError`; returns others unchanged. */
export function asSpoolError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    return new SpoolError(
      'DISK_FULL',
      'The upload needs space in the spool folder, and its disk is full: free some or configure another folder',
      error,
    );
  }
  return new SpoolError(
    'DISK_ERROR',
    `The upload needs a writable spool folder, got ${String(error.code)}`,
    error,
  );
}
