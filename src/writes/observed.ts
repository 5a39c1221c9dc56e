import { GatewayError } from '../errors.js';
import type { Observer } from '../telemetry/observer.js';
import type { FileCheck } from './files/upload.js';
import type { UploadService } from './service.js';

/** The same service, with every file and list told to the operator when it has ended. */
export function observeUploads(service: UploadService, observer: Observer): UploadService {
  async function told<T>(
    objectType: string,
    bytes: () => number,
    outcomeOf: (result: T) => string,
    run: () => Promise<T>,
  ): Promise<T> {
    try {
      const result = await run();
      observer.uploadEnded({ objectType, outcome: outcomeOf(result), bytes: bytes() });
      return result;
    } catch (error) {
      const outcome = error instanceof GatewayError ? error.code : 'INTERNAL_SERVER_ERROR';
      observer.uploadEnded({ objectType, outcome, bytes: bytes() });
      throw error;
    }
  }

  return {
    ...service,
    uploadFile(upload, progressName) {
      const [counted, bytes] = countBytes(upload);
      return told(
        upload.objectType,
        bytes,
        ({ kind }) => kind,
        () => service.uploadFile(counted, progressName),
      );
    },
    checkFile(check) {
      const [counted, bytes] = countBytes(check);
      return told(
        check.objectType,
        bytes,
        () => 'CHECKED',
        () => service.checkFile(counted),
      );
    },
    uploadList: (upload) =>
      told(
        upload.objectType,
        () => 0,
        () => 'ACCEPTED',
        () => service.uploadList(upload),
      ),
  };
}

/** The job with an ear for its progress, and what was received so far. */
function countBytes<T extends FileCheck>(job: T): [T, () => number] {
  let received = 0;
  const onProgress: FileCheck['onProgress'] = (progress) => {
    received = progress.bytesReceived;
    job.onProgress?.(progress);
  };
  return [{ ...job, onProgress }, () => received];
}
