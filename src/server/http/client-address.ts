import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import type { FastifyRequest } from 'fastify';
import { callerKey } from '../../auth/caller.js';
import type { Tenants } from '../../tenants/tenants.js';

/**
 * The client's address as the outermost trusted proxy saw it.
 *
 * @param proxyHops how many trusted proxies add to `X-Forwarded-For`. With 0 the header is ignored: anyone can send it.
 */
export function addressOf(request: IncomingMessage, proxyHops: number): string {
  // There is no address once the socket has been destroyed.
  return proxyAddr(request, (_address, hop) => hop < proxyHops) ?? '';
}

/** The key that limits count a request under: its caller's, or the client's address where the caller is not identified. */
export type ClientKey = (request: FastifyRequest) => string;

export function createClientKey(tenants: Pick<Tenants, 'accepts'>, proxyHops: number): ClientKey {
  return ({ caller, raw }) =>
    callerKey(caller, caller !== null && tenants.accepts(caller)) ?? addressOf(raw, proxyHops);
}
