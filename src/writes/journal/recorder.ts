import type { CallAttempt, CallOptions } from '../../gong/types.js';
import type { Author, Journal, SentRequest, Writer } from './types.js';

/** A request that is about to be sent. */
export interface Sending extends Pick<SentRequest, 'kind' | 'objectType' | 'clientRequestId'> {
  readonly integrationId: string | null;
  readonly objectCount: number | null | (() => number | null);
  /** Default: the author alone. */
  readonly writers?: readonly Writer[] | undefined;
}

/**
 * Makes a call that writes and records it in the journal, unless it is certain that Gong does not have it. Returns what the
 * call returns; `integrationIdOf` reads from that where the request had no integration before.
 */
export type Recorder = <T>(
  sending: Sending,
  call: (options: Pick<CallOptions, 'onAttempt'>) => Promise<T>,
  integrationIdOf?: (result: T) => string,
) => Promise<T>;

export function createRecorder(journal: Pick<Journal, 'record'>, author: Author): Recorder {
  return async (sending, call, integrationIdOf) => {
    let last: CallAttempt | undefined;

    function record(integrationId: string | null, isUnsure: boolean): Promise<void> {
      const { objectCount: count, writers, ...request } = sending;
      const objectCount = typeof count === 'function' ? count() : count;
      return journal.record({
        ...{ ...request, integrationId, objectCount, isUnsure },
        writers: writers ?? [{ ...author, objectCount }],
        gongRequestId: last?.gongRequestId ?? null,
      });
    }

    try {
      const result = await call({
        onAttempt(attempt) {
          last = attempt;
        },
      });
      await record(integrationIdOf?.(result) ?? sending.integrationId, false);
      return result;
    } catch (error) {
      if (last?.isUnsure === true) await record(sending.integrationId, true);
      throw error;
    }
  };
}
