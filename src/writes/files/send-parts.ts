import { partRequestId } from '../../crm/identifiers.js';
import type { UploadObjectType } from '../../crm/object-types.js';
import type { RequestStatus } from '../../crm/request-status.js';
import { GatewayError } from '../../errors.js';
import type { FileBody, GongClient } from '../../gong/types.js';
import type { UploadPart } from '../engine/types.js';
import type { Attempt, RequestName } from '../ledger/types.js';
import type { ObjectError, SentObjects } from '../lists/sent-objects.js';
import { readIds } from './read-ids.js';

export interface PartsUpload {
  readonly objectType: UploadObjectType;
  readonly integrationId: string;
  readonly attempt: Attempt;
  /** Told of each part that Gong has. */
  readonly onPartSent: () => void;
}

export interface PartSender {
  readonly gong: GongClient;
  readonly sentObjects: SentObjects;
  /** Follows a request to DONE or FAILED. */
  readonly untilFinal: (integrationId: string, clientRequestId: string) => Promise<RequestStatus>;
}

type Named = Pick<RequestName, 'clientRequestId'>;

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
  upload: PartsUpload,
  sender: PartSender,
): Promise<Named[]> {
  const { integrationId, attempt } = upload;
  const sent: Named[] = [];
  let settled = 0;
  for (const [index, part] of parts.entries()) {
    if (part.afterPrevious) {
      for (const { clientRequestId } of sent.slice(settled)) {
        const status = await sender.untilFinal(integrationId, clientRequestId);
        if (status.state === 'DONE') continue;
        const lineErrors = await sender.sentObjects.name(integrationId, clientRequestId, status.errors);
        throw failedBefore(clientRequestId, lineErrors, `${sent.length} of ${parts.length}`);
      }
      settled = sent.length;
    }
    const clientRequestId =
      parts.length === 1 ? attempt.clientRequestId : partRequestId(attempt.clientRequestId, index + 1);
    const file = { size: part.bytes, stream: () => part.stream() };
    sent.push(await sendPart(clientRequestId, file, upload, sender));
  }
  return sent;
}

/** @param signal gives it up, where that is possible without leaving anybody in doubt */
export async function sendPart(
  clientRequestId: string,
  file: FileBody,
  { objectType, integrationId, attempt, onPartSent }: PartsUpload,
  { gong, sentObjects }: PartSender,
  signal?: AbortSignal,
): Promise<Named> {
  const { body, ids } = readIds(file);
  const submitted = await attempt.submit(clientRequestId, (name) =>
    gong.uploadObjects(
      objectType,
      { ...name, file: body },
      { priority: 'upload', ...(signal === undefined ? {} : { signal }) },
    ),
  );
  onPartSent();
  const sent = ids();
  if (sent !== null) await sentObjects.remember(integrationId, clientRequestId, { objectType, ids: sent });
  return submitted;
}

function failedBefore(
  clientRequestId: string,
  lineErrors: readonly ObjectError[],
  sent: string,
): GatewayError {
  return new GatewayError(
    'UPSTREAM_ERROR',
    `Gong failed ${clientRequestId}, so the later versions of its objects were not sent: ${sent} parts are there. ` +
      'Mend the lines it names and send the file again, under another clientRequestId if you gave one.',
    { details: { clientRequestId, lineErrors } },
  );
}
