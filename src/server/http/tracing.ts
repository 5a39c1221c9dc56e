import type { FastifyInstance } from 'fastify';
import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import type { Caller } from '../../auth/caller.js';
import { noopTracer, type Tracer, traced } from '../../telemetry/tracer.js';

/**
 * Starts a span for each request on a traced route, from the arrival of its body to the end of the answer. It becomes a
 * child of the span in the caller's `traceparent`; only known callers decide whether it is sampled. The header is not
 * passed on to Gong, which is another company. Operations on WebSockets have spans of their own.
 */
export function registerTracing(
  app: FastifyInstance,
  tracer: Tracer,
  isKnown: (caller: Caller | null) => boolean,
): void {
  if (tracer === noopTracer) return;
  app.addHook('preHandler', (request, reply, done) => {
    const { url: route = '', config } = request.routeOptions;
    if (!config.isTraced) return done();
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

/** Starts a span for each root field. Spans for nested fields would cost more than they show: calls to Gong have their own. */
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
