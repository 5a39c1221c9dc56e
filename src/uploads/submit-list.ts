import type { UploadObjectType } from '../crm/object-types.js';
import type { GongClient, UploadRequest } from '../gong/types.js';
import { listContent } from './ledger/content.js';
import type { SubmissionLedger } from './ledger/ledger.js';
import type { Submitted } from './ledger/types.js';
import type { SentObjects } from './sent-objects.js';

export interface SubmittedList {
  readonly objectType: UploadObjectType;
  readonly integrationId: string;
  readonly clientRequestId?: string | undefined;
  /** The objects in the order in which they are sent, each a line. */
  readonly rows: readonly object[];
  readonly objectIds: readonly string[];
  /** Where the rows hold what the caller did not send: what it did. By default the rows. */
  readonly given?: readonly object[];
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
  const { objectType, integrationId, clientRequestId, rows, objectIds, given } = list;
  const kind = list.kind ?? objectType.toLowerCase();
  const text = ldjson(rows);
  const content = listContent(kind, integrationId, given === undefined ? text : ldjson(given));
  const file = new Blob([text]);
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

function ldjson(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}
