import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerKey, needScope } from '../../auth/caller.js';
import { UPLOAD_OBJECT_TYPES } from '../../crm/object-types.js';
import { badUserInput } from '../../errors.js';
import { checks, inputProblems } from '../../graphql/checked-arg.js';
import { notifyAddress, refuseAddress } from '../../graphql/notify.arg.js';
import { fileRequestId } from '../../graphql/upload-file.input.js';
import { progressName, uploadReport, uploadResult } from '../../graphql/upload-file.resolver.js';
import type { Tenants } from '../../tenants/tenants.js';
import { VALIDATION_MODES } from '../../writes/engine/types.js';
import type { FileCheck, FileUploadResult } from '../../writes/files/upload.js';
import type { UploadService } from '../../writes/service.js';
import { sendContinue } from '../http/early-answers.js';
import { refuseDeclaredLength } from './multipart.js';

/** None of these can be sent by a form on another website. */
const CONTENT_TYPES = [
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-ldjson',
  'application/gzip',
  'application/octet-stream',
];

const pathParameters = z.object({
  objectType: z.enum(UPLOAD_OBJECT_TYPES, `one of ${UPLOAD_OBJECT_TYPES.join(', ')}`),
});

const checkOptions = z.strictObject({
  integrationId: checks.integrationId.optional(),
  uploadId: checks.clientRequestId.optional(),
});

const uploadOptions = checkOptions.extend({
  clientRequestId: fileRequestId.optional(),
  validation: z.enum(VALIDATION_MODES, `one of ${VALIDATION_MODES.join(', ')}`).default('ENFORCE'),
  notify: notifyAddress.optional(),
});

export interface UploadEndpointsOptions {
  readonly tenants: Tenants;
  readonly maxFileBytes: number;
}

/**
 * File uploads without GraphQL, for services and curl: `POST /upload/{objectType}` and `POST /validate/{objectType}` take
 * LDJSON as the body, plain or gzip, and the options of `uploadFile` as query parameters. They return its result as JSON.
 */
export function registerUploadEndpoints(app: FastifyInstance, options: UploadEndpointsOptions): void {
  const { tenants, maxFileBytes } = options;
  app.addContentTypeParser(CONTENT_TYPES, (_request, payload, done) => done(null, payload));

  async function withFile<T>(
    request: FastifyRequest,
    reply: FastifyReply,
    integrationId: string | undefined,
    run: (uploads: UploadService, file: FileCheck) => Promise<T>,
  ): Promise<T> {
    const { caller } = request;
    needScope(caller, 'api:crm:upload', 'This path');
    refuseDeclaredLength(request, maxFileBytes);
    refuseOtherEncodings(request);
    const { objectType } = parsed('path', pathParameters, request.params);
    const source = bodyOf(request);
    const { tenant, release } = tenants.lease(caller, request.id);
    try {
      sendContinue(request, reply);
      return await run(tenant.uploads, {
        source,
        sourcePath: ['body'],
        signal: request.tooSlow ?? undefined,
        caller: callerKey(caller, true) ?? undefined,
        objectType,
        integrationId: async () => integrationId ?? tenant.activeIntegration.id(),
      });
    } finally {
      release();
    }
  }

  app.post('/upload/:objectType', { config: { file: 'upload', isTraced: true } }, async (request, reply) => {
    const { integrationId, uploadId, ...rest } = parsed('query', uploadOptions, request.query);
    const declaredBytes = declaredLength(request);
    const name = progressName(request.caller, uploadId);
    const result = await withFile(request, reply, integrationId, (uploads, file) => {
      refuseAddress(uploads, rest.notify, ['query', 'notify']);
      return uploads.uploadFile({ ...file, ...rest, declaredBytes }, name);
    });
    return reply.code(statusOf(result)).send(uploadResult(result));
  });

  app.post('/validate/:objectType', { config: { file: 'check', isTraced: true } }, async (request, reply) => {
    const { integrationId, uploadId } = parsed('query', checkOptions, request.query);
    const name = progressName(request.caller, uploadId);
    const report = await withFile(request, reply, integrationId, (uploads, file) =>
      uploads.checkFile(file, name),
    );
    return reply.code(report.errorCount === 0 ? 200 : 422).send(uploadReport(report));
  });

  // One log line per file, like the one per GraphQL operation.
  app.addHook('onResponse', (request, reply, done) => {
    const { url: route, config } = request.routeOptions;
    if (config.file === 'upload' || config.file === 'check') {
      const line = { route, status: reply.statusCode, durationMs: Math.round(reply.elapsedTime) };
      request.log[reply.statusCode < 400 ? 'info' : 'warn'](line, 'file');
    }
    done();
  });
}

/** A success only if Gong loads the file: not for one with errors, nor for the repeat of one that Gong failed to load. */
function statusOf(result: FileUploadResult): 202 | 409 | 422 {
  if (result.kind === 'REJECTED') return 422;
  return result.status === 'FAILED' ? 409 : 202;
}

/** Reliable: Node ends a request that is shorter, and reads no more than this. */
function declaredLength({ headers }: FastifyRequest): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

/** The unread body. Fastify has parsed bodies of other content types by now, and calls no parser for an empty one. */
function bodyOf({ body, raw, headers }: FastifyRequest): Readable {
  if (body === undefined) return raw;
  if (body instanceof Readable) return body;
  const message = `needed application/x-ndjson, got ${headers['content-type']?.slice(0, 50)}`;
  throw badUserInput([{ path: ['header', 'content-type'], code: 'INVALID_VALUE', message }]);
}

/** Gzip is detected by its first bytes, whatever the header says. */
function refuseOtherEncodings({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (/^(gzip|x-gzip|identity)$/i.test(encoding)) return;
  const message = `needed gzip or none, got ${encoding.slice(0, 50)}`;
  throw badUserInput([{ path: ['header', 'content-encoding'], code: 'INVALID_VALUE', message }]);
}

function parsed<T extends z.ZodType>(path: string, schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw badUserInput(inputProblems([path], value, result.error.issues));
}
