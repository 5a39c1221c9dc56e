import type { ApolloServerPlugin } from '@apollo/server';
import type { Context } from '../graphql/context.js';

/** One log line an operation: what it was called, how it ended and how long it took. Never its variables. */
export function logOperationsPlugin(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart({ contextValue: { logger } }) {
      const begun = performance.now();
      return {
        async willSendResponse({ operation, operationName, response }) {
          const errors = response.body.kind === 'single' ? response.body.singleResult.errors : undefined;
          const line = {
            operationName,
            operationType: operation?.operation,
            durationMs: Math.round(performance.now() - begun),
            ...(errors === undefined
              ? {}
              : { errorCodes: [...new Set(errors.map((error) => error.extensions?.code))] }),
          };
          logger[errors === undefined ? 'info' : 'warn'](line, 'operation');
        },
      };
    },
  };
}
