import { randomUUID } from 'node:crypto';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { badUserInput, ERROR_KINDS, GatewayError } from '../../errors.js';

/** Answers errors outside of GraphQL in the format of GraphQL errors. `maxBodyBytes` is Fastify's `bodyLimit`. */
export function registerErrorHandlers(
  app: FastifyInstance,
  { maxBodyBytes }: { readonly maxBodyBytes: number },
): void {
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send(errorBody(`Not found: ${request.method} ${request.url.slice(0, 200)}.`, { code: 'NOT_FOUND' })),
  );
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof GatewayError) {
      return reply.code(ERROR_KINDS[error.code].httpStatus).send(errorBody(error.message, error.extensions));
    }
    const status = error.statusCode ?? 500;
    if (status < 500) {
      const { message, extensions } =
        status === 413 ? tooLarge(request, maxBodyBytes) : badRequest(status, error.message, request);
      return reply.code(status).send(errorBody(message, extensions));
    }
    const errorId = randomUUID();
    request.log.error({ err: error, errorId }, 'unexpected error');
    return reply.code(500).send(
      errorBody(`Something went wrong in the gateway. Its log has the details under ${errorId}.`, {
        code: 'INTERNAL_SERVER_ERROR',
        errorId,
      }),
    );
  });
}

/** The actual size is known only from `Content-Length`: a body that is too large is not read to its end. */
function tooLarge({ headers }: FastifyRequest, limit: number): GatewayError {
  const declared = headers['content-length'];
  const size = declared === undefined ? undefined : Number(declared);
  return new GatewayError(
    'PAYLOAD_TOO_LARGE',
    `needed a body of at most ${limit} bytes (LIMIT_BODY_BYTES), got ${size ?? 'more'}: send long lists as a file, with the ` +
      'mutation uploadFile or to POST /upload/{TYPE}, or in parts.',
    { details: { limit, ...(size === undefined ? {} : { size }) } },
  );
}

/** For paths that Fastify cannot decode, which never reach the handlers above. */
export function answerFrameworkError(
  error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { message, extensions } = badUserInput([
    { path: ['path'], code: 'BAD_FORMAT', message: error.message.slice(0, 200) },
  ]);
  void reply.code(error.statusCode ?? 400).send(errorBody(message, extensions));
}

/** For Fastify's own errors: malformed JSON, or an unsupported content type. */
function badRequest(status: number, message: string, { headers }: FastifyRequest): GatewayError {
  if (status !== 415) return badUserInput([{ path: ['body'], code: 'BAD_FORMAT', message }]);
  const got = headers['content-type']?.slice(0, 50) ?? 'none';
  const needed = `needed application/json, or application/x-ndjson for a file, got ${got}`;
  return badUserInput([{ path: ['header', 'content-type'], code: 'INVALID_VALUE', message: needed }]);
}

/** The body of an answer outside of GraphQL. */
export function errorBody(message: string, extensions: Readonly<Record<string, unknown>>) {
  return { errors: [{ message, extensions: { retryable: false, ...extensions } }] };
}
