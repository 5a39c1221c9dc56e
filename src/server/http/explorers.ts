import { readFile } from 'node:fs/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { rootFolder } from '../../build.js';
import { GatewayError } from '../../errors.js';
import { type Exposure, exposureRefusal } from '../exposure.js';
import { frontPage } from './front-page.js';

export interface ExplorerOptions {
  readonly exposure: Exclude<Exposure, 'off'>;
  /** The headers GraphiQL starts with. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether callers need credentials in these headers. */
  readonly sendsCredentials: boolean;
  /** Whether there is a console, to which the front page leads. */
  readonly hasConsole: boolean;
  /** Default: where `npm run build` writes GraphiQL. */
  readonly page?: URL;
}

/** Written by scripts/graphiql-page.mjs. */
const BUILT_PAGE = new URL('dist/graphiql.html', rootFolder());
const OPTIONS_SLOT = '__GRAPHIQL_OPTIONS__';

/**
 * Serves GraphiQL, which works offline: Apollo Sandbox comes from a CDN. Its page has 9 MB, so it is read for each request
 * and not kept in memory. `/` has links to it, and to `/graphql`, which shows browsers Apollo Sandbox.
 */
export function registerExplorers(
  app: FastifyInstance,
  { exposure, headers, sendsCredentials, hasConsole, page = BUILT_PAGE }: ExplorerOptions,
): void {
  const config = exposure === 'on' ? ({ isPublic: true } as const) : {};
  const preHandler = async (request: FastifyRequest) => refuseExplorer(exposure, request);
  app.get('/', { config, preHandler }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(frontPage(hasConsole)),
  );
  app.get('/graphiql', { config, preHandler }, async (_request, reply) => {
    const template = await readFile(page, 'utf8').catch((cause: unknown) => {
      const message =
        'This build has no GraphiQL: npm run build writes dist/graphiql.html. Apollo Sandbox is at /graphql.';
      throw new GatewayError('NOT_FOUND', message, { cause });
    });
    const options = {
      endpoint: '/graphql',
      // The page sends its headers with event streams, but not with WebSockets.
      subscriptionsProtocol: sendsCredentials ? ('GRAPHQL_SSE' as const) : ('WS' as const),
      // Credentials must not be stored in the browser.
      shouldPersistHeaders: !sendsCredentials,
      headers: JSON.stringify(headers, null, 2),
      defaultQuery: FIRST_QUERY,
    };
    // The options are part of a script, which no value may end.
    const json = JSON.stringify(options).replaceAll('<', '\\u003c');
    const html = template.replace(OPTIONS_SLOT, () => json);
    return reply.type('text/html; charset=utf-8').send(html);
  });
}

/** @throws GatewayError UNAUTHENTICATED, FORBIDDEN where the caller may not open the explorers */
export function refuseExplorer(exposure: Exposure, { caller }: FastifyRequest): void {
  const refusal = exposureRefusal(exposure, caller, ['The explorer', 'EXPLORER']);
  if (refusal !== undefined) throw refusal;
}

const FIRST_QUERY = `# Gong's CRM API through the gateway. Try the documentation on the left.
query WhatIsThere {
  integrations {
    id
    name
    ownerEmail
  }
}
`;
