import type { FileCheck } from '../writes/files/upload.js';
import type { UploadService } from '../writes/service.js';
import type { Admission } from './admission.js';

/**
 * The same service, but no byte of a file is read before Gong has taken the credentials: who makes some up gets
 * neither disk nor threads. Costs a call only where it is the caller's first and finding the integration was none.
 */
export function admitUploads(service: UploadService, admission: Admission): UploadService {
  const admitted = <T extends FileCheck>(file: T): T => ({
    ...file,
    async integrationId() {
      const id = await file.integrationId();
      await admission.prove(id);
      return id;
    },
  });
  return {
    ...service,
    uploadFile: (upload, progressName) => service.uploadFile(admitted(upload), progressName),
    checkFile: (check) => service.checkFile(admitted(check)),
  };
}
