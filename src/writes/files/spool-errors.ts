import { badUserInput, GatewayError, type ProblemPath } from '../../errors.js';
import { SpoolError } from '../engine/spool-error.js';

/**
 * Errors of the engine, and of the caller's own stream, as those of the catalogue. Others come back as they are.
 *
 * @param path where the caller's request has the file
 */
export function toGatewayError(error: unknown, path: ProblemPath): unknown {
  if (isTooLarge(error)) return new GatewayError('PAYLOAD_TOO_LARGE', error.message, { cause: error });
  if (isBrokenOff(error)) {
    const message = 'the upload ended before its last byte; nothing was sent';
    return badUserInput([{ path, code: 'INVALID_VALUE', message }]);
  }
  if (!(error instanceof SpoolError)) return error;
  switch (error.kind) {
    case 'TOO_LARGE':
    case 'INFLATED_TOO_LARGE':
    case 'TIMEOUT':
      return new GatewayError('PAYLOAD_TOO_LARGE', error.message, { cause: error });
    case 'BAD_GZIP':
      return badUserInput([{ path, code: 'BAD_FORMAT', message: error.message }]);
    case 'DISK_FULL':
    case 'SPOOL_FULL':
    case 'DISK_ERROR':
      return new GatewayError('STORAGE_UNAVAILABLE', error.message, { cause: error });
    case 'ABORTED':
      return new GatewayError(
        'UPSTREAM_UNAVAILABLE',
        'The upload was given up before anything was sent: try again.',
        { cause: error },
      );
    case 'WORKER_LOST':
      return error;
  }
}

/** graphql-upload says so by a status. */
function isTooLarge(error: unknown): error is Error {
  return error instanceof Error && 'status' in error && error.status === 413;
}

/** The caller went away; graphql-upload says so by a status, Node by a code. */
function isBrokenOff(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('status' in error && (error.status === 499 || error.status === 400)) return true;
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'ERR_STREAM_PREMATURE_CLOSE');
}
