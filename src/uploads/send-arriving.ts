import { isRetryable } from '../errors.js';
import type { ArrivingFile, PreparedUpload } from './engine/types.js';
import { type PartSender, sendParts, type UploadName } from './send-parts.js';
import { type SubmittedRequest, submitOnce } from './submit-once.js';

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
  upload: UploadName,
  sender: PartSender,
): Promise<SubmittedRequest[]> {
  const { objectType, integrationId, clientRequestId } = upload;
  const body = { size: file.bytes, stream: () => file.stream() };
  try {
    const submitted = await submitOnce({ integrationId, clientRequestId }, (name) =>
      sender.gong.uploadObjects(
        objectType,
        { ...name, file: body },
        { priority: 'upload', signal: file.signal },
      ),
    );
    upload.onPartSent();
    return [submitted];
  } catch (error) {
    if (file.isComplete || !isRetryable(error)) throw error;
    const { parts } = await whole;
    return sendParts(parts, upload, sender);
  }
}
