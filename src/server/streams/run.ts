import type { FormattedExecutionResult } from 'graphql';
import { type Caller, callerKey } from '../../auth/caller.js';
import { GatewayError } from '../../errors.js';
import { knownCaller } from '../../graphql/context.js';
import type { Log } from '../../log.js';
import type { Observer, StreamTransport } from '../../telemetry/observer.js';
import { type Span, type Tracer, traced } from '../../telemetry/tracer.js';
import type { Begun, OperationContexts } from '../context.js';
import { toGraphQLError } from '../operations/errors.js';
import { outcomeOf } from '../operations/outcome.js';
import type { Operations, OtherOperation, Prepared, Refused, Subscription } from '../operations/prepare.js';
import type { ConnectionSlot } from './limits.js';
import { createResultStream, type ResultStream } from './result-stream.js';

export interface RunDeps {
  readonly operations: Operations;
  readonly contexts: OperationContexts;
  readonly observer: Observer;
  readonly tracer: Tracer;
}

/** The connection that an operation came over. */
export interface Connection {
  readonly logger: Log;
  /** The `reqId` of the logger. */
  readonly requestId: string;
  readonly caller: Caller | null;
  readonly slot: ConnectionSlot;
}

export type Answer =
  | Refused
  | { readonly kind: 'single'; readonly result: FormattedExecutionResult }
  | { readonly kind: 'stream'; readonly results: ResultStream };

/** Runs an operation for a connection. The caller's tenant is leased until the last result. */
export type RunOperation = (operation: Prepared, connection: Connection) => Promise<Answer>;

export function createRunOperation(transport: StreamTransport, deps: RunDeps): RunOperation {
  const { operations, contexts, observer, tracer } = deps;

  async function subscribe(
    subscription: Subscription,
    { context, release }: Begun,
    span: Span,
  ): Promise<Answer> {
    const name = subscription.operationName?.slice(0, 100);
    span.set({
      'graphql.operation.type': 'subscription',
      ...(name === undefined ? {} : { 'graphql.operation.name': name }),
    });
    const startedAt = performance.now();
    const results = await operations.subscribe(subscription, context);
    const isStream = Symbol.asyncIterator in results;
    const errors = isStream ? undefined : results.errors;
    observer.operationEnded({
      type: 'subscription',
      name,
      by: knownCaller(context),
      outcome: outcomeOf(errors),
      durationMs: performance.now() - startedAt,
    });
    const errorCodes = errors && [...new Set(errors.map(({ extensions }) => extensions?.code))];
    const line = { operationName: name, operationType: 'subscription', errorCodes };
    context.logger[errors === undefined ? 'info' : 'warn'](line, 'operation');
    if (!isStream) return { kind: 'single', result: results };
    const unsubscribed = observer.subscribed(transport);
    return {
      kind: 'stream',
      results: createResultStream(results, {
        format: operations.formatResult,
        // A WebSocket is closed as a whole when its caller's token expires.
        endsWith: transport === 'sse' ? context.caller : null,
        onEnd() {
          unsubscribed();
          release();
        },
      }),
    };
  }

  /** Apollo Server's plugins name the span, log and count the operation. */
  async function execute(operation: OtherOperation, { context }: Begun): Promise<Answer> {
    const result = await operations.execute(operation, context);
    const { data, errors } = result;
    return data === undefined && errors !== undefined
      ? { kind: 'refused', errors }
      : { kind: 'single', result };
  }

  return async function run(operation, { logger, requestId, caller, slot }) {
    if (operation.kind === 'refused') return operation;
    let begun: Begun;
    try {
      begun = contexts.begin(logger, requestId, caller, () => slot.reassign(callerKey(caller, true)));
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const formatted = operations.formatError(toGraphQLError(error));
      return { kind: 'single', result: { errors: [formatted] } };
    }
    let answer: Answer | undefined;
    try {
      const attributes = { 'network.protocol.name': transport };
      const spanName = operation.kind === 'subscription' ? 'subscription' : 'graphql';
      answer = await traced(tracer, spanName, { kind: 'server', attributes }, (span) =>
        operation.kind === 'subscription' ? subscribe(operation, begun, span) : execute(operation, begun),
      );
      return answer;
    } finally {
      if (answer?.kind !== 'stream') begun.release();
    }
  };
}
