import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestStatus } from '../../crm/request-status.js';
import { type ErrorCode, GatewayError } from '../../errors.js';
import type { FileBody, GongClient, Permit } from '../../gong/types.js';
import type { Log } from '../../log.js';
import type { Batch } from './records.js';

export interface SendDeps {
  readonly integrationId: string;
  readonly gong: Pick<GongClient, 'uploadObjects'>;
  /** Resolves with the final status of a request. */
  readonly untilFinal: (integrationId: string, clientRequestId: string) => Promise<RequestStatus>;
  readonly logger: Pick<Log, 'warn'>;
  readonly pauses: Pauses;
}

export interface Pauses {
  /** While Gong cannot be called: the first pause, which doubles up to the longest. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** Before a version is sent again that was refused for a reason which may pass. */
  readonly retryMs: number;
}

/** Gong refuses the upload as such. */
const REFUSALS: readonly ErrorCode[] = ['BAD_USER_INPUT', 'PAYLOAD_TOO_LARGE', 'NOT_FOUND'];

/** Whether sending the same upload again would change nothing. */
export function isRefusal({ code }: GatewayError): boolean {
  return REFUSALS.includes(code);
}

/** Gong has no request of this name, although it received it. */
export const FORGOTTEN = Symbol('forgotten');

/**
 * Sends a batch and resolves once Gong has received it, however long that takes: while Gong is away, or the day's calls are
 * spent, it tries again.
 *
 * @param permit for the first attempt
 * @throws GatewayError if Gong refuses the upload; the signal's reason
 */
export async function sendBatch(
  batch: Batch,
  file: FileBody,
  permit: Permit | undefined,
  deps: SendDeps,
  signal: AbortSignal,
): Promise<void> {
  const { integrationId, gong } = deps;
  const { objectType, clientRequestId } = batch;
  let first = permit;
  try {
    await persistently(deps, signal, async () => {
      const options = {
        priority: 'background',
        signal,
        ...(first === undefined ? {} : { permit: first }),
      } as const;
      first = undefined;
      try {
        await gong.uploadObjects(objectType, { integrationId, clientRequestId, file }, options);
      } catch (error) {
        // The name is this batch's alone, so an attempt whose answer was lost has arrived, or another replica's.
        if (!(error instanceof GatewayError) || error.code !== 'CONFLICT') throw error;
      }
    });
  } finally {
    permit?.settled();
  }
}

/** Resolves with the final status of a batch that Gong has received. */
export function followBatch(
  { clientRequestId }: Batch,
  deps: SendDeps,
  signal: AbortSignal,
): Promise<RequestStatus | typeof FORGOTTEN> {
  const { integrationId, untilFinal } = deps;
  return persistently(deps, signal, async () => {
    try {
      return await untilFinal(integrationId, clientRequestId);
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'NOT_FOUND') return FORGOTTEN;
      throw error;
    }
  });
}

/** Runs `work` until it succeeds or Gong refuses it for good, with pauses that grow. */
export async function persistently<T>(
  { pauses, logger }: Pick<SendDeps, 'pauses' | 'logger'>,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  for (let pauseMs = pauses.firstMs; ; pauseMs = Math.min(2 * pauseMs, pauses.longestMs)) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof GatewayError && isRefusal(error)) throw error;
      const waitMs = Math.min(Math.max(pauseMs, retryAfterMs(error)), pauses.longestMs);
      logger.warn({ err: error, waitMs }, 'the queue of changes could not go on: it will try again');
      await sleep(waitMs, undefined, { signal });
    }
  }
}

function retryAfterMs(error: unknown): number {
  const seconds = error instanceof GatewayError ? error.extensions.retryAfterSeconds : undefined;
  return typeof seconds === 'number' ? seconds * 1_000 : 0;
}
