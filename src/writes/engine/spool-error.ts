export type SpoolErrorKind =
  /** More bytes received than `maxBytes`, or a line that no part can hold. */
  | 'TOO_LARGE'
  | 'INFLATED_TOO_LARGE'
  | 'BAD_GZIP'
  | 'DISK_FULL'
  /** The files under way have the room that they may have; more will be free when some have ended. */
  | 'SPOOL_FULL'
  /** Any other refusal of the disk: read-only, no permission, not a folder. */
  | 'DISK_ERROR'
  /** The caller's signal, or the engine's `close()`. */
  | 'ABORTED'
  /** A worker thread did not come to an end with a piece of the file, and was ended. */
  | 'TIMEOUT'
  /** A worker thread ended by itself: out of memory, or a bug. */
  | 'WORKER_LOST';

/** Why a file was not prepared although nothing may be wrong with its lines. */
export class SpoolError extends Error {
  override readonly name = 'SpoolError';

  constructor(
    readonly kind: SpoolErrorKind,
    /** What was needed, what was got and how to mend it. */
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** An error of `node:fs` as a `SpoolError`; any other error as it is. */
export function asSpoolError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    return new SpoolError(
      'DISK_FULL',
      'The upload needs room in the spool folder and its disk is full: free space or set another spool folder',
      error,
    );
  }
  return new SpoolError(
    'DISK_ERROR',
    `The upload needs a spool folder that can be written, got ${String(error.code)}`,
    error,
  );
}
