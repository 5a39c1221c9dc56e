import { randomUUID } from 'node:crypto';
import { unwrapResolverError } from '@apollo/server/errors';
import {
  type ASTNode,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
} from 'graphql';
import type { Logger } from 'pino';
import {
  ERROR_KINDS,
  GatewayError,
  type InputProblem,
  PROTOCOL_CODES,
  problemsText,
  wholeRequest,
} from '../../errors.js';

const CALLERS_FAULT: ReadonlySet<string> = new Set(PROTOCOL_CODES);

/** The error with its HTTP status. Apollo Server would answer 500 to a `GatewayError` thrown outside a resolver. */
export function toGraphQLError(error: GatewayError, node?: ASTNode): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: node ?? null,
    originalError: error,
    extensions: { ...error.extensions, http: { status: ERROR_KINDS[error.code].httpStatus } },
  });
}

export type ErrorFormatter = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/**
 * Decides what a caller sees of an error. Errors of the catalogue are passed on; others are masked, logged once with
 * their stack, and named by an ID under which the logs have them.
 */
export function createErrorFormatter(logger: Logger): ErrorFormatter {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { stacktrace: _, ...extensions } = { ...formatted.extensions };
    // unwrapResolverError looks only inside errors with a path, which are those thrown by resolvers.
    const inside = error instanceof GraphQLError ? error.originalError : undefined;
    const original = inside instanceof GatewayError ? inside : unwrapResolverError(error);
    if (original instanceof GatewayError) return { ...formatted, extensions };
    // `describeBadLiteral` has added the problems; the code is still that of validation.
    if (extensions.problems !== undefined || extensions.code === 'BAD_USER_INPUT') {
      const own = { problems: [wholeRequest(formatted.message)], ...extensions };
      return { ...formatted, extensions: { ...own, code: 'BAD_USER_INPUT', retryable: false } };
    }
    if (CALLERS_FAULT.has(String(extensions.code))) {
      return { ...formatted, extensions: { retryable: false, ...extensions } };
    }
    if (isResultCoercionError(original)) {
      logger.warn(
        { err: original, path: formatted.path },
        'Gong returned a value that does not fit its field',
      );
      return { ...formatted, extensions: { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false } };
    }
    const errorId = randomUUID();
    logger.error({ err: original, errorId, path: formatted.path }, 'unexpected error');
    return {
      ...formatted,
      message: `Something went wrong in the gateway. Its log has the details under ${errorId}.`,
      extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false, errorId },
    };
  };
}

export type ResultFormatter = (result: ExecutionResult) => FormattedExecutionResult;

/** Formats, as Apollo Server does, errors that do not pass through it. */
export function createFormatters(format: ErrorFormatter) {
  function formatError(error: GraphQLError): GraphQLFormattedError {
    const { extensions: all, ...formatted } = error.toJSON();
    // `http` is the status that Apollo Server answers with.
    const { http: _, ...extensions } = { ...all };
    // Errors without a path were not thrown by a resolver; the formatter does not unwrap those.
    const thrown = error.originalError instanceof GatewayError ? error.originalError : error;
    return format({ ...formatted, extensions: { code: 'INTERNAL_SERVER_ERROR', ...extensions } }, thrown);
  }

  const formatResult: ResultFormatter = ({ errors, ...result }) =>
    errors === undefined ? result : { ...result, errors: errors.map(formatError) };

  return { error: formatError, result: formatResult };
}

/** Merges the BAD_USER_INPUT errors found before execution into one that lists every problem. */
export function mergeProblems(errors: readonly GraphQLFormattedError[]): readonly GraphQLFormattedError[] {
  const badInput = errors.filter(
    ({ path, extensions }) => path === undefined && extensions?.code === 'BAD_USER_INPUT',
  );
  const [first] = badInput;
  if (first === undefined || badInput.length === 1) return errors;
  const problems = new Map<string, InputProblem>();
  for (const { extensions } of badInput) {
    const found: unknown = extensions?.problems;
    if (!Array.isArray(found)) continue;
    for (const problem of found) problems.set(JSON.stringify(problem), problem);
  }
  const all = [...problems.values()];
  const merged = {
    message: problemsText(all),
    locations: badInput.flatMap((error) => error.locations ?? []),
    extensions: { ...first.extensions, problems: all },
  };
  return errors.flatMap((error) => (error === first ? [merged] : badInput.includes(error) ? [] : [error]));
}

/** graphql-js throws such an error when a resolver's value cannot be serialized as its field's type, or is no list. */
function isResultCoercionError(error: unknown): boolean {
  return (
    error instanceof GraphQLError &&
    error.originalError === undefined &&
    / cannot represent |^Expected Iterable, /.test(error.message)
  );
}
