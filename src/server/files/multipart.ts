import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { badUserInput, GatewayError } from '../../errors.js';
import { isMultipart } from '../http/content-type.js';
import { sendContinue } from '../http/early-answers.js';
import { FIELDS_BYTES, readMultipart } from './multipart-request.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Where the file of a multipart request belongs in its operation. */
    filePath: string | null;
    /** Why a multipart request failed after its operation had been read. */
    fileFailure: GatewayError | null;
  }
}

/** Apollo's protection against cross-site requests: browsers cannot add these headers without a preflight. */
const PREFLIGHT_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name'];

/** Reads GraphQL multipart requests. One from another website, or one that is too large, is refused before it is read. */
export function registerMultipart(
  app: FastifyInstance,
  { maxFileBytes }: { readonly maxFileBytes: number },
): void {
  app.decorateRequest('filePath', null);
  app.decorateRequest('fileFailure', null);
  // The hook below reads the body.
  app.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null));
  app.addHook('preValidation', (request, reply, done) => {
    if (isMultipart(request)) read(request, reply).then(() => done(), done);
    else done();
  });

  async function read(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (request.routeOptions.config.file !== 'multipart') {
      const message = 'needed application/x-ndjson, got multipart/form-data';
      throw badUserInput([{ path: ['header', 'content-type'], code: 'INVALID_VALUE', message }]);
    }
    refuseCrossSite(request);
    refuseDeclaredLength(request, maxFileBytes + FIELDS_BYTES);
    sendContinue(request, reply);
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
  }
}

function refuseCrossSite({ headers }: FastifyRequest): void {
  if (PREFLIGHT_HEADERS.some((name) => headers[name])) return;
  const message =
    'needed "Apollo-Require-Preflight: true", so that other sites cannot send files from a browser';
  throw badUserInput([{ path: ['header', 'apollo-require-preflight'], code: 'MISSING_FIELD', message }]);
}

/** @throws GatewayError PAYLOAD_TOO_LARGE where `Content-Length` is above the limit */
export function refuseDeclaredLength({ headers }: FastifyRequest, maxBytes: number): void {
  const declared = Number(headers['content-length'] ?? 0);
  if (declared <= maxBytes) return;
  throw new GatewayError(
    'PAYLOAD_TOO_LARGE',
    `needed a request of at most ${maxBytes} bytes, got ${declared}.`,
    { details: { limit: maxBytes, size: declared } },
  );
}
