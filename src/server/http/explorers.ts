import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { GatewayError } from '../../errors.js';

export interface GraphiqlOptions {
  /** What stands in its headers at first. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether people must put credentials there. */
  readonly sendsCredentials: boolean;
  /** Where the page is; by default where `npm run build` writes it. */
  readonly page?: URL;
}

/** The same file from src/server/ and from dist/server/. scripts/graphiql-page.mjs writes it. */
const BUILT_PAGE = new URL('../../../dist/graphiql.html', import.meta.url);
const OPTIONS_SLOT = '__GRAPHIQL_OPTIONS__';

/**
 * GraphiQL, served from here: Apollo Sandbox comes from a CDN and needs the internet. The page is 9 MB, so it is read
 * when somebody asks for it and not kept.
 */
export function registerGraphiql(
  app: FastifyInstance,
  { headers, sendsCredentials, page = BUILT_PAGE }: GraphiqlOptions,
): void {
  app.get('/graphiql', async (_request, reply) => {
    const template = await readFile(page, 'utf8').catch((cause: unknown) => {
      const message =
        'This build has no GraphiQL: npm run build writes dist/graphiql.html. Apollo Sandbox is at /.';
      throw new GatewayError('NOT_FOUND', message, { cause });
    });
    const options = {
      endpoint: '/graphql',
      // The page sends its headers with event streams, and not with WebSockets.
      subscriptionsProtocol: sendsCredentials ? ('GRAPHQL_SSE' as const) : ('WS' as const),
      // Nor shall it keep credentials in the browser.
      shouldPersistHeaders: !sendsCredentials,
      headers: JSON.stringify(headers, null, 2),
      defaultQuery: FIRST_QUERY,
    };
    // Inside a script: no value may end it.
    const json = JSON.stringify(options).replaceAll('<', '\\u003c');
    const html = template.replace(OPTIONS_SLOT, () => json);
    return reply.type('text/html; charset=utf-8').send(html);
  });
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

/** People who open the bare address want the explorer. */
export function registerFrontDoor(app: FastifyInstance): void {
  app.get('/', async (_request, reply) => reply.redirect('/graphql'));
}
