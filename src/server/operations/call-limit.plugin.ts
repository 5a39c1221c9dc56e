import type { ApolloServerPlugin } from '@apollo/server';
import type { DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { GatewayError } from '../../errors.js';
import type { Context } from '../../graphql/context.js';
import { idsVariableOf, type PlannedCalls, plannedCalls, takesOneCall } from '../../graphql/planned-calls.js';
import type { CallAllowance } from '../../loaders/call-allowance.js';
import { toGraphQLError } from './errors.js';

/**
 * Returns the error of a valid operation that is certain to make more calls to Gong than one operation may.
 *
 * @param allowance told how many calls are left for what the operation's objects refer to
 */
export type CallLimit = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  allowance?: CallAllowance,
) => GraphQLError | undefined;

export function createCallLimit(schema: GraphQLSchema, limit: number): CallLimit {
  const idsVariables = new WeakMap<OperationDefinitionNode, string | null>();

  function readsOnce(
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ): boolean {
    let variable = idsVariables.get(operation);
    if (variable === undefined) {
      variable = idsVariableOf(schema, operation) ?? null;
      idsVariables.set(operation, variable);
    }
    return variable !== null && takesOneCall(variables[variable]);
  }

  return (document, operation, variables, allowance) => {
    const plan = () => plannedCalls(schema, document, operation, variables);
    const calls = readsOnce(operation, variables) ? 1 : plan().calls;
    if (calls > limit) {
      const error = tooComplex(`This operation would make at least ${calls} calls to Gong`, plan(), limit, {
        plannedCalls: calls,
      });
      return toGraphQLError(error, operation);
    }
    allowance?.set(limit - calls, () =>
      tooComplex(
        'What this refers to would take more calls to Gong than the operation has left',
        plan(),
        limit,
      ),
    );
    return undefined;
  };
}

/** Refuses operations over the limit before they run. Subscriptions over streams do not pass through Apollo: prepare.ts. */
export function callLimitPlugin(callLimit: CallLimit): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, operation, request, contextValue }) {
          // An operation name that fits none is the executor's error.
          const error =
            operation && callLimit(document, operation, request.variables ?? {}, contextValue.calls);
          if (error !== undefined) throw error;
        },
      };
    },
  };
}

function tooComplex(what: string, planned: PlannedCalls, limit: number, known: object = {}): GatewayError {
  const largestIds = planned.largestIds(limit);
  const advice =
    largestIds > 0
      ? `With up to ${largestIds} ids in each field that takes \`ids\` it passes, whatever they refer to.`
      : `Most are for \`${planned.most}\`: ask for less of it, or in operations of their own.`;
  return new GatewayError('OPERATION_TOO_COMPLEX', `${what}, and one may make ${limit}. ${advice}`, {
    details: { ...known, limit, split: planned.most, ...(largestIds > 0 ? { largestIds } : {}) },
  });
}
