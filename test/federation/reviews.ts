import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, graphql } from 'graphql';

/** A second subgraph: which CRM objects a reviewer has to look at, and a note on each deal. It knows nothing but keys. */
export const REVIEWS_SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Query {
    dealsToReview(count: Int!): [Deal!]!
    agenda: [Item!]!
  }
  union Item = Account | Contact | Deal | Lead
  type Account @key(fields: "objectId") { objectId: ID! }
  type Contact @key(fields: "objectId") { objectId: ID! }
  type Lead @key(fields: "objectId") { objectId: ID! }
  type Deal @key(fields: "objectId") { objectId: ID! note: String! }
`;

export interface Reviews extends AsyncDisposable {
  readonly url: string;
}

interface Reference {
  readonly __typename: string;
  readonly objectId: string;
}

/** @param agenda what its root field `agenda` gives; `dealsToReview` gives d0, d1 … */
export async function startReviews(agenda: readonly Reference[] = []): Promise<Reviews> {
  const noted = (reference: Reference) => ({ ...reference, note: `note on ${reference.objectId}` });
  const rootValue = {
    dealsToReview: ({ count }: { count: number }) =>
      Array.from({ length: count }, (_, n) => noted({ __typename: 'Deal', objectId: `d${n}` })),
    agenda: agenda.map(noted),
    _entities: ({ representations }: { representations: readonly Reference[] }) => representations.map(noted),
  };
  const schema = buildSchema(`
    ${REVIEWS_SDL.replace(/extend schema.*/, '')}
    directive @key(fields: String!) on OBJECT
    scalar _Any
    union _Entity = Account | Contact | Deal | Lead
    extend type Query { _entities(representations: [_Any!]!): [_Entity]! }
  `);
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { query, variables } = JSON.parse(String(Buffer.concat(chunks)));
    const result = await graphql({ schema, source: query, rootValue, variableValues: variables });
    response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
