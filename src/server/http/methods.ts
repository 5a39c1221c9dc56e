import type { FastifyContextConfig, FastifyInstance } from 'fastify';
import { GatewayError } from '../../errors.js';
import { errorBody } from './errors.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Answers 405 with `Allow` to the methods that a route does not have (RFC 9110, section 15.5.6). Call this before any
 * route is registered, and the function it returns after all are.
 */
export function collectMethods(app: FastifyInstance): () => void {
  const routes = new Map<string, { readonly methods: Set<string>; readonly config: FastifyContextConfig }>();
  app.addHook('onRoute', ({ url, method, config = {} }) => {
    const route = routes.get(url) ?? { methods: new Set(), config };
    for (const each of [method].flat()) route.methods.add(each);
    routes.set(url, route);
  });
  return () => {
    // The CORS plug-in answers OPTIONS for all routes, by a route of that name.
    const known = routes.has('*') ? METHODS : [...METHODS, 'OPTIONS'];
    for (const [url, { methods, config }] of [...routes]) {
      const others = known.filter((method) => !methods.has(method));
      if (url === '*' || others.length === 0) continue;
      const allow = [...methods].toSorted().join(', ');
      app.route({
        method: others,
        url,
        config,
        exposeHeadRoute: false,
        // Before the body is read.
        onRequest: (request, reply) => {
          const message = `${request.method} is not allowed for ${url}: needed ${allow}.`;
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
