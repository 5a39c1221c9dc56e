import type { UploadObjectType } from '../../crm/object-types.js';
import type { CallOptions, GongClient, UploadRequest } from '../../gong/types.js';
import type { Recorder } from '../journal/recorder.js';
import type { Writer } from '../journal/types.js';
import { listContent } from '../ledger/content.js';
import type { SubmissionLedger } from '../ledger/ledger.js';
import type { RequestName, Submitted } from '../ledger/types.js';
import type { SentList, SentObjects } from './sent-objects.js';

export interface SubmittedList extends Pick<SentList, 'owners' | 'lists'> {
  readonly objectType: UploadObjectType;
  readonly integrationId: string;
  readonly clientRequestId?: string | undefined;
  /** LDJSON. */
  readonly file: string;
  /** One per line. */
  readonly objectIds: readonly string[];
  /** What the caller sent, if the file has more; default: the file. */
  readonly given?: string;
  /** Prefix of names derived from the content; default: the type. */
  readonly kind?: string;
  /** Default: an upload of objects. */
  readonly send?: (request: UploadRequest, options: CallOptions) => Promise<void>;
  /** See `Submission`. */
  readonly onWait?: () => void;
  /** One for each of the lists that share the request; default: the sender. */
  readonly writers?: readonly Writer[];
  /** Whose turns in the budget the calls for its status take; default: the sender's. */
  readonly caller?: string | undefined;
}

export interface ListSender {
  readonly gong: GongClient;
  readonly ledger: SubmissionLedger;
  readonly sentObjects: SentObjects;
  /** Whose lists are sent; default: the gateway's own. */
  readonly caller?: string | undefined;
  readonly record: Recorder;
}

/**
 * Sends a list as one request, unless that would be a repeat.
 *
 * @throws GatewayError CONFLICT if the caller's ID was used for other content, or Gong's error
 */
export function submitList(list: SubmittedList, sender: ListSender): Promise<Submitted> {
  const { objectType, integrationId, clientRequestId, objectIds, owners, lists, onWait, writers } = list;
  const { gong, ledger, sentObjects, record } = sender;
  const kind = list.kind ?? objectType.toLowerCase();
  const content = Promise.resolve(listContent(kind, integrationId, list.given ?? list.file));
  const file = new Blob([list.file]);
  const send = list.send ?? ((request, options) => gong.uploadObjects(objectType, request, options));
  return ledger.submit(
    { integrationId, clientRequestId, kind, content, onWait, caller: list.caller ?? sender.caller },
    async (attempt) => {
      let isRemembered = false;
      async function remember(name: Pick<RequestName, 'clientRequestId'>): Promise<void> {
        const sent = { objectType, ids: objectIds, owners, lists };
        await sentObjects.remember(integrationId, name.clientRequestId, sent);
        isRemembered = true;
      }
      const sending = { kind: 'LIST', objectType, objectCount: objectIds.length, writers } as const;
      const request = await attempt.submit(attempt.clientRequestId, (name) =>
        record({ ...sending, ...name }, async (options) => {
          await send({ ...name, file }, { priority: 'upload', ...options });
          // Before the journal follows the request, and has to name the objects in its errors.
          await remember(name);
        }),
      );
      if (!isRemembered) await remember(request);
      return [request];
    },
  );
}
