import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLFormattedError, OperationDefinitionNode } from 'graphql';
import { type Context, knownCaller } from '../../graphql/context.js';
import type { Observer } from '../../telemetry/observer.js';
import { noopSpan, type Tracer } from '../../telemetry/tracer.js';
import { outcomeOf } from './outcome.js';

/**
 * Logs one line per operation: its name, outcome and duration, and Gong's request IDs of failed calls. Metrics and the
 * current span get the same. The text and the variables are never recorded.
 */
export function logOperationsPlugin(observer: Observer, tracer: Tracer): ApolloServerPlugin<Context> {
  return {
    async requestDidStart({ contextValue }) {
      const begun = performance.now();
      return {
        async willSendResponse({ operation, response }) {
          const errors = response.body.kind === 'single' ? response.body.singleResult.errors : undefined;
          const durationMs = performance.now() - begun;
          recordOperation(observer, tracer, { context: contextValue, operation, errors, durationMs });
        },
      };
    },
  };
}

export interface Ended {
  readonly context: Context;
  /** `undefined` where the request named none that exists. */
  readonly operation: OperationDefinitionNode | undefined;
  readonly errors: readonly GraphQLFormattedError[] | undefined;
  readonly durationMs: number;
}

export function recordOperation(observer: Observer, tracer: Tracer, ended: Ended): void {
  const { context, operation, errors, durationMs } = ended;
  const type = operation?.operation;
  const name = operation?.name?.value.slice(0, 100);
  const outcome = outcomeOf(errors);
  const span = tracer.current();
  if (span !== noopSpan) {
    span.rename(type ?? 'graphql');
    span.set({
      ...(type === undefined ? {} : { 'graphql.operation.type': type }),
      ...(name === undefined ? {} : { 'graphql.operation.name': name }),
      ...(outcome === 'OK' ? {} : { 'error.type': outcome }),
    });
  }
  const by = knownCaller(context);
  observer.operationEnded({ type: type ?? 'unknown', name, by, outcome, durationMs });
  const line = {
    operationName: name,
    operationType: type,
    durationMs: Math.round(durationMs),
    traceId: span.traceId,
    ...(errors === undefined ? {} : whatWentWrong(errors)),
  };
  context.logger[errors === undefined ? 'info' : 'warn'](line, 'operation');
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
