/**
 * Hive Gateway as a program: `node router.mjs supergraph.graphql` prints its address. Its types would bring those of
 * browsers to every test.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';

const runtime = createGatewayRuntime({
  supergraph: readFileSync(process.argv[2], 'utf8'),
  logging: 'error',
  // The caller's credentials are those that the subgraphs see.
  propagateHeaders: {
    fromClientToSubgraphs({ request }) {
      const authorization = request.headers.get('authorization');
      return authorization === null ? {} : { authorization };
    },
  },
});
const server = createServer(runtime);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}/graphql\n`);
});
