import type { Webhooks } from '../../webhooks/webhooks.js';
import type { Submitted } from '../ledger/types.js';
import type { Author, Journal, SentRequest } from './types.js';

/** Promises webhooks to callers. */
export interface Notices {
  /** See `Webhooks.refusalOf`. */
  readonly refusalOf: Webhooks['refusalOf'];
  /**
   * Asks for a webhook about each request of a submission, also if Gong had them before. Returns the submission, whose message
   * says so if that failed.
   */
  promise<T extends Submitted>(
    submitted: T,
    about: Pick<SentRequest, 'kind' | 'objectType' | 'objectCount'>,
    url: string | undefined,
  ): Promise<T>;
}

const NO_PROMISE =
  'The gateway cannot promise the webhook that you asked for: follow the request with `requestStatus`.';

export function createNotices(
  journal: Pick<Journal, 'tell'>,
  { refusalOf }: Pick<Webhooks, 'refusalOf'>,
  author: Author,
): Notices {
  return {
    refusalOf,
    async promise(submitted, about, url) {
      if (url === undefined) return submitted;
      const writers = [{ ...author, objectCount: about.objectCount }];
      const told = await Promise.all(
        submitted.requests.map(({ integrationId, clientRequestId }) =>
          journal.tell(
            { ...about, integrationId, clientRequestId, writers, gongRequestId: null, isUnsure: false },
            url,
          ),
        ),
      );
      if (!told.includes(false)) return submitted;
      const { message } = submitted;
      return { ...submitted, message: message === null ? NO_PROMISE : `${message} ${NO_PROMISE}` };
    },
  };
}
