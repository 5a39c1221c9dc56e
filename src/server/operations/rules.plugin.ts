import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { Context } from '../../graphql/context.js';
import { describeBadLiteral } from './bad-literals.js';
import { mergeProblems } from './errors.js';
import type { OperationRules } from './rules.js';

function needsStream(): GraphQLError {
  return new GraphQLError(
    'A subscription needs a connection that stays open: send it by WebSocket (graphql-transport-ws) to this address, or ' +
      'with "Accept: text/event-stream" for server-sent events.',
    { extensions: { code: 'BAD_REQUEST', http: { status: 406 } } },
  );
}

/** Holds operations that come over HTTP to our rules, and gives errors about arguments their problems. */
export function operationRulesPlugin(
  rules: OperationRules,
  schema: GraphQLSchema,
): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async validationDidStart({ document }) {
          return async (errors) => {
            for (const error of errors ?? []) describeBadLiteral(error, document, schema);
          };
        },
        async didResolveOperation({ document, operation, request, contextValue: { calls } }) {
          // Without one, the executor says that the name fits none.
          const error = operation && rules.refusal(document, operation, request.variables ?? {}, calls);
          if (error !== undefined) throw error;
          if (request.http !== undefined && operation?.operation === 'subscription') throw needsStream();
        },
        async willSendResponse({ response: { body } }) {
          if (body.kind !== 'single' || body.singleResult.errors === undefined) return;
          body.singleResult.errors = mergeProblems(body.singleResult.errors);
        },
      };
    },
  };
}
