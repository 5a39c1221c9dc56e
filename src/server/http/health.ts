import type { FastifyInstance } from 'fastify';
import { readBuild } from '../../build.js';
import type { Metrics } from '../../telemetry/metrics.js';
import type { Readiness } from './readiness.js';

/** Whose data callers see. An emulator on this machine counts as one, embedded or not. */
export type Upstream = 'gong' | 'emulator';

export interface HealthOptions {
  readonly upstream: Upstream;
  readonly readiness: Readiness;
  readonly metrics: Metrics | undefined;
}

/**
 * What those ask who run the gateway: `/health`, whether the process lives and which build
 * it is; `/ready`, whether callers should be sent
 * here, with every check and its reason; `/metrics`, in Prometheus's text format. They are open to all, like the
 * schema: none of them tells anything of a caller, of a customer or of credentials.
 */
export function registerHealth(app: FastifyInstance, { upstream, readiness, metrics }: HealthOptions): void {
  const build = readBuild();
  app.get('/health', async () => ({ status: 'ok', upstream, ...build }));
  app.get('/ready', async (_request, reply) => {
    const { ready, checks } = await readiness.check();
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ready' : 'not ready', checks });
  });
  if (metrics === undefined) return;
  app.get('/metrics', async (_request, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.text()),
  );
}
