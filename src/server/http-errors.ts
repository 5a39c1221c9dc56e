import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { ERROR_KINDS, type ErrorCode, GatewayError } from '../errors.js';

/** Errors of HTTP itself, in the form in which GraphQL's are given. */
export function registerErrorHandlers(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send(body(`Nothing is at ${request.method} ${request.url.slice(0, 200)}.`, { code: 'NOT_FOUND' })),
  );
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof GatewayError) {
      return reply.code(ERROR_KINDS[error.code].httpStatus).send(body(error.message, error.extensions));
    }
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send(body(error.message, { code: codeOf(status) }));
    const errorId = randomUUID();
    request.log.error({ err: error, errorId }, 'unexpected error');
    return reply.code(500).send(
      body(`Something went wrong in the gateway. Its logs have it as ${errorId}.`, {
        code: 'INTERNAL_SERVER_ERROR',
        errorId,
      }),
    );
  });
}

function codeOf(status: number): ErrorCode {
  return status === 413 ? 'PAYLOAD_TOO_LARGE' : 'BAD_USER_INPUT';
}

function body(message: string, extensions: Readonly<Record<string, unknown>>) {
  return { errors: [{ message, extensions: { retryable: false, ...extensions } }] };
}
