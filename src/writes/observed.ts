import { GatewayError } from '../errors.js';
import type { Observer } from '../telemetry/observer.js';
import type { FileCheck } from './files/upload.js';
import type { UploadService } from './service.js';

/** Wraps the service so that the observer is told how every file and list ended. */
export function observeUploads(service: UploadService, observer: Observer): UploadService {
  async function observed<T>(
    objectType: string,
    outcomeOf: (result: T) => string,
    run: Promise<T>,
    bytes = () => 0,
  ) {
    const end = (outcome: string) => observer.uploadEnded({ objectType, outcome, bytes: bytes() });
    try {
      const result = await run;
      end(outcomeOf(result));
      return result;
    } catch (error) {
      end(error instanceof GatewayError ? error.code : 'INTERNAL_SERVER_ERROR');
      throw error;
    }
  }

  return {
    ...service,
    uploadFile(upload, progressName) {
      const [counted, bytes] = countBytes(upload);
      const run = service.uploadFile(counted, progressName);
      return observed(upload.objectType, ({ kind }) => kind, run, bytes);
    },
    checkFile(check, name) {
      const [counted, bytes] = countBytes(check);
      return observed(check.objectType, () => 'CHECKED', service.checkFile(counted, name), bytes);
    },
    uploadList: (upload) => observed(upload.objectType, () => 'ACCEPTED', service.uploadList(upload)),
  };
}

/** Returns the job with its progress overheard, and a function that returns the bytes received so far. */
function countBytes<T extends FileCheck>(job: T): [T, () => number] {
  let received = 0;
  const onProgress: FileCheck['onProgress'] = (progress) => {
    received = progress.bytesReceived;
    job.onProgress?.(progress);
  };
  return [{ ...job, onProgress }, () => received];
}
