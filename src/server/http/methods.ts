import type { FastifyInstance } from 'fastify';
import { GatewayError } from '../../errors.js';
import { errorBody } from './errors.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Answers 405 with `Allow` where there is something under another method (RFC 9110, section 15.5.6). To be called before
 * any route is there; what it returns, when all are.
 */
export function collectMethods(app: FastifyInstance): () => void {
  const methodsOf = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = methodsOf.get(url) ?? new Set();
    for (const each of [method].flat()) known.add(each);
    methodsOf.set(url, known);
  });
  return () => {
    for (const [url, known] of [...methodsOf]) {
      const others = METHODS.filter((method) => !known.has(method));
      if (url === '*' || others.length === 0) continue;
      const allow = [...known].toSorted().join(', ');
      app.route({
        method: others,
        url,
        exposeHeadRoute: false,
        // Before the body is read.
        onRequest: (request, reply) => {
          const message = `${request.method} is not for ${url}: needed ${allow}.`;
          reply
            .code(405)
            .header('allow', allow)
            .send(errorBody(message, new GatewayError('BAD_USER_INPUT', message).extensions));
        },
        handler: () => undefined,
      });
    }
  };
}
