import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticator } from '../../auth/authenticator.js';
import { ANONYMOUS, type Caller } from '../../auth/caller.js';
import { GatewayError } from '../../errors.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** `null` where the request was not authenticated: on public routes and for landing pages. */
    caller: Caller | null;
  }
}

const REALM = 'realm="gong-crm-graphql"';

/**
 * Authenticates every request before its body is read, unless the route's config opens it. WebSockets authenticate in
 * their first message instead (websocket.ts).
 */
export function registerAuthentication(app: FastifyInstance, authenticator: Authenticator): void {
  app.decorateRequest('caller', null);
  // Not `async`: only tokens take time to check.
  app.addHook('onRequest', (request, reply, done) => {
    if (isOpen(request)) return done();
    const accept = (caller: Caller) => {
      request.caller = caller;
      if (caller !== ANONYMOUS) request.log = request.log.child({ caller: caller.id });
      done();
    };
    const refuse = (error: Error) => {
      if (error instanceof GatewayError && error.code === 'UNAUTHENTICATED') {
        request.log.info({ reason: error.message }, 'authentication failed');
        reply.header('www-authenticate', challenge(request, authenticator));
      }
      done(error);
    };
    let caller: Caller | Promise<Caller>;
    try {
      caller = authenticator.authenticate({
        authorization: request.headers.authorization,
        apiKey: request.headers['x-api-key'],
      });
    } catch (error) {
      return refuse(error as Error);
    }
    if (caller instanceof Promise) caller.then(accept, refuse);
    else accept(caller);
  });
}

function isOpen(request: FastifyRequest): boolean {
  if (request.is404 || request.method === 'OPTIONS') return true;
  const { isPublic, hasLandingPage } = request.routeOptions.config;
  return isPublic === true || (hasLandingPage === true && acceptsPage(request));
}

/** Whether a browser asks for a page. */
export function acceptsPage({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && /\btext\/html\b/i.test(headers.accept ?? '');
}

/**
 * RFC 6750, section 3: an error is named only where credentials were sent. Basic is not offered to browsers: they would
 * ask for a password, keep it, and send it with requests that other sites cause.
 */
function challenge({ headers }: FastifyRequest, { schemes }: Authenticator): string {
  const hasCredentials = headers.authorization !== undefined || headers['x-api-key'] !== undefined;
  const isBrowser = headers.origin !== undefined || headers['sec-fetch-mode'] !== undefined;
  return schemes
    .filter((scheme) => scheme === 'Bearer' || !isBrowser)
    .map(
      (scheme) =>
        `${scheme} ${REALM}${scheme === 'Bearer' && hasCredentials ? ', error="invalid_token"' : ''}`,
    )
    .join(', ');
}
