import { once } from 'node:events';
import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { createContext, resolvers, serving, typeDefs } from './accounts.mjs';

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  context: createContext,
  graphiql: false,
  landingPage: false,
  logging: false,
});
const server = createServer(yoga).listen(0, '127.0.0.1');
await once(server, 'listening');
serving(`http://127.0.0.1:${server.address().port}`);
