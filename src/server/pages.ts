import type { FastifyInstance } from 'fastify';

/**
 * GraphiQL, served from the package itself: Apollo Sandbox comes from a CDN and needs the internet. The page is
 * some megabytes, so it is loaded when first asked for.
 */
export function registerGraphiql(app: FastifyInstance): void {
  app.get('/graphiql', async (_request, reply) => {
    const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
    const html = renderGraphiQL({
      endpoint: '/graphql',
      subscriptionsProtocol: 'WS',
      title: 'GraphiQL: Gong CRM gateway',
      defaultQuery: FIRST_QUERY,
    });
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
