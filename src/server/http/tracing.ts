import type { FastifyInstance } from 'fastify';
import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import type { Caller } from '../../auth/caller.js';
import { noopTracer, type Tracer, traced } from '../../telemetry/tracer.js';

/** Routes on which work begins; a WebSocket's operations each have a span of their own. */
const ROUTES = new Set(['/graphql', '/graphql/stream', '/upload/:objectType', '/validate/:objectType']);

/**
 * A span for each request, from its body to the end of its answer, below the caller's own where it sends
 * `traceparent`; whether a stranger's is collected, it does not decide. The header ends here: Gong is another company,
 * and our callers' ids are none of its business.
 */
export function registerTracing(
  app: FastifyInstance,
  tracer: Tracer,
  isKnown: (caller: Caller | null) => boolean,
): void {
  if (tracer === noopTracer) return;
  app.addHook('preHandler', (request, reply, done) => {
    const route = request.routeOptions.url ?? '';
    if (!ROUTES.has(route)) return done();
    const { traceparent } = request.headers;
    const span = tracer.begin(`${request.method} ${route}`, {
      kind: 'server',
      attributes: {
        'http.request.method': request.method,
        'http.route': route,
        'gateway.request_id': request.id,
      },
      traceparent: typeof traceparent === 'string' ? traceparent : undefined,
      fromStranger: !isKnown(request.caller),
    });
    reply.raw.once('close', () => {
      span.set({ 'http.response.status_code': reply.raw.statusCode });
      span.end(reply.raw.statusCode >= 500 ? String(reply.raw.statusCode) : undefined);
    });
    span.within(done);
  });
}

/** A span for each root field. Those below cost more than they tell: what they wait for has spans of its own. */
export function traceRootFields(schema: GraphQLSchema, tracer: Tracer): void {
  if (tracer === noopTracer) return;
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const { resolve = defaultFieldResolver } = field;
      const name = `${type?.name}.${field.name}`;
      field.resolve = (...args) => traced(tracer, name, {}, async () => resolve(...args));
    }
  }
}
