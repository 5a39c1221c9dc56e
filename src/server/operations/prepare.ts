import type { ApolloServer } from '@apollo/server';
import {
  type DocumentNode,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  type OperationTypeNode,
  parse,
  subscribe,
  validate,
} from 'graphql';
import { GatewayError } from '../../errors.js';
import type { Context } from '../../graphql/context.js';
import type { Log } from '../../log.js';
import { mapIterator } from '../../requests/map-iterator.js';
import { describeBadLiteral } from './bad-literals.js';
import type { Documents, GivenDocument } from './documents.js';
import { type OperationRules, withoutSuggestions } from './rules.js';

export interface OperationRequest extends GivenDocument {
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** One that has passed the rules and can be run. */
export interface PreparedOperation extends OperationRequest {
  readonly query: string;
  readonly document: DocumentNode;
  readonly type: OperationTypeNode;
}

export type Prepared =
  | { readonly ok: true; readonly operation: PreparedOperation }
  | { readonly ok: false; readonly errors: readonly GraphQLError[] };

export type Results = FormattedExecutionResult | AsyncIterableIterator<FormattedExecutionResult>;

/** Operations of the transports that stream: the same rules, limits, masking and log as over HTTP. */
export interface Operations {
  /** Parses and validates, once for all who send the same text. */
  prepare(request: OperationRequest, logger: Log): Prepared;
  /** A subscription gives its results one by one, as they are fetched. Errors are in the results. */
  run(operation: PreparedOperation, context: Context): Promise<Results>;
  /** As callers see it: of the catalogue, or masked. */
  formatError(error: GraphQLError): GraphQLFormattedError;
}

export interface OperationsDeps {
  readonly apollo: ApolloServer<Context>;
  readonly schema: GraphQLSchema;
  readonly rules: OperationRules;
  readonly documents: Documents;
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
}

/** Texts of operations that are kept parsed and checked; the oldest goes first. */
const MOST_DOCUMENTS = 200;

export function createOperations(deps: OperationsDeps): Operations {
  const { apollo, schema, rules, formatError } = deps;
  const documents = new Map<string, DocumentNode>();

  function checkedDocument(query: string): DocumentNode | readonly GraphQLError[] {
    const known = documents.get(query);
    if (known !== undefined) return known;
    const document = parseOrError(query, rules);
    if (document instanceof GraphQLError) return [withCode(document, 'GRAPHQL_PARSE_FAILED')];
    const errors = validate(schema, document, rules.validation, { maxErrors: rules.maxErrors });
    for (const error of errors) {
      describeBadLiteral(error, document, schema);
      error.message = withoutSuggestions(error, rules);
    }
    if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
    documents.set(query, document);
    for (const oldest of documents.keys()) {
      if (documents.size <= MOST_DOCUMENTS) break;
      documents.delete(oldest);
    }
    return document;
  }

  function textOrError(request: OperationRequest, logger: Log): string | GraphQLError {
    try {
      const text = deps.documents.textOf(request, logger);
      return (
        text ??
        new GraphQLError('query: needed the text of an operation', { extensions: { code: 'BAD_REQUEST' } })
      );
    } catch (error) {
      if (error instanceof GraphQLError) return error;
      throw error;
    }
  }

  function format(error: GraphQLError): GraphQLFormattedError {
    const { extensions: all, ...formatted } = error.toJSON();
    // For Apollo's answers over HTTP alone.
    const { http: _, ...extensions } = { ...all };
    // Without a path no resolver threw it, and the formatter would not look for the original.
    const thrown = error.originalError instanceof GatewayError ? error.originalError : error;
    return formatError(
      { ...formatted, extensions: { code: 'INTERNAL_SERVER_ERROR', ...extensions } },
      thrown,
    );
  }

  function formatResult({ errors, ...result }: ExecutionResult): FormattedExecutionResult {
    return errors === undefined ? result : { ...result, errors: errors.map(format) };
  }

  async function runSubscription(operation: PreparedOperation, context: Context): Promise<Results> {
    const { document, operationName, variables } = operation;
    const result = await subscribe({
      schema,
      document,
      contextValue: context,
      operationName: operationName ?? null,
      variableValues: variables ?? null,
    });
    const log = { operationName: operationName?.slice(0, 100), operationType: operation.type };
    if (isStream(result)) {
      context.logger.info(log, 'operation');
      return mapIterator(result, formatResult);
    }
    const formatted = formatResult(result);
    const errorCodes = [...new Set(formatted.errors?.map((error) => error.extensions?.code))];
    context.logger.warn({ ...log, errorCodes }, 'operation');
    return formatted;
  }

  return {
    formatError: format,
    prepare(request, logger) {
      const query = textOrError(request, logger);
      if (query instanceof GraphQLError) return { ok: false, errors: [query] };
      const document = checkedDocument(query);
      if (!('kind' in document)) return { ok: false, errors: document };
      const operation = getOperationAST(document, request.operationName);
      if (operation == null) return { ok: false, errors: [unknownOperation(request.operationName)] };
      const refusal = rules.refusal(document, operation, request.variables ?? {});
      if (refusal !== undefined) return { ok: false, errors: [refusal] };
      return { ok: true, operation: { ...request, query, document, type: operation.operation } };
    },
    async run(operation, contextValue) {
      if (operation.type === 'subscription') return runSubscription(operation, contextValue);
      const { query, operationName, variables } = operation;
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
  };
}

function isStream(
  result: ExecutionResult | AsyncGenerator<ExecutionResult, void, void>,
): result is AsyncGenerator<ExecutionResult, void, void> {
  return Symbol.asyncIterator in result;
}

function parseOrError(query: string, rules: OperationRules): DocumentNode | GraphQLError {
  try {
    return parse(query, rules.parse);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

function unknownOperation(name: string | null | undefined): GraphQLError {
  const message =
    name == null
      ? 'The text must hold one operation, or operationName say which one is meant.'
      : `The text holds no operation with the name "${name.slice(0, 100)}".`;
  return new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } });
}

/** The code of its own goes before ours. */
function withCode(error: GraphQLError, code: string): GraphQLError {
  error.extensions.code ??= code;
  return error;
}
