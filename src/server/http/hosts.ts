import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AuthSettings } from '../../auth/authenticator.js';
import { listOf, setting } from '../../env.js';
import { GatewayError } from '../../errors.js';
import { isLoopbackHost } from '../../loopback.js';

/** The host names accepted in `Host`: a list, the names of this machine (`loopback`), or any (`null`). */
export type AllowedHosts = readonly string[] | 'loopback' | null;

const HOST_NAME = /^(?:\*|\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})$/;

const HOST_LIST = listOf(
  z.string().toLowerCase().regex(HOST_NAME),
  'host names without ports, separated by commas, or *',
);

export const HOST_SETTINGS = {
  /**
   * Host names under which requests may address the gateway, without ports, separated by commas; `*` for any. Without this
   * setting any name is accepted, but only the names of this machine if the gateway listens on loopback without
   * authentication.
   */
  allowedHosts: setting('ALLOWED_HOSTS', HOST_LIST),
};

/**
 * The default without authentication, on loopback, is the names of this machine: any website can let a name of its own
 * point to 127.0.0.1 and call the gateway from a browser (DNS rebinding).
 */
export function allowedHosts(
  given: readonly string[] | null,
  { host, auth }: { readonly host: string; readonly auth: AuthSettings },
): AllowedHosts {
  if (given !== null) return given.includes('*') ? null : given;
  return auth.mode === 'none' && isLoopbackHost(host) ? 'loopback' : null;
}

export function isAllowedHost(host: string | undefined, allowed: AllowedHosts): boolean {
  if (allowed === null) return true;
  const name =
    /^(\[[^\]]{0,50}\]|[^:[\]]{0,260})(?::[0-9]{1,5})?$/.exec(host ?? '')?.[1]?.toLowerCase() ?? '';
  return allowed === 'loopback' ? isLoopbackHost(name) : allowed.includes(name);
}

export function hostRefusal(host: string | undefined): GatewayError {
  const name = JSON.stringify((host ?? '').slice(0, 100));
  return new GatewayError('FORBIDDEN', `The host name ${name} is not allowed: add it to ALLOWED_HOSTS.`);
}

/** Not for WebSockets, which bypass Fastify's hooks: websocket.ts checks for itself. */
export function registerAllowedHosts(app: FastifyInstance, allowed: AllowedHosts): void {
  if (allowed === null) return;
  /** Most requests name the same host as the one before. */
  let accepted: string | undefined;
  app.addHook('onRequest', ({ headers: { host } }, _reply, done) => {
    if (host !== undefined && host === accepted) return done();
    if (!isAllowedHost(host, allowed)) return done(hostRefusal(host));
    accepted = host;
    done();
  });
}
