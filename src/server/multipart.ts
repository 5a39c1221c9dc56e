import type { FastifyInstance, FastifyRequest } from 'fastify';
import processRequest from 'graphql-upload/processRequest.mjs';
import Upload from 'graphql-upload/Upload.mjs';
import { GatewayError } from '../errors.js';

/**
 * The GraphQL multipart request: one file beside one operation. graphql-upload reads it; what its usual wiring gets
 * wrong is mended here. It answers 500 to malformed requests, and refuses a cross-site request, or one that is too
 * large by its own word, only after having read it.
 */

/** `operations` and `map`, each. */
const MAX_FIELD_BYTES = 256 * 1024;

/** Boundaries, headers and the two fields, beside the file. */
const FRAMING_BYTES = 2 * MAX_FIELD_BYTES + 16 * 1024;

/** Apollo's rule against cross-site requests: browsers cannot add these headers without asking first. */
const PREFLIGHT_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name'];

export function registerMultipart(
  app: FastifyInstance,
  { maxFileBytes }: { readonly maxFileBytes: number },
): void {
  // The body stays unread until the hook below.
  app.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null));
  app.addHook('preValidation', async (request, reply) => {
    if (!isMultipart(request)) return;
    if (request.routeOptions.url !== '/graphql') {
      throw new GatewayError(
        'BAD_USER_INPUT',
        'content-type: needed application/x-ndjson, got multipart/form-data.',
      );
    }
    refuseUnread(request, maxFileBytes + FRAMING_BYTES);
    const options = { maxFieldSize: MAX_FIELD_BYTES, maxFileSize: maxFileBytes, maxFiles: 1 };
    request.body = await processRequest(request.raw, reply.raw, options).catch(asCallersFault);
    if (countUploads(request.body) > 1) {
      throw new GatewayError('BAD_USER_INPUT', 'map: needed one place for the file, got several.');
    }
  });
}

export function isMultipart(request: FastifyRequest): boolean {
  return /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '');
}

function refuseUnread(request: FastifyRequest, maxBytes: number): void {
  if (!PREFLIGHT_HEADERS.some((name) => request.headers[name])) {
    throw new GatewayError(
      'BAD_USER_INPUT',
      'A file upload needs the header "Apollo-Require-Preflight: true", so that other sites cannot send it from a browser.',
    );
  }
  refuseDeclaredLength(request, maxBytes);
}

/** @throws GatewayError PAYLOAD_TOO_LARGE before a byte is read, where the caller says how much is to come */
export function refuseDeclaredLength(request: FastifyRequest, maxBytes: number): void {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared <= maxBytes) return;
  throw new GatewayError(
    'PAYLOAD_TOO_LARGE',
    `needed a request of at most ${maxBytes} bytes, got ${declared}.`,
  );
}

/** Whatever graphql-upload finds wrong is the sender's doing. */
function asCallersFault(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  const tooLarge = error instanceof Error && 'status' in error && error.status === 413;
  throw new GatewayError(tooLarge ? 'PAYLOAD_TOO_LARGE' : 'BAD_USER_INPUT', `multipart request: ${message}`, {
    cause: error,
  });
}

function countUploads(value: unknown): number {
  if (value instanceof Upload) return 1;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((count, inner) => count + countUploads(inner), 0);
}
