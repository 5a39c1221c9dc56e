import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import type { Context } from '../../graphql/context.js';
import { compiledSize } from './compiled-size.js';
import { liftLiterals } from './lift-literals.js';

export type CompiledQuery = (
  context: Context,
  variables: Readonly<Record<string, unknown>>,
) => Promise<ExecutionResult> | ExecutionResult;

/** The largest operations of a kind that is sent often have some hundred. Such a program takes about 10 ms to compile. */
const MAX_FIELDS = 500;

/**
 * Compiles a query to a JavaScript function that gives the same answer as graphql-js.
 *
 * graphql-jit 0.8.9 makes the program from text and does not escape every string in it, so that a string literal can become
 * code. It therefore gets no free text of a caller's; nor reserved names, of which `__proto__` means something to JavaScript.
 *
 * @param operation a valid operation of the document
 * @returns `undefined` for what graphql-js should execute
 */
export function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CompiledQuery | undefined {
  if (operation.operation !== 'query' || hasReservedName(document)) return undefined;
  if (compiledSize(schema, document, operation, MAX_FIELDS) > MAX_FIELDS) return undefined;
  const lifted = liftLiterals(schema, document, operation);
  if (lifted === undefined) return undefined;
  const compiled = compileQuery(schema, lifted.document, '', {
    useExperimentalPathBasedSkipInclude: true,
    disablingCapturingStackErrors: true,
  });
  if (!isCompiledQuery(compiled)) return undefined;
  const { values } = lifted;
  return (context, variables) => {
    const result = compiled.query(undefined, context, { ...variables, ...values });
    return result instanceof Promise ? result.then(withOwnErrors) : withOwnErrors(result);
  };
}

/** Names that begin with two underscores are GraphQL's own, but aliases may have them. */
function hasReservedName(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Name({ value }) {
      if (value.startsWith('__') && value !== '__typename') found = true;
    },
  });
  return found;
}

/** graphql-js puts the field's name in quotes. */
const NOT_A_LIST = /^(Expected Iterable, but did not find one for field )([A-Za-z0-9_.]+)\.$/;

/** Errors as graphql-js makes them: those of graphql-jit lack extensions, which other code relies on. */
function withOwnErrors(result: ExecutionResult): ExecutionResult {
  return result.errors === undefined ? result : { ...result, errors: result.errors.map(ownError) };
}

function ownError({ message, path, locations, originalError, extensions }: GraphQLError): GraphQLError {
  const error = new GraphQLError(message.replace(NOT_A_LIST, '$1"$2".'), { path, originalError, extensions });
  return Object.assign(error, { locations });
}
