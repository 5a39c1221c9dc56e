import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphQLError, parse } from 'graphql';
import { z } from 'zod';
import { isClientRequestId } from '../../crm/identifiers.js';
import { namedUploads } from '../../graphql/named-uploads.js';
import { progressName } from '../../graphql/upload-file.resolver.js';
import type { Tenants } from '../../tenants/tenants.js';
import type { UploadFailure } from '../../writes/files/progress-board.js';
import type { Documents } from '../operations/documents.js';
import type { OperationRules } from '../operations/rules.js';
import { isMultipart } from './multipart.js';

export interface RefusedUploadsOptions {
  readonly tenants: Tenants;
  readonly documents: Documents;
  readonly rules: OperationRules;
}

/**
 * Whoever follows a file by its name may wait for one that a door has refused: too large by its own word, of an unknown
 * type, by a caller without the scope. The upload service never hears of it, so followers are told here, once the
 * answer is known. A request that was refused before its `uploadId` was read has no name to tell.
 */
export function registerRefusedUploads(app: FastifyInstance, options: RefusedUploadsOptions): void {
  const { tenants } = options;
  app.addHook('onSend', async (request, _reply, payload) => {
    const { caller } = request;
    // Names are known within what one caller sends; a stranger has none, and nobody follows for one.
    if (caller === null || !tenants.accepts(caller)) return;
    const uploadIds = uploadIdsOf(request, options);
    if (uploadIds.length === 0) return;
    const { tenant, release } = tenants.lease(caller);
    for (const uploadId of uploadIds) {
      const name = progressName(caller, uploadId);
      // Of an upload that has begun something is known already, and stands.
      if (name !== undefined) tenant.uploads.refuseUpload(name, failureIn(payload));
    }
    release();
  });
}

const Refusal = z.object({
  errors: z.tuple(
    [z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })],
    z.unknown(),
  ),
});
/** The answer of a file that was taken may be long, and is none. */
const MAX_REFUSAL_CHARS = 65_536;

/** The first error of an answer; `null` where there is none. */
function failureIn(payload: unknown): UploadFailure | null {
  if (typeof payload !== 'string' || payload.length > MAX_REFUSAL_CHARS) return null;
  try {
    const [{ message, extensions }] = Refusal.parse(JSON.parse(payload)).errors;
    return { code: extensions.code, message };
  } catch {
    return null;
  }
}

function uploadIdsOf(request: FastifyRequest, options: RefusedUploadsOptions): readonly string[] {
  const { url } = request.routeOptions;
  if (url === '/upload/:objectType') {
    const { uploadId } = recordOf(request.query);
    return typeof uploadId === 'string' && isClientRequestId(uploadId) ? [uploadId] : [];
  }
  return url === '/graphql' && isMultipart(request) ? uploadIdsInOperation(request, options) : [];
}

function uploadIdsInOperation(
  { body, log }: FastifyRequest,
  { documents, rules }: RefusedUploadsOptions,
): readonly string[] {
  const { query, operationName, variables, ...rest } = recordOf(body);
  try {
    // A text that is given needs nobody's leave to be read.
    const text = typeof query === 'string' ? query : documents.textOf(rest, log);
    if (text === undefined) return [];
    const document = parse(text, { ...rules.parse, noLocation: true });
    return namedUploads(
      document,
      typeof operationName === 'string' ? operationName : undefined,
      recordOf(variables),
    );
  } catch (error) {
    // Not GraphQL, or nothing that is known by this hash: the caller is told so elsewhere.
    if (error instanceof GraphQLError) return [];
    throw error;
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
