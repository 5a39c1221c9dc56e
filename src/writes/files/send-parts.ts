import { partRequestId } from '../../crm/identifiers.js';
import type { UploadObjectType } from '../../crm/object-types.js';
import type { RequestStatus } from '../../crm/request-status.js';
import { GatewayError, isRetryable } from '../../errors.js';
import type { FileBody, GongClient } from '../../gong/types.js';
import type { ArrivingFile, PreparedUpload, UploadPart } from '../engine/types.js';
import type { Recorder } from '../journal/recorder.js';
import type { Attempt, RequestName } from '../ledger/types.js';
import type { SentObjects } from '../lists/sent-objects.js';
import { collectObjectIds } from './object-ids.js';

export interface PartsUpload {
  readonly objectType: UploadObjectType;
  readonly integrationId: string;
  readonly attempt: Attempt;
  /** Called for each part that Gong has accepted. */
  readonly onPartSent: () => void;
}

export interface PartSender {
  readonly gong: GongClient;
  readonly sentObjects: SentObjects;
  readonly record: Recorder;
  /** Follows a request until it is DONE or FAILED. */
  readonly untilFinal: (integrationId: string, clientRequestId: string) => Promise<RequestStatus>;
}

type Named = Pick<RequestName, 'clientRequestId'>;

/**
 * Sends a file while it arrives. If the caller breaks off, the request is aborted: Gong was told the length and accepts
 * nothing shorter. If Gong fails or is busy before it was sent the last byte, the file is sent again from disk once it is
 * complete: Gong cannot have accepted a file without its end.
 *
 * @param whole the same file, once all of it is on disk
 */
export async function sendWhileArriving(
  file: ArrivingFile,
  whole: Promise<PreparedUpload>,
  upload: PartsUpload,
  sender: PartSender,
): Promise<Named[]> {
  let isEndSent = false;
  async function* stream(): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const chunk of file.stream()) {
      bytes += chunk.length;
      if (bytes === file.bytes) isEndSent = true;
      yield chunk;
    }
  }
  const body = { size: file.bytes, stream };
  try {
    return [await sendPart(upload.attempt.clientRequestId, body, null, upload, sender, file.signal)];
  } catch (error) {
    if (isEndSent || !isRetryable(error)) throw error;
    const { parts } = await whole;
    return sendParts(parts, upload, sender);
  }
}

/**
 * Sends the parts of a file in order, each under its own name. A part that repeats objects of earlier ones waits until
 * those are DONE, because Gong might process them in the wrong order; the others do not wait. Continues when the caller
 * goes away: a file that was sent in part must be sent in full.
 *
 * @throws GatewayError UPSTREAM_ERROR if Gong failed an earlier part, so that a later one may not be sent
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
        const { state, errors } = await sender.untilFinal(integrationId, clientRequestId);
        if (state === 'DONE') continue;
        const lineErrors = await sender.sentObjects.name(integrationId, clientRequestId, errors);
        throw new GatewayError(
          'UPSTREAM_ERROR',
          `Gong failed ${clientRequestId}, so the later versions of its objects were not sent: ${sent.length} of ` +
            `${parts.length} parts were. Correct the lines it names and send the file again, under another ` +
            'clientRequestId if you gave one.',
          { details: { clientRequestId, lineErrors } },
        );
      }
      settled = sent.length;
    }
    const clientRequestId =
      parts.length === 1 ? attempt.clientRequestId : partRequestId(attempt.clientRequestId, index + 1);
    const file = { size: part.bytes, stream: () => part.stream() };
    sent.push(await sendPart(clientRequestId, file, part.lines, upload, sender));
  }
  return sent;
}

/**
 * @param lines `null` if they are not known yet
 * @param signal aborts the request as long as that leaves no doubt about what Gong has accepted
 */
async function sendPart(
  clientRequestId: string,
  file: FileBody,
  lines: number | null,
  { objectType, integrationId, attempt, onPartSent }: PartsUpload,
  { gong, sentObjects, record }: PartSender,
  signal?: AbortSignal,
): Promise<Named> {
  const { body, ids } = collectObjectIds(file);
  const options = { priority: 'upload', ...(signal === undefined ? {} : { signal }) } as const;
  // Empty for a file that is too large to remember.
  const objectCount = () => lines ?? (ids()?.length || null);
  let isRemembered = false;
  async function remember(): Promise<void> {
    const sent = ids();
    if (sent === null || isRemembered) return;
    await sentObjects.remember(integrationId, clientRequestId, { objectType, ids: sent });
    isRemembered = true;
  }
  const submitted = await attempt.submit(clientRequestId, (name) =>
    record({ kind: 'FILE', ...name, objectType, objectCount }, async (onAttempt) => {
      await gong.uploadObjects(objectType, { ...name, file: body }, { ...options, ...onAttempt });
      // Before the journal follows the request, and has to name the objects in its errors.
      await remember();
    }),
  );
  onPartSent();
  await remember();
  return submitted;
}
