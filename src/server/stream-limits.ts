import type { IncomingMessage } from 'node:http';
import type { Caller } from '../auth/caller.js';
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
   * @param account of `accountOf`
   * @throws GatewayError RATE_LIMITED
   */
  take(request: IncomingMessage, account: string | null): Place;
}

export interface Place {
  /**
   * Whose connection it is has become known: it counts for that account, and no longer for an address.
   *
   * @throws GatewayError RATE_LIMITED
   */
  belongsTo(account: string | null): void;
  /** The same for one that has begun its work and stays, even where the account has as many as it may. */
  movesTo(account: string | null): void;
  giveBack(): void;
}

/**
 * What a caller's connections count for; `null`: its address. A caller's own credentials for Gong are an account once
 * Gong has taken them: whoever makes some up does not get as many connections with each.
 */
export function accountOf(caller: Caller | null, isAccepted: boolean): string | null {
  if (caller === null || (caller.account === null && (caller.gong === null || !isAccepted))) return null;
  const { account, gong } = caller;
  return `${account ?? ''} ${gong !== null && isAccepted ? gong.hash : ''}`;
}

/** Shared by both transports. */
export function createStreamLimits(settings: StreamSettings): StreamLimits {
  const counts = new Map<string, number>();
  let inAll = 0;

  function enter(name: string): void {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }

  function refuseFull(name: string): void {
    const own = counts.get(name) ?? 0;
    if (own >= settings.maxConnectionsPerCaller) throw tooMany(`${own} of yours`);
  }

  function leave(name: string): void {
    const left = (counts.get(name) ?? 1) - 1;
    if (left === 0) counts.delete(name);
    else counts.set(name, left);
  }

  return {
    take(request, account) {
      let name = account === null ? addressOf(request, settings.proxyHops) : nameOf(account);
      if (inAll >= settings.maxConnections) throw tooMany(`${inAll} in all`);
      refuseFull(name);
      enter(name);
      inAll += 1;
      let taken = true;

      function move(known: string | null, mayRefuse: boolean): void {
        if (known === null || !taken) return;
        const next = nameOf(known);
        if (next === name) return;
        if (mayRefuse) refuseFull(next);
        enter(next);
        leave(name);
        name = next;
      }
      return {
        belongsTo: (known) => move(known, true),
        movesTo: (known) => move(known, false),
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
function nameOf(account: string): string {
  return `account ${account}`;
}

/** Each proxy adds whom it heard it from at the end of the list; what stands before those is anybody's claim. */
export function addressOf(request: IncomingMessage, proxyHops: number): string {
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
