import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphQLError, parse } from 'graphql';
import { z } from 'zod';
import { isClientRequestId } from '../../crm/identifiers.js';
import { knownErrorCode } from '../../errors.js';
import { namedUploads } from '../../graphql/named-uploads.js';
import { progressName } from '../../graphql/upload-file.resolver.js';
import { parseJson } from '../../parse-json.js';
import type { Tenants } from '../../tenants/tenants.js';
import type { UploadFailure } from '../../writes/files/progress-board.js';
import { isMultipart } from '../http/content-type.js';
import type { Documents } from '../operations/documents.js';
import type { OperationRules } from '../operations/rules.js';

export interface RefusedUploadsOptions {
  readonly tenants: Tenants;
  readonly documents: Documents;
  readonly rules: OperationRules;
}

/**
 * Tells followers of an upload's progress where the upload was refused before the upload service knew of it: it is too
 * large, has an unknown object type, or its caller lacks the scope. Nothing can be told of a request that was refused
 * before its `uploadId` was read.
 */
export function registerRefusedUploads(app: FastifyInstance, options: RefusedUploadsOptions): void {
  const { tenants } = options;
  app.addHook('onSend', (request, _reply, payload, done) => {
    tellFollowers(request, payload);
    done(null, payload);
  });

  function tellFollowers(request: FastifyRequest, payload: unknown): void {
    const { caller } = request;
    // Names of uploads are per caller, and only accepted callers have any.
    if (caller === null || !tenants.accepts(caller)) return;
    const uploadIds = uploadIdsOf(request, options);
    if (uploadIds.length === 0) return;
    const { tenant, release } = tenants.lease(caller);
    for (const uploadId of uploadIds) {
      const name = progressName(caller, uploadId);
      // Ignored where the upload has begun.
      if (name !== undefined) tenant.uploads.refuseUpload(name, failureIn(payload));
    }
    release();
  }
}

const Refusal = z.object({
  errors: z.tuple(
    [z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })],
    z.unknown(),
  ),
});
/** Longer answers are the results of uploads. */
const MAX_REFUSAL_CHARS = 65_536;

/** Returns the first error in an answer. */
function failureIn(payload: unknown): UploadFailure | null {
  if (typeof payload !== 'string' || payload.length > MAX_REFUSAL_CHARS) return null;
  const { data } = Refusal.safeParse(parseJson(payload));
  if (data === undefined) return null;
  const [{ message, extensions }] = data.errors;
  return { code: knownErrorCode(extensions.code), message };
}

function uploadIdsOf(request: FastifyRequest, options: RefusedUploadsOptions): readonly string[] {
  switch (request.routeOptions.config.file) {
    case 'upload':
    case 'check': {
      const { uploadId } = recordOf(request.query);
      return typeof uploadId === 'string' && isClientRequestId(uploadId) ? [uploadId] : [];
    }
    case 'multipart':
      return isMultipart(request) ? uploadIdsInOperation(request, options) : [];
    default:
      return [];
  }
}

function uploadIdsInOperation(
  { body, log }: FastifyRequest,
  { documents, rules }: RefusedUploadsOptions,
): readonly string[] {
  const { query, operationName, variables, ...rest } = recordOf(body);
  try {
    // The text is only parsed, not run, so it need not be a trusted document.
    const text = typeof query === 'string' ? query : documents.textOf(rest, log);
    if (text === undefined) return [];
    const document = parse(text, { ...rules.parse, noLocation: true });
    return namedUploads(
      document,
      typeof operationName === 'string' ? operationName : undefined,
      recordOf(variables),
    );
  } catch (error) {
    // Not GraphQL, or an unknown document: the caller is told elsewhere.
    if (error instanceof GraphQLError) return [];
    throw error;
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
