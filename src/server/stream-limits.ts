import type { IncomingMessage } from 'node:http';
import { ANYBODY, type Caller } from '../auth/caller.js';
import { GatewayError } from '../errors.js';

/** What WebSockets and SSE streams may cost. */
export interface StreamSettings {
  /** Sockets and streams in all. */
  readonly maxConnections: number;
  /** Of one caller; where nobody says who asks, of one address, as far as the gateway can see it. */
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
   * Counts a connection until it is given back.
   *
   * @throws GatewayError RATE_LIMITED
   */
  take(request: IncomingMessage, caller: Caller | null): Place;
}

export interface Place {
  /**
   * Whose connection it is has become known: it counts for that caller, and no longer for an address.
   *
   * @throws GatewayError RATE_LIMITED
   */
  belongsTo(caller: Caller): void;
  giveBack(): void;
}

/** Shared by both transports. */
export function createStreamLimits(settings: StreamSettings): StreamLimits {
  const ofCaller = new Map<string, number>();
  let inAll = 0;

  function enter(name: string): void {
    const own = ofCaller.get(name) ?? 0;
    if (own >= settings.maxConnectionsPerCaller) throw tooMany(`${own} of yours`);
    ofCaller.set(name, own + 1);
  }

  function leave(name: string): void {
    const left = (ofCaller.get(name) ?? 1) - 1;
    if (left === 0) ofCaller.delete(name);
    else ofCaller.set(name, left);
  }

  return {
    take(request, caller) {
      let name = nameOf(caller) ?? addressOf(request, settings.proxyHops);
      if (inAll >= settings.maxConnections) throw tooMany(`${inAll} in all`);
      enter(name);
      inAll += 1;
      let taken = true;
      return {
        belongsTo(known) {
          const next = nameOf(known);
          if (next === undefined || next === name || !taken) return;
          enter(next);
          leave(name);
          name = next;
        },
        giveBack() {
          if (!taken) return;
          taken = false;
          inAll -= 1;
          leave(name);
        },
      };
    },
  };
}

/** No address begins like this. */
function nameOf(caller: Caller | null): string | undefined {
  return caller === null || caller === ANYBODY ? undefined : `caller ${caller.id}`;
}

/** Each proxy adds whom it heard it from at the end of the list; what stands before those is anybody's claim. */
function addressOf(request: IncomingMessage, proxyHops: number): string {
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
