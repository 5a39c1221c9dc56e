import type { FastifyInstance } from 'fastify';
import type { Tenants } from '../../tenants/tenants.js';
import type { UploadLimits } from '../../writes/settings.js';
import type { ClientKey } from '../http/client-address.js';
import type { Documents } from '../operations/documents.js';
import type { OperationRules } from '../operations/rules.js';
import { registerUploadEndpoints } from './endpoints.js';
import { registerMultipart } from './multipart.js';
import { registerRefusedUploads } from './refused-uploads.js';
import { registerUploadSlots } from './slots.js';

export interface FilesOptions {
  readonly maxFileBytes: number;
  readonly limits: UploadLimits;
  readonly clientKey: ClientKey;
  readonly tenants: Tenants;
  readonly documents: Documents;
  readonly rules: OperationRules;
}

/** Registers file uploads: as multipart requests beside a GraphQL operation, and as bodies at routes of their own. */
export function registerFiles(app: FastifyInstance, options: FilesOptions): void {
  // A request takes its slot before its first byte is read.
  registerUploadSlots(app, options);
  registerMultipart(app, options);
  registerUploadEndpoints(app, options);
  registerRefusedUploads(app, options);
}
