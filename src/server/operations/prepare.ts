import {
  type DocumentNode,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  subscribe,
  validate,
} from 'graphql';
import type { Caller } from '../../auth/caller.js';
import type { Context } from '../../graphql/context.js';
import type { Log } from '../../log.js';
import { describeBadLiteral } from './bad-literals.js';
import type { Documents, GivenDocument } from './documents.js';
import { createFormatters, type ErrorFormatter, mergeProblems } from './errors.js';
import { type IntrospectionRefusal, withoutSuggestions } from './introspection.plugin.js';
import type { Graph } from './start.js';

export interface OperationRequest extends GivenDocument {
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

interface OperationParameters extends Pick<OperationRequest, 'operationName' | 'variables'> {
  readonly query: string;
}

/** Has passed validation, the limits and the checks of its variables. */
export interface Subscription extends OperationParameters {
  readonly kind: 'subscription';
  readonly document: DocumentNode;
  /** The schema that it was validated against. */
  readonly schema: GraphQLSchema;
}

/** A query, a mutation or a malformed text: Apollo Server parses and validates it when it is executed. */
export interface OtherOperation extends OperationParameters {
  readonly kind: 'other';
}

/** An operation that did not begin, with its errors as clients see them. */
export interface Refused {
  readonly kind: 'refused';
  readonly errors: readonly GraphQLFormattedError[];
}

export type Prepared = Subscription | OtherOperation | Refused;

/** Operations of the streaming transports. Rules, limits and error masking are those of HTTP. */
export interface Operations {
  /** Parses and validates subscriptions, which Apollo Server does not run. Leaves all other operations to it. */
  prepare(request: OperationRequest, logger: Log, caller: Caller | null): Prepared;
  /** Errors that no field has thrown are in the result. The results of a stream are yet to be formatted. */
  subscribe(
    subscription: Subscription,
    context: Context,
  ): Promise<AsyncGenerator<ExecutionResult, void, void> | FormattedExecutionResult>;
  /** One pass through Apollo Server and its plugins. */
  execute(operation: OtherOperation, context: Context): Promise<FormattedExecutionResult>;
  isMutation(operation: OtherOperation, caller: Caller | null): boolean;
  /** Masks errors that are not in the catalogue. */
  formatError(error: GraphQLError): GraphQLFormattedError;
  formatResult(result: ExecutionResult): FormattedExecutionResult;
}

export interface OperationsDeps {
  readonly graphOf: (caller: Caller | null) => Graph;
  readonly documents: Documents;
  readonly formatError: ErrorFormatter;
  readonly introspectionRefusal: IntrospectionRefusal;
}

export function createOperations(deps: OperationsDeps): Operations {
  const { graphOf } = deps;

  /** `undefined` for a malformed text. */
  function parsed({ query, operationName }: OperationParameters, { validated, rules }: Graph) {
    try {
      const document = validated.get(query) ?? parse(query, rules.parse);
      return { document, operation: getOperationAST(document, operationName) };
    } catch (error) {
      if (error instanceof GraphQLError) return undefined;
      throw error;
    }
  }

  function validationErrors(
    query: string,
    document: DocumentNode,
    { schema, rules, validated }: Graph,
    caller: Caller | null,
  ): readonly GraphQLError[] {
    if (validated.has(query)) return [];
    const errors = validate(schema, document, rules.validation, { maxErrors: rules.maxErrors });
    const maySuggest = deps.introspectionRefusal(caller) === undefined;
    for (const error of errors) {
      if (!maySuggest) error.message = withoutSuggestions(error.message);
      describeBadLiteral(error, document, schema);
      error.extensions.code ??= 'GRAPHQL_VALIDATION_FAILED';
    }
    if (errors.length === 0) validated.set(query, document);
    return errors;
  }

  const { error: formatError, result: formatResult } = createFormatters(deps.formatError);

  function refused(...errors: readonly GraphQLError[]): Refused {
    return { kind: 'refused', errors: mergeProblems(errors.map(formatError)) };
  }

  function prepareSubscription(
    parameters: OperationParameters,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    graph: Graph,
    caller: Caller | null,
  ): Subscription | Refused {
    const errors = validationErrors(parameters.query, document, graph, caller);
    if (errors.length > 0) return refused(...errors);
    const refusal = graph.rules.refusal(document, operation, parameters.variables ?? {});
    return refusal === undefined
      ? { kind: 'subscription', document, schema: graph.schema, ...parameters }
      : refused(refusal);
  }

  return {
    prepare(request, logger, caller) {
      const query = textOrError(deps.documents, request, logger);
      if (query instanceof GraphQLError) return refused(query);
      const { operationName, variables } = request;
      const parameters = { query, operationName, variables };
      // Most queries are not even parsed here: without the keyword, there is no subscription.
      const graph = graphOf(caller);
      const found = query.includes('subscription') ? parsed(parameters, graph) : undefined;
      return found?.operation?.operation === OperationTypeNode.SUBSCRIPTION
        ? prepareSubscription(parameters, found.document, found.operation, graph, caller)
        : { kind: 'other', ...parameters };
    },
    async subscribe({ schema, document, operationName, variables }, contextValue) {
      const result = await subscribe({
        schema,
        document,
        contextValue,
        operationName: operationName ?? null,
        variableValues: variables ?? null,
      });
      return Symbol.asyncIterator in result ? result : formatResult(result);
    },
    async execute({ query, operationName, variables }, contextValue) {
      const { apollo } = graphOf(contextValue.caller);
      const { body } = await apollo.executeOperation(
        {
          query,
          ...(operationName == null ? {} : { operationName }),
          ...(variables == null ? {} : { variables: { ...variables } }),
        },
        { contextValue },
      );
      return body.kind === 'single' ? body.singleResult : body.initialResult;
    },
    isMutation: (operation, caller) =>
      operation.query.includes('mutation') &&
      parsed(operation, graphOf(caller))?.operation?.operation === OperationTypeNode.MUTATION,
    formatError,
    formatResult,
  };
}

function textOrError(documents: Documents, request: OperationRequest, logger: Log): string | GraphQLError {
  try {
    const text = documents.textOf(request, logger);
    if (text !== undefined) return text;
    return new GraphQLError('query: needed the text of an operation', {
      extensions: { code: 'BAD_REQUEST' },
    });
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}
