import type { FastifyInstance } from 'fastify';

/** One log line a file that came through a plain HTTP door, as there is one for every GraphQL operation. */
export function registerFileLog(app: FastifyInstance, routes: ReadonlySet<string>): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? '';
    if (!routes.has(route)) return;
    const line = { route, status: reply.statusCode, durationMs: Math.round(reply.elapsedTime) };
    request.log[reply.statusCode < 400 ? 'info' : 'warn'](line, 'file');
  });
}
