import type { UploadObjectType } from '../../crm/object-types.js';
import type { Author } from '../journal/types.js';
import type { Submitted } from '../ledger/types.js';
import type { ListBatcher } from './batcher.js';
import { checkList, type ListChecker, type TypedList } from './check.js';
import type { ListWarnings } from './rules.js';
import { type ListSender, submitList } from './submit.js';

export interface ListUpload extends TypedList {
  readonly clientRequestId?: string | undefined;
  /** Where to send a webhook once the request has ended. */
  readonly notify?: string | undefined;
}

export interface ListUploadResult extends Submitted, ListWarnings {
  readonly objectType: UploadObjectType;
  readonly objectCount: number;
}

export interface ListUploadDependencies extends ListChecker, ListSender {
  /** Sends the lists of all callers. */
  readonly batcher: ListBatcher;
  /** Whose list it is, for the journal. */
  readonly author: Author;
}

/**
 * Checks a list of typed objects, sorts it and sends it: with other lists that are waiting, or under its own
 * `clientRequestId`.
 *
 * @throws GatewayError BAD_USER_INPUT naming every invalid field, before anything is sent; CONFLICT if the
 *   `clientRequestId` is known to have been used for other content
 */
export async function uploadList(
  upload: ListUpload,
  deps: ListUploadDependencies,
): Promise<ListUploadResult> {
  const { objectType, clientRequestId } = upload;
  const { warnings, warningCount, integrationId, lines } = await checkList(upload, deps);
  const submitted =
    clientRequestId === undefined
      ? await deps.batcher.submit({
          objectType,
          integrationId,
          lines,
          caller: deps.caller,
          author: deps.author,
        })
      : await submitList(
          {
            ...{ objectType, integrationId, clientRequestId },
            file: lines.map(({ text }) => text).join(''),
            objectIds: lines.map(({ objectId }) => objectId),
          },
          deps,
        );
  return { ...submitted, objectType, objectCount: upload.objects.length, warnings, warningCount };
}
