import type { FastifyInstance } from 'fastify';
import { readBuild } from '../../build.js';
import type { Metrics } from '../../telemetry/metrics.js';
import type { Readiness } from './readiness.js';

/** Whose data callers see. An emulator is one whether it is embedded or not. */
export type Upstream = 'gong' | 'emulator';

export interface HealthOptions {
  readonly upstream: Upstream;
  readonly readiness: Readiness;
  readonly metrics: Metrics | undefined;
}

/**
 * Routes for operators: `/health`, whether the process runs, and which build; `/ready`, whether to send callers here, with
 * the reason for every check; `/metrics`, in Prometheus's text format. They are public, for they reveal nothing about
 * callers, customers or credentials.
 */
export function registerHealth(app: FastifyInstance, { upstream, readiness, metrics }: HealthOptions): void {
  const build = readBuild();
  const config = { isPublic: true } as const;
  app.get('/health', { config }, async () => ({ status: 'ok', upstream, ...build }));
  app.get('/ready', { config }, async (_request, reply) => {
    const { ready, checks } = await readiness.check();
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ready' : 'not ready', checks });
  });
  if (metrics === undefined) return;
  app.get('/metrics', { config }, async (_request, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.text()),
  );
}
