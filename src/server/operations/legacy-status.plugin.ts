import type { ApolloServerPlugin } from '@apollo/server';
import type { Context } from '../../graphql/context.js';
import { isLegacy } from './http.js';

/** Errors of the operation itself; a request that is none keeps its status. */
const OF_OPERATIONS: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_TOO_COMPLEX',
]);

/** GraphQL over HTTP, 6.4.1: what is well-formed is answered 200 to clients that know `application/json` alone. */
export function legacyStatusPlugin(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ request, response }) {
          if (response.http.status !== 400 || !isLegacy(request.http?.headers.get('accept') ?? '')) return;
          if (response.body.kind !== 'single') return;
          const { errors = [] } = response.body.singleResult;
          if (errors.every(({ extensions }) => OF_OPERATIONS.has(extensions?.code)))
            response.http.status = 200;
        },
      };
    },
  };
}
