import type { FastifyInstance } from 'fastify';
import { GatewayError } from '../../errors.js';
import type { UploadLimits } from '../../writes/settings.js';
import type { ClientKey } from '../http/client-address.js';
import { carriesFile } from '../http/route-config.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Ends the count of a file, once it is answered. */
    releaseSlot: (() => void) | null;
  }
}

export interface UploadSlotsOptions {
  readonly limits: UploadLimits;
  readonly clientKey: ClientKey;
}

/**
 * Limits how many files are received at a time, in total and for each caller, from before their first byte is read until
 * the answer. Each holds a socket, a file descriptor and disk space.
 */
export function registerUploadSlots(app: FastifyInstance, { limits, clientKey }: UploadSlotsOptions): void {
  const counts = new Map<string, number>();
  let total = 0;

  function take(key: string): () => void {
    const own = counts.get(key) ?? 0;
    if (total >= limits.maxUnderWay) throw tooMany(`${total} in all`);
    if (own >= limits.maxPerCaller) throw tooMany(`${own} of yours`);
    counts.set(key, own + 1);
    total += 1;
    return () => {
      total -= 1;
      const left = (counts.get(key) ?? 1) - 1;
      if (left === 0) counts.delete(key);
      else counts.set(key, left);
    };
  }

  app.decorateRequest('releaseSlot', null);
  app.addHook('preValidation', (request, _reply, done) => {
    if (carriesFile(request)) request.releaseSlot = take(clientKey(request));
    done();
  });
  // Not when the caller disconnects: the work goes on without it.
  app.addHook('onSend', (request, _reply, payload, done) => {
    request.releaseSlot?.();
    request.releaseSlot = null;
    done(null, payload);
  });
}

function tooMany(what: string): GatewayError {
  return new GatewayError(
    'RATE_LIMITED',
    `Too many files are being received (${what}): send this one when another has ended`,
    { retryAfterSeconds: 5 },
  );
}
