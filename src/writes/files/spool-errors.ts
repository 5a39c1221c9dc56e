import { badUserInput, GatewayError, type ProblemPath } from '../../errors.js';
import { SpoolError } from '../engine/spool-error.js';

/**
 * Turns errors of the engine and of the caller's stream into `GatewayError`s; returns others unchanged.
 *
 * @param path where the file is in the caller's request
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
        'The upload was aborted before anything was sent: try again.',
        { cause: error },
      );
    case 'WORKER_LOST':
      return error;
  }
}

/** graphql-upload reports it by a status. */
function isTooLarge(error: unknown): error is Error {
  return error instanceof Error && 'status' in error && error.status === 413;
}

/** The caller disconnected: graphql-upload reports it by a status, Node by a code. */
function isBrokenOff(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('status' in error && (error.status === 499 || error.status === 400)) return true;
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'ERR_STREAM_PREMATURE_CLOSE');
}
