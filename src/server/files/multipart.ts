import type { FastifyInstance, FastifyRequest } from 'fastify';
import { badUserInput, GatewayError } from '../../errors.js';
import { goAhead } from '../http/expect-continue.js';
import { FIELDS_BYTES, readMultipart } from './multipart-request.js';

/**
 * The door for a file beside a GraphQL operation. A request from another site, and one that is too large by its own
 * word, is refused before it is read.
 */

declare module 'fastify' {
  interface FastifyRequest {
    /** Where the file stands in a multipart request's operation. */
    filePath: string | null;
    /** What became of the rest of a multipart request, after its operation was read. */
    fileFailure: GatewayError | null;
  }
}

/** Apollo's rule against cross-site requests: browsers cannot add these headers without asking first. */
const PREFLIGHT_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name'];

export function registerMultipart(
  app: FastifyInstance,
  { maxFileBytes }: { readonly maxFileBytes: number },
): void {
  app.decorateRequest('filePath', null);
  app.decorateRequest('fileFailure', null);
  // The body stays unread until the hook below.
  app.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null));
  app.addHook('preValidation', async (request, reply) => {
    if (!isMultipart(request)) return;
    if (request.routeOptions.url !== '/graphql') {
      const message = 'needed application/x-ndjson, got multipart/form-data';
      throw badUserInput([{ path: ['header', 'content-type'], code: 'INVALID_VALUE', message }]);
    }
    refuseUnread(request, maxFileBytes + FIELDS_BYTES);
    goAhead(request, reply);
    const { operations, filePath } = await readMultipart(request.raw, {
      maxFileBytes,
      signal: request.tooSlow,
      onOperations: (body) => {
        request.body = body;
      },
      onFailure: (error) => {
        request.fileFailure = error;
      },
    });
    request.body = operations;
    request.filePath = filePath;
  });
}

export function isMultipart(request: FastifyRequest): boolean {
  return /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '');
}

function refuseUnread(request: FastifyRequest, maxBytes: number): void {
  if (!PREFLIGHT_HEADERS.some((name) => request.headers[name])) {
    const message =
      'needed "Apollo-Require-Preflight: true", so that other sites cannot send files from a browser';
    throw badUserInput([{ path: ['header', 'apollo-require-preflight'], code: 'MISSING_FIELD', message }]);
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
    { details: { limit: maxBytes, size: declared } },
  );
}
