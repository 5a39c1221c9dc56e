import type { FastifyInstance } from 'fastify';

export interface GraphiqlOptions {
  /** What stands in its headers at first. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether people must put credentials there. */
  readonly sendsCredentials: boolean;
}

/**
 * GraphiQL, served from the package itself: Apollo Sandbox comes from a CDN and needs the internet. The page is
 * some megabytes, so it is loaded when first asked for.
 */
export function registerGraphiql(app: FastifyInstance, { headers, sendsCredentials }: GraphiqlOptions): void {
  app.get('/graphiql', async (_request, reply) => {
    const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
    const options = {
      endpoint: '/graphql',
      // The page sends its headers with event streams, and not with WebSockets.
      subscriptionsProtocol: sendsCredentials ? ('GRAPHQL_SSE' as const) : ('WS' as const),
      // Nor shall it keep credentials in the browser.
      shouldPersistHeaders: !sendsCredentials,
      headers: JSON.stringify(headers, null, 2),
      title: 'GraphiQL: Gong CRM gateway',
      defaultQuery: FIRST_QUERY,
    };
    const html = renderGraphiQL(options).replace('<body', `${STREAMS_APART}<body`);
    return reply.type('text/html; charset=utf-8').send(html);
  });
}

/** It knows one address for everything; ours of event streams is another. */
const STREAMS_APART = `<script>
  const send = globalThis.fetch;
  globalThis.fetch = (address, request) => {
    const accept = new Headers(request?.headers).get('accept') ?? '';
    const { search } = new URL(address, location.href);
    return send(accept.startsWith('text/event-stream') ? '/graphql/stream' + search : address, request);
  };
</script>
`;

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
