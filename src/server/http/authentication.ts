import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticator } from '../../auth/authenticator.js';
import { ANYBODY, type Caller } from '../../auth/caller.js';
import { GatewayError } from '../../errors.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** `null`: nobody has said who asks. Only where the route is public, or shows a page. */
    caller: Caller | null;
  }
}

/** For probes and scrapers, which have no credentials, and pages of development. They tell nothing of a company. */
const PUBLIC_ROUTES: ReadonlySet<string> = new Set(['/health', '/ready', '/metrics', '/', '/graphiql']);

const REALM = 'realm="gong-crm-graphql"';

/**
 * Asks every request who sends it, before a byte of its body is read. A new route is closed unless it is in the
 * list above. WebSockets do not come this way: they say it in their first message (websocket.ts).
 */
export function registerAuthentication(
  app: FastifyInstance,
  authenticator: Authenticator,
  { landingPage }: { readonly landingPage: boolean },
): void {
  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404 || request.method === 'OPTIONS' || PUBLIC_ROUTES.has(request.routeOptions.url ?? ''))
      return;
    if (landingPage && wantsPage(request)) return;
    try {
      request.caller = await authenticator.authenticate({
        authorization: request.headers.authorization,
        apiKey: request.headers['x-api-key'],
      });
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'UNAUTHENTICATED') {
        request.log.info({ reason: error.message }, 'a caller was not let in');
        reply.header('www-authenticate', challenge(request, authenticator));
      }
      throw error;
    }
    if (request.caller !== ANYBODY) request.log = request.log.child({ caller: request.caller.id });
  });
}

/** A browser that opens the explorer; it gets the page alone, for nobody may run anything. */
function wantsPage({ method, routeOptions, headers }: FastifyRequest): boolean {
  return method === 'GET' && routeOptions.url === '/graphql' && /\btext\/html\b/i.test(headers.accept ?? '');
}

/**
 * RFC 6750, section 3: an error is named only where there were credentials. Browsers are not told of Basic: they would
 * ask for a password, keep it, and send it with whatever any site makes them send here.
 */
function challenge({ headers }: FastifyRequest, { schemes }: Authenticator): string {
  const given = headers.authorization !== undefined || headers['x-api-key'] !== undefined;
  const isBrowser = headers.origin !== undefined || headers['sec-fetch-mode'] !== undefined;
  return schemes
    .filter((scheme) => scheme === 'Bearer' || !isBrowser)
    .map((scheme) => `${scheme} ${REALM}${scheme === 'Bearer' && given ? ', error="invalid_token"' : ''}`)
    .join(', ');
}
