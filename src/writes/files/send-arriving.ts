import { isRetryable } from '../../errors.js';
import type { ArrivingFile, PreparedUpload } from '../engine/types.js';
import type { RequestName } from '../ledger/types.js';
import { type PartSender, type PartsUpload, sendPart, sendParts } from './send-parts.js';

/**
 * Sends a file as it arrives, so that it need not be waited for first. Where the caller breaks off, so does this: Gong
 * was told a length, and accepts nothing shorter. Where Gong fails or is busy while bytes are still to come, the file
 * is sent from disk when it is whole: of what did not exist yet Gong cannot have accepted anything.
 *
 * @param whole the same file, once all of it is on disk
 */
export async function sendArriving(
  file: ArrivingFile,
  whole: Promise<PreparedUpload>,
  upload: PartsUpload,
  sender: PartSender,
): Promise<Pick<RequestName, 'clientRequestId'>[]> {
  const body = { size: file.bytes, stream: () => file.stream() };
  try {
    return [await sendPart(upload.attempt.clientRequestId, body, upload, sender, file.signal)];
  } catch (error) {
    if (file.isComplete || !isRetryable(error)) throw error;
    const { parts } = await whole;
    return sendParts(parts, upload, sender);
  }
}
