import type { UploadObjectType } from '../../crm/object-types.js';
import type { CallOptions, GongClient, UploadRequest } from '../../gong/types.js';
import type { Recorder } from '../journal/recorder.js';
import type { Writer } from '../journal/types.js';
import { listContent } from '../ledger/content.js';
import type { SubmissionLedger } from '../ledger/ledger.js';
import type { Submitted } from '../ledger/types.js';
import { checkList, type ListChecker, type TypedList } from './check.js';
import type { ListWarnings } from './rules.js';
import type { SentObjects } from './sent-objects.js';

export interface ListUpload extends TypedList {
  readonly clientRequestId?: string | undefined;
  /** Where to send a webhook once the request has ended. */
  readonly notify?: string | undefined;
}

export interface ListUploadResult extends Submitted, ListWarnings {
  readonly objectType: UploadObjectType;
  readonly objectCount: number;
}

export type ListUploadDependencies = ListChecker & ListSender;

/**
 * Checks a list of typed objects, sorts it and sends it as one request.
 *
 * @throws GatewayError BAD_USER_INPUT naming every invalid field, before anything is sent; CONFLICT if the
 *   `clientRequestId` is known to have been used for other content
 */
export async function uploadList(
  upload: ListUpload,
  deps: ListUploadDependencies,
): Promise<ListUploadResult> {
  const { objectType, clientRequestId } = upload;
  const { warnings, warningCount, lines, integrationId } = await checkList(upload, deps);
  const list = {
    integrationId,
    objectIds: lines.map(({ objectId }) => objectId),
    file: lines.map(({ text }) => text).join(''),
  };
  const submitted = await submitList({ objectType, clientRequestId, ...list }, deps);
  return { ...submitted, objectType, objectCount: upload.objects.length, warnings, warningCount };
}

export interface SubmittedList {
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
  /** Default: the caller alone. */
  readonly writers?: readonly Writer[];
}

export interface ListSender {
  readonly gong: GongClient;
  readonly ledger: SubmissionLedger;
  readonly sentObjects: SentObjects;
  readonly record: Recorder;
}

/**
 * Sends a list as one request, unless that would be a repeat.
 *
 * @throws GatewayError CONFLICT if the caller's ID was used for other content, or Gong's error
 */
export function submitList(
  list: SubmittedList,
  { gong, ledger, sentObjects, record }: ListSender,
): Promise<Submitted> {
  const { objectType, integrationId, clientRequestId, objectIds, writers } = list;
  const kind = list.kind ?? objectType.toLowerCase();
  const content = listContent(kind, integrationId, list.given ?? list.file);
  const file = new Blob([list.file]);
  const send = list.send ?? ((request, options) => gong.uploadObjects(objectType, request, options));
  return ledger.submit(
    { integrationId, clientRequestId, kind, content: Promise.resolve(content) },
    async (attempt) => {
      const request = await attempt.submit(attempt.clientRequestId, (name) =>
        record({ kind: 'LIST', ...name, objectType, objectCount: objectIds.length, writers }, (options) =>
          send({ ...name, file }, { priority: 'upload', ...options }),
        ),
      );
      await sentObjects.remember(integrationId, request.clientRequestId, { objectType, ids: objectIds });
      return [request];
    },
  );
}
