import Fastify from 'fastify';
import mercurius from 'mercurius';
import { createContext, resolvers, serving, typeDefs } from './accounts.mjs';

const jit = process.argv[4] === 'jit' ? 1 : 0;
const app = Fastify();
app.register(mercurius, { schema: typeDefs, resolvers, context: createContext, jit });
serving(await app.listen({ port: 0, host: '127.0.0.1' }));
