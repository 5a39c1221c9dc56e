import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../errors.js';
import { noopObserver, type Observer, type StreamTransport } from '../../telemetry/observer.js';
import { addressOf } from '../http/client-address.js';
import type { StreamSettings } from './settings.js';

export type { StreamSettings } from './settings.js';

/** Counts open connections. Both transports share one. */
export interface StreamLimits {
  /**
   * @param caller see `callerKey`; `null` counts the connection for its address
   * @throws GatewayError RATE_LIMITED
   */
  acquire(transport: StreamTransport, request: IncomingMessage, caller: string | null): ConnectionSlot;
  /**
   * For a WebSocket before its `connection_init`. These are counted apart, so that idle sockets do not use up the
   * connections of callers with the same address.
   *
   * @throws GatewayError RATE_LIMITED
   */
  acquireForHandshake(request: IncomingMessage): ConnectionSlot;
}

/** One open connection, counted until `release`. */
export interface ConnectionSlot {
  /** What the connection is counted for. */
  key(): string;
  /**
   * Counts the connection for this caller from now on; `null`: for its address.
   *
   * @throws GatewayError RATE_LIMITED
   */
  assign(caller: string | null): void;
  /** As `assign`, for a connection that is already in use: it stays open even if the caller is at its limit. */
  reassign(caller: string | null): void;
  /** Further calls do nothing. */
  release(): void;
}

export function createStreamLimits(
  { maxConnections, maxConnectionsPerCaller, maxGreetingsPerAddress, proxyHops }: StreamSettings,
  observer: Observer = noopObserver,
): StreamLimits {
  const counts = new Map<string, number>();
  let open = 0;
  let handshakes = 0;

  const countOf = (key: string) => counts.get(key) ?? 0;

  function change(key: string, by: 1 | -1): void {
    if (key.startsWith(HANDSHAKE)) handshakes += by;
    const count = countOf(key) + by;
    if (count === 0) counts.delete(key);
    else counts.set(key, count);
  }

  function refuseAtLimit(key: string, limit: number): void {
    const count = countOf(key);
    if (count >= limit) throw tooMany(`${count} of yours`);
  }

  function openSlot(
    transport: StreamTransport,
    address: string,
    firstKey: string,
    limit: number,
  ): ConnectionSlot {
    if (open >= maxConnections) throw tooMany(`${open} in all`);
    refuseAtLimit(firstKey, limit);
    const disconnected = observer.connected(transport);
    let key = firstKey;
    let isOpen = true;
    open += 1;
    change(key, 1);

    function move(caller: string | null, limit: number): void {
      const next = caller ?? address;
      if (!isOpen || next === key) return;
      refuseAtLimit(next, limit);
      change(key, -1);
      change(next, 1);
      key = next;
    }
    return {
      key: () => key,
      assign: (caller) => move(caller, maxConnectionsPerCaller),
      reassign: (caller) => move(caller, Number.POSITIVE_INFINITY),
      release() {
        if (!isOpen) return;
        isOpen = false;
        open -= 1;
        change(key, -1);
        disconnected();
      },
    };
  }

  return {
    acquire(transport, request, caller) {
      const address = addressOf(request, proxyHops);
      return openSlot(transport, address, caller ?? address, maxConnectionsPerCaller);
    },
    acquireForHandshake(request) {
      if (handshakes * 2 >= maxConnections) throw tooMany(`${handshakes} without a connection_init`);
      const address = addressOf(request, proxyHops);
      return openSlot('websocket', address, `${HANDSHAKE}${address}`, maxGreetingsPerAddress);
    },
  };
}

/** No address and no caller's key begins with this. */
const HANDSHAKE = 'handshake ';

function tooMany(what: string): GatewayError {
  return new GatewayError(
    'RATE_LIMITED',
    `Too many connections are open (${what}): close one, or send several operations over one WebSocket`,
    { retryAfterSeconds: 5 },
  );
}
