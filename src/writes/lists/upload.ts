import type { UploadObjectType } from '../../crm/object-types.js';
import type { Submitted } from '../ledger/types.js';
import { checkList, type ListChecker, type TypedList } from './check.js';
import type { ListWarnings } from './rules.js';
import { type ListSender, submitList } from './submit.js';

export interface ListUpload extends TypedList {
  readonly clientRequestId?: string | undefined;
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
  const { warnings, warningCount, ...list } = await checkList(upload, deps);
  const submitted = await submitList({ objectType, clientRequestId, ...list }, deps);
  return { ...submitted, objectType, objectCount: upload.objects.length, warnings, warningCount };
}
