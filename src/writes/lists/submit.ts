import type { UploadObjectType } from '../../crm/object-types.js';
import type { GongClient, UploadRequest } from '../../gong/types.js';
import { listContent } from '../ledger/content.js';
import type { SubmissionLedger } from '../ledger/ledger.js';
import type { Submitted } from '../ledger/types.js';
import type { SentObjects } from './sent-objects.js';

export interface SubmittedList {
  readonly objectType: UploadObjectType;
  readonly integrationId: string;
  readonly clientRequestId?: string | undefined;
  /** LDJSON. */
  readonly file: string;
  /** By line. */
  readonly objectIds: readonly string[];
  /** Where the file holds what the caller did not send: what it did. By default the file. */
  readonly given?: string;
  /** What names made from the content begin with; by default the type. */
  readonly kind?: string;
  /** By default an upload of objects. */
  readonly send?: (request: UploadRequest) => Promise<void>;
}

export interface ListSender {
  readonly gong: GongClient;
  readonly ledger: SubmissionLedger;
  readonly sentObjects: SentObjects;
}

/**
 * Sends a list as one request, unless that would be a repeat.
 *
 * @throws GatewayError CONFLICT where the caller's own ID was used for something else, or whatever Gong answers
 */
export function submitList(
  list: SubmittedList,
  { gong, ledger, sentObjects }: ListSender,
): Promise<Submitted> {
  const { objectType, integrationId, clientRequestId, objectIds } = list;
  const kind = list.kind ?? objectType.toLowerCase();
  const content = listContent(kind, integrationId, list.given ?? list.file);
  const file = new Blob([list.file]);
  const send = list.send ?? ((request) => gong.uploadObjects(objectType, request, { priority: 'upload' }));
  return ledger.submit(
    { integrationId, clientRequestId, kind, content: Promise.resolve(content) },
    async (attempt) => {
      const request = await attempt.submit(attempt.clientRequestId, (name) => send({ ...name, file }));
      await sentObjects.remember(integrationId, request.clientRequestId, { objectType, ids: objectIds });
      return [request];
    },
  );
}
