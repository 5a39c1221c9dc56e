import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../errors.js';

/** What WebSockets and SSE streams may cost. */
export interface StreamSettings {
  /** Sockets and streams in all. */
  readonly maxConnections: number;
  /** Of one caller: of one address, as far as the gateway can see it. */
  readonly maxConnectionsPerCaller: number;
  /** Operations under way on one WebSocket. */
  readonly maxOperationsPerSocket: number;
  /** From the opening of a WebSocket to its `connection_init`. */
  readonly initTimeoutMs: number;
  /** Between two signs of life; a peer that misses one is taken for dead. */
  readonly pingMs: number;
  /** Of a WebSocket message that comes in. */
  readonly maxMessageBytes: number;
  /** What may wait to be sent to one client. */
  readonly maxPendingBytes: number;
  /** How many proxies of one's own stand in front and add to `X-Forwarded-For`; 0 = none, and nobody is believed. */
  readonly proxyHops: number;
}

export interface StreamLimits {
  /**
   * Counts a connection until the function it gives is called.
   *
   * @throws GatewayError RATE_LIMITED
   */
  take(request: IncomingMessage): () => void;
}

/** Shared by both transports. */
export function createStreamLimits(settings: StreamSettings): StreamLimits {
  const ofCaller = new Map<string, number>();
  let inAll = 0;

  return {
    take(request) {
      const caller = callerOf(request, settings.proxyHops);
      const own = ofCaller.get(caller) ?? 0;
      if (own >= settings.maxConnectionsPerCaller) throw tooMany(`${own} of yours`);
      if (inAll >= settings.maxConnections) throw tooMany(`${inAll} in all`);
      ofCaller.set(caller, own + 1);
      inAll += 1;
      let taken = true;
      return () => {
        if (!taken) return;
        taken = false;
        inAll -= 1;
        const left = (ofCaller.get(caller) ?? 1) - 1;
        if (left === 0) ofCaller.delete(caller);
        else ofCaller.set(caller, left);
      };
    },
  };
}

/** Each proxy adds whom it heard it from at the end of the list; what stands before those is anybody's claim. */
function callerOf(request: IncomingMessage, proxyHops: number): string {
  const header = request.headers['x-forwarded-for'];
  const heard = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',');
  const claimed = proxyHops > 0 ? heard.at(-proxyHops)?.trim() : undefined;
  return claimed || (request.socket.remoteAddress ?? '');
}

function tooMany(what: string): GatewayError {
  return new GatewayError(
    'RATE_LIMITED',
    `Too many connections are open (${what}): close one, or watch several requests over one`,
    { retryAfterSeconds: 5 },
  );
}
