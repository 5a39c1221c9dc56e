import type { UploadObjectType } from '../crm/object-types.js';
import type { RequestStatus } from '../crm/request-status.js';
import { GatewayError } from '../errors.js';
import type { GongClient } from '../gong/types.js';
import type { UploadPart } from './engine/types.js';
import { type SubmittedRequest, submitOnce } from './submit-once.js';

export interface UploadName {
  readonly objectType: UploadObjectType;
  readonly integrationId: string;
  readonly clientRequestId: string;
  /** Told of each part that Gong has. */
  readonly onPartSent: () => void;
}

export interface PartSender {
  readonly gong: GongClient;
  /** Follows a request to DONE or FAILED. */
  readonly untilFinal: (integrationId: string, clientRequestId: string) => Promise<RequestStatus>;
}

/**
 * Sends the parts of a file in order, each under its own name. A part that repeats an object of an earlier one
 * waits until those are DONE, or Gong might process them the other way round; the others do not wait.
 *
 * Not ended by a caller who goes away: once the first byte is sent, the rest belongs to it.
 *
 * @throws GatewayError UPSTREAM_ERROR where an earlier part failed at Gong, so that a later one may not be sent
 */
export async function sendParts(
  parts: readonly UploadPart[],
  upload: UploadName,
  { gong, untilFinal }: PartSender,
): Promise<SubmittedRequest[]> {
  const { objectType, integrationId } = upload;
  const sent: SubmittedRequest[] = [];
  let settled = 0;
  for (const [index, part] of parts.entries()) {
    if (part.afterPrevious) {
      for (const request of sent.slice(settled))
        await untilDone(request, sent.length, parts.length, untilFinal);
      settled = sent.length;
    }
    const clientRequestId =
      parts.length === 1 ? upload.clientRequestId : `${upload.clientRequestId}-${index + 1}`;
    const file = { size: part.bytes, stream: () => part.stream() };
    const submitted = await submitOnce({ integrationId, clientRequestId }, (name) =>
      gong.uploadObjects(objectType, { ...name, file }, { priority: 'upload' }),
    );
    sent.push(submitted);
    upload.onPartSent();
  }
  return sent;
}

async function untilDone(
  { integrationId, clientRequestId }: SubmittedRequest,
  sent: number,
  of: number,
  untilFinal: PartSender['untilFinal'],
): Promise<void> {
  const { state, errors } = await untilFinal(integrationId, clientRequestId);
  if (state === 'DONE') return;
  throw new GatewayError(
    'UPSTREAM_ERROR',
    `Gong failed ${clientRequestId}, so the later versions of its objects were not sent: ${sent} of ${of} parts are there. ` +
      'Mend the lines it names and send the file again.',
    { details: { clientRequestId, lineErrors: errors } },
  );
}
