import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from '../../errors.js';
import type { Tenants } from '../../tenants/tenants.js';
import type { UploadLimits } from '../../writes/settings.js';
import { accountOf, addressOf } from '../streams/limits.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of a file that is under way. */
    leavePlace: (() => void) | null;
  }
}

export interface UploadPlacesOptions {
  readonly limits: UploadLimits;
  readonly proxyHops: number;
  readonly tenants: Pick<Tenants, 'accepts'>;
}

/**
 * Bounds the files under way, from the first byte to the answer, before any of a further one is read: each holds a
 * socket, a descriptor and room on disk.
 */
export function registerUploadPlaces(
  app: FastifyInstance,
  isFile: (request: FastifyRequest) => boolean,
  { limits, proxyHops, tenants }: UploadPlacesOptions,
): void {
  const counts = new Map<string, number>();
  let inAll = 0;

  function holderOf({ caller, raw }: FastifyRequest): string {
    const account = accountOf(caller, caller !== null && tenants.accepts(caller));
    return account === null ? `address ${addressOf(raw, proxyHops)}` : `account ${account}`;
  }

  function take(holder: string): () => void {
    const own = counts.get(holder) ?? 0;
    if (inAll >= limits.maxUnderWay) throw tooMany(`${inAll} in all`);
    if (own >= limits.maxPerCaller) throw tooMany(`${own} of yours`);
    counts.set(holder, own + 1);
    inAll += 1;
    return () => {
      inAll -= 1;
      const left = (counts.get(holder) ?? 1) - 1;
      if (left === 0) counts.delete(holder);
      else counts.set(holder, left);
    };
  }

  app.decorateRequest('leavePlace', null);
  app.addHook('preValidation', async (request) => {
    if (isFile(request)) request.leavePlace = take(holderOf(request));
  });
  // When there is an answer, not when the caller has gone: the work goes on without it.
  app.addHook('onSend', async (request) => {
    request.leavePlace?.();
    request.leavePlace = null;
  });
}

function tooMany(what: string): GatewayError {
  return new GatewayError(
    'RATE_LIMITED',
    `Too many files are under way (${what}): send this one when another has ended`,
    { retryAfterSeconds: 5 },
  );
}
