import { ApolloServer } from '@apollo/server';
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import Fastify from 'fastify';
import { createContext, resolvers, serving, typeDefs } from './accounts.mjs';

const app = Fastify();
const server = new ApolloServer({ typeDefs, resolvers, plugins: [fastifyApolloDrainPlugin(app)] });
await server.start();
await app.register(fastifyApollo(server), { context: async () => createContext() });
serving(await app.listen({ port: 0, host: '127.0.0.1' }));
