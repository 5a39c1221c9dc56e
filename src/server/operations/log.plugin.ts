import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import { type Context, knownCaller } from '../../graphql/context.js';
import type { Observer } from '../../telemetry/observer.js';
import type { Tracer } from '../../telemetry/tracer.js';
import { outcomeOf } from './outcome.js';

/**
 * Logs one line per operation: its name, outcome and duration, and Gong's request IDs of failed calls. Metrics and the
 * current span get the same. The text and the variables are never recorded.
 */
export function logOperationsPlugin(observer: Observer, tracer: Tracer): ApolloServerPlugin<Context> {
  return {
    async requestDidStart({ contextValue }) {
      const { logger } = contextValue;
      const begun = performance.now();
      return {
        async willSendResponse({ operation, operationName, response }) {
          const errors = response.body.kind === 'single' ? response.body.singleResult.errors : undefined;
          const durationMs = performance.now() - begun;
          const type = operation?.operation;
          // A name that matches no operation is arbitrary text.
          const name = operation === undefined ? undefined : operationName?.slice(0, 100);
          const outcome = outcomeOf(errors);
          const span = tracer.current();
          span.rename(type ?? 'graphql');
          span.set({
            ...(type === undefined ? {} : { 'graphql.operation.type': type }),
            ...(name === undefined ? {} : { 'graphql.operation.name': name }),
            ...(outcome === 'OK' ? {} : { 'error.type': outcome }),
          });
          const by = knownCaller(contextValue);
          observer.operationEnded({ type: type ?? 'unknown', name, by, outcome, durationMs });
          const line = {
            operationName: name,
            operationType: type,
            durationMs: Math.round(durationMs),
            traceId: span.traceId,
            ...(errors === undefined ? {} : whatWentWrong(errors)),
          };
          logger[errors === undefined ? 'info' : 'warn'](line, 'operation');
        },
      };
    },
  };
}

function whatWentWrong(errors: readonly GraphQLFormattedError[]) {
  const gongRequestIds = new Set(
    errors.flatMap(({ extensions }) => gongRequestId(extensions?.upstream) ?? []),
  );
  return {
    errorCodes: [...new Set(errors.map((error) => error.extensions?.code))],
    ...(gongRequestIds.size === 0 ? {} : { gongRequestIds: [...gongRequestIds] }),
  };
}

function gongRequestId(upstream: unknown): string | undefined {
  const id =
    typeof upstream === 'object' && upstream !== null && 'requestId' in upstream ? upstream.requestId : null;
  return typeof id === 'string' ? id : undefined;
}
