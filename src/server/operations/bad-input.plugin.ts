import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import type { Context } from '../../graphql/context.js';
import { describeBadLiteral } from './bad-literals.js';
import { mergeProblems } from './errors.js';
import type { OperationRules } from './rules.js';

/** Reports bad arguments, in literals and variables alike, as one BAD_USER_INPUT error that lists every problem. */
export function badInputPlugin(
  { badVariables }: OperationRules,
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
        async didResolveOperation({ document, operation, request }) {
          const error = operation && badVariables(document, operation, request.variables ?? {});
          if (error !== undefined) throw error;
        },
        async willSendResponse({ response: { body } }) {
          if (body.kind !== 'single' || body.singleResult.errors === undefined) return;
          body.singleResult.errors = mergeProblems(body.singleResult.errors);
        },
      };
    },
  };
}
