import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../errors.js';
import { addressOf } from '../http/client-address.js';
import type { StreamSettings } from './settings.js';

export type { StreamSettings } from './settings.js';

export interface StreamLimits {
  /**
   * Counts a connection until it is given back.
   *
   * @param key of `callerKey`; `null` counts it for its address
   * @throws GatewayError RATE_LIMITED
   */
  take(request: IncomingMessage, key: string | null): Place;
  /**
   * The same for a WebSocket that has not said whose it is. It counts apart, so that silent sockets keep nobody out who
   * shares their address.
   *
   * @throws GatewayError RATE_LIMITED
   */
  takeGreeting(request: IncomingMessage): Place;
}

export interface Place {
  /** What it counts for at the moment. */
  key(): string;
  /**
   * Whose connection it is has become known: from now on it counts for that account, or for its address (`null`).
   *
   * @throws GatewayError RATE_LIMITED
   */
  belongsTo(account: string | null): void;
  /** The same for one that has begun its work and stays, even where the account has as many as it may. */
  movesTo(account: string | null): void;
  giveBack(): void;
}

/** No address and no account begins like this. */
const GREETING = 'greeting ';

/** Shared by both transports. */
export function createStreamLimits(settings: StreamSettings): StreamLimits {
  const counts = new Map<string, number>();
  let inAll = 0;
  let greetings = 0;

  function enter(name: string): void {
    if (name.startsWith(GREETING)) greetings += 1;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }

  function refuseFull(name: string, most = settings.maxConnectionsPerCaller): void {
    const own = counts.get(name) ?? 0;
    if (own >= most) throw tooMany(`${own} of yours`);
  }

  function leave(name: string): void {
    if (name.startsWith(GREETING)) greetings -= 1;
    const left = (counts.get(name) ?? 1) - 1;
    if (left === 0) counts.delete(name);
    else counts.set(name, left);
  }

  function place(first: string, address: string): Place {
    let name = first;
    let taken = true;
    enter(name);
    inAll += 1;

    function move(account: string | null, mayRefuse: boolean): void {
      const next = account ?? address;
      if (!taken || next === name) return;
      if (mayRefuse) refuseFull(next);
      enter(next);
      leave(name);
      name = next;
    }
    return {
      key: () => name,
      belongsTo: (account) => move(account, true),
      movesTo: (account) => move(account, false),
      giveBack() {
        if (!taken) return;
        taken = false;
        inAll -= 1;
        leave(name);
      },
    };
  }

  return {
    take(request, key) {
      const address = addressOf(request, settings.proxyHops);
      const name = key ?? address;
      if (inAll >= settings.maxConnections) throw tooMany(`${inAll} in all`);
      refuseFull(name);
      return place(name, address);
    },
    takeGreeting(request) {
      const address = addressOf(request, settings.proxyHops);
      if (inAll >= settings.maxConnections) throw tooMany(`${inAll} in all`);
      if (greetings * 2 >= settings.maxConnections) throw tooMany(`${greetings} without a greeting`);
      refuseFull(greetingOf(address), settings.maxGreetingsPerAddress);
      return place(greetingOf(address), address);
    },
  };
}

function greetingOf(address: string): string {
  return `${GREETING}${address}`;
}

function tooMany(what: string): GatewayError {
  return new GatewayError(
    'RATE_LIMITED',
    `Too many connections are open (${what}): close one, or watch several requests over one`,
    { retryAfterSeconds: 5 },
  );
}
