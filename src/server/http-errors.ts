import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { badUserInput, ERROR_KINDS, GatewayError } from '../errors.js';

/** Errors of HTTP itself, in the form in which GraphQL's are given. */
export function registerErrorHandlers(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send(
        errorBody(`Nothing is at ${request.method} ${request.url.slice(0, 200)}.`, { code: 'NOT_FOUND' }),
      ),
  );
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof GatewayError) {
      return reply.code(ERROR_KINDS[error.code].httpStatus).send(errorBody(error.message, error.extensions));
    }
    const status = error.statusCode ?? 500;
    if (status < 500) {
      const { message, extensions } = ofCaller(status, error.message, request);
      return reply.code(status).send(errorBody(message, extensions));
    }
    const errorId = randomUUID();
    request.log.error({ err: error, errorId }, 'unexpected error');
    return reply.code(500).send(
      errorBody(`Something went wrong in the gateway. Its logs have it as ${errorId}.`, {
        code: 'INTERNAL_SERVER_ERROR',
        errorId,
      }),
    );
  });
}

/** Errors of Fastify's own: bodies that are no JSON, or of a type that nobody reads here. */
function ofCaller(status: number, message: string, { headers }: FastifyRequest): GatewayError {
  if (status === 413) return new GatewayError('PAYLOAD_TOO_LARGE', message);
  if (status !== 415) return badUserInput([{ path: ['body'], code: 'BAD_FORMAT', message }]);
  const got = headers['content-type']?.slice(0, 50) ?? 'none';
  const needed = `needed application/json, or application/x-ndjson of a file, got ${got}`;
  return badUserInput([{ path: ['header', 'content-type'], code: 'INVALID_VALUE', message: needed }]);
}

/** What a plain HTTP answer says of an error. */
export function errorBody(message: string, extensions: Readonly<Record<string, unknown>>) {
  return { errors: [{ message, extensions: { retryable: false, ...extensions } }] };
}
