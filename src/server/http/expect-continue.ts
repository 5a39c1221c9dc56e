import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * `Expect: 100-continue`, as curl says it before a large file: whoever asks whether to send gets the answer from the
 * door, which may refuse, and not from Node, which always says yes.
 */
export function registerExpectContinue(
  app: FastifyInstance,
  isFile: (request: FastifyRequest) => boolean,
): void {
  app.server.on('checkContinue', (request, response) => app.routing(request, response));
  app.addHook('preParsing', async (request, reply) => {
    if (!isFile(request)) goAhead(request, reply);
  });
}

/** Lets a caller who asked send the body. The doors of files say so once they have nothing against it. */
export function goAhead({ headers }: FastifyRequest, reply: FastifyReply): void {
  if (headers.expect !== undefined) reply.raw.writeContinue();
}
