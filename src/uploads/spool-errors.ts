import { GatewayError } from '../errors.js';
import { SpoolError } from './engine/spool-error.js';

/** Errors of the engine, and of the caller's own stream, as those of the catalogue; for `.catch`. Others pass. */
export function catalogued(error: unknown): never {
  if (isTooLarge(error)) throw new GatewayError('PAYLOAD_TOO_LARGE', error.message, { cause: error });
  if (isBrokenOff(error)) {
    throw new GatewayError('BAD_USER_INPUT', 'The upload ended before its last byte; nothing was sent.', {
      cause: error,
    });
  }
  if (!(error instanceof SpoolError)) throw error;
  switch (error.kind) {
    case 'TOO_LARGE':
    case 'INFLATED_TOO_LARGE':
      throw new GatewayError('PAYLOAD_TOO_LARGE', error.message, { cause: error });
    case 'BAD_GZIP':
      throw new GatewayError('BAD_USER_INPUT', error.message, { cause: error });
    case 'DISK_FULL':
    case 'DISK_ERROR':
      throw new GatewayError('STORAGE_UNAVAILABLE', error.message, { cause: error });
    case 'ABORTED':
      throw new GatewayError(
        'UPSTREAM_UNAVAILABLE',
        'The upload was given up before anything was sent: try again.',
        {
          cause: error,
        },
      );
    case 'WORKER_LOST':
      throw error;
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
