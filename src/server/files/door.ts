import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { needScope, shareOf } from '../../auth/caller.js';
import { UPLOAD_OBJECT_TYPES } from '../../crm/object-types.js';
import { badUserInput } from '../../errors.js';
import { checks, inputProblems } from '../../graphql/checked-arg.js';
import { fileRequestId } from '../../graphql/upload-file.input.js';
import { progressName, uploadReport, uploadResult } from '../../graphql/upload-file.resolver.js';
import type { Tenant } from '../../tenants/tenant.js';
import type { Tenants } from '../../tenants/tenants.js';
import { VALIDATION_MODES } from '../../writes/engine/types.js';
import type { FileUploadResult } from '../../writes/files/upload.js';
import { goAhead } from '../http/expect-continue.js';
import { refuseDeclaredLength } from './multipart.js';

/**
 * The plain HTTP door of file uploads, for services and curl: `POST /upload/{objectType}` and
 * `POST /validate/{objectType}` with the LDJSON as the body, plain or gzip. The same options as `uploadFile` as
 * query parameters, the same result as JSON.
 */

export interface UploadDoorOptions {
  readonly tenants: Tenants;
  readonly maxFileBytes: number;
}

/** None of them can be sent by a form of another site. */
const CONTENT_TYPES = [
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-ldjson',
  'application/gzip',
  'application/octet-stream',
];

const target = z.object({
  objectType: z.enum(UPLOAD_OBJECT_TYPES, `one of ${UPLOAD_OBJECT_TYPES.join(', ')}`),
});

const checkOptions = z.strictObject({
  integrationId: checks.integrationId.optional(),
});

const uploadOptions = checkOptions.extend({
  clientRequestId: fileRequestId.optional(),
  validation: z.enum(VALIDATION_MODES, `one of ${VALIDATION_MODES.join(', ')}`).default('ENFORCE'),
  uploadId: checks.clientRequestId.optional(),
});

export function registerUploadDoor(app: FastifyInstance, options: UploadDoorOptions): void {
  const { tenants, maxFileBytes } = options;
  app.addContentTypeParser(CONTENT_TYPES, (_request, payload, done) => done(null, payload));

  function fileOf(request: FastifyRequest, integrationId: string | undefined) {
    needScope(request.caller, 'api:crm:upload', 'This address');
    refuseDeclaredLength(request, maxFileBytes);
    refuseOtherEncodings(request);
    const { objectType } = parsed('path', target, request.params);
    return {
      source: bodyOf(request),
      sourcePath: ['body'],
      signal: request.tooSlow ?? undefined,
      caller: shareOf(request.caller),
      objectType,
      integrationIn: ({ activeIntegration }: Tenant) => ({
        integrationId: () =>
          integrationId === undefined ? activeIntegration.id() : Promise.resolve(integrationId),
      }),
    };
  }

  async function withTenant<T>({ caller }: FastifyRequest, run: (tenant: Tenant) => Promise<T>): Promise<T> {
    const { tenant, release } = tenants.lease(caller);
    try {
      return await run(tenant);
    } finally {
      release();
    }
  }

  app.post('/upload/:objectType', async (request, reply) => {
    const { integrationId, uploadId, ...rest } = parsed('query', uploadOptions, request.query);
    const { integrationIn, ...file } = fileOf(request, integrationId);
    const declaredBytes = declaredLength(request);
    const result = await withTenant(request, (tenant) => {
      goAhead(request, reply);
      const name = progressName(request.caller, uploadId);
      return tenant.uploads.uploadFile({ ...file, ...integrationIn(tenant), ...rest, declaredBytes }, name);
    });
    return reply.code(statusOf(result)).send(uploadResult(result));
  });

  app.post('/validate/:objectType', async (request, reply) => {
    const { integrationId } = parsed('query', checkOptions, request.query);
    const { integrationIn, ...file } = fileOf(request, integrationId);
    const report = await withTenant(request, (tenant) => {
      goAhead(request, reply);
      return tenant.uploads.checkFile({ ...file, ...integrationIn(tenant) });
    });
    return reply.code(report.errorCount === 0 ? 200 : 422).send(uploadReport(report));
  });
}

/** No success where nothing is loaded: neither for a file with errors nor for the repeat of one that Gong has failed. */
function statusOf(result: FileUploadResult): 202 | 409 | 422 {
  if (result.kind === 'REJECTED') return 422;
  return result.status === 'FAILED' ? 409 : 202;
}

/** Checked by Node, which ends a request that has fewer bytes, and reads no more. */
function declaredLength({ headers }: FastifyRequest): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

/** The unread body. Fastify reads those of other types before it asks us, and calls nobody where there is none. */
function bodyOf({ body, raw, headers }: FastifyRequest): Readable {
  if (body === undefined) return raw;
  if (body instanceof Readable) return body;
  const message = `needed application/x-ndjson, got ${headers['content-type']?.slice(0, 50)}`;
  throw badUserInput([{ path: ['header', 'content-type'], code: 'INVALID_VALUE', message }]);
}

/** Gzip is told by its first bytes, whatever the header says; of the others none is understood. */
function refuseOtherEncodings(request: FastifyRequest): void {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (/^(gzip|x-gzip|identity)$/i.test(encoding)) return;
  const message = `needed gzip or none, got ${encoding.slice(0, 50)}`;
  throw badUserInput([{ path: ['header', 'content-encoding'], code: 'INVALID_VALUE', message }]);
}

function parsed<T extends z.ZodType>(place: string, schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw badUserInput(inputProblems([place], value, result.error.issues));
}
