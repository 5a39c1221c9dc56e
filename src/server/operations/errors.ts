import { randomUUID } from 'node:crypto';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { GatewayError, type InputProblem, problemsText, wholeRequest } from '../../errors.js';

/** Codes of Apollo's own that tell a caller what to mend; their messages hold nothing of ours. */
const CALLERS_FAULT = new Set([
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/**
 * What a caller sees of an error: those of the catalogue as they are; everything else masked, logged once with
 * its stack, and named by an id to look for in the logs.
 */
export function createErrorFormatter(logger: Logger) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { stacktrace: _, ...extensions } = { ...formatted.extensions };
    // One that no resolver threw has no path, and Apollo would not look inside.
    const inside = error instanceof GraphQLError ? error.originalError : undefined;
    const original = inside instanceof GatewayError ? inside : unwrapResolverError(error);
    if (original instanceof GatewayError) return { ...formatted, extensions };
    // Set by `describeBadLiteral`; validation has a code of its own.
    if (extensions.problems !== undefined || extensions.code === 'BAD_USER_INPUT') {
      const own = { problems: [wholeRequest(formatted.message)], ...extensions };
      return { ...formatted, extensions: { ...own, code: 'BAD_USER_INPUT', retryable: false } };
    }
    if (CALLERS_FAULT.has(String(extensions.code))) {
      return { ...formatted, extensions: { retryable: false, ...extensions } };
    }
    if (isResultCoercionError(original)) {
      logger.warn({ err: original, path: formatted.path }, 'Gong gave a value that does not fit its field');
      return withExtensions(formatted, formatted.message, {
        code: 'UPSTREAM_INVALID_RESPONSE',
        retryable: false,
      });
    }
    const errorId = randomUUID();
    logger.error({ err: original, errorId, path: formatted.path }, 'unexpected error');
    return withExtensions(
      formatted,
      `Something went wrong in the gateway. Its log has the details under ${errorId}.`,
      {
        code: 'INTERNAL_SERVER_ERROR',
        retryable: false,
        errorId,
      },
    );
  };
}

/** Those about the arguments of the request as a whole, before anything has run, as one. */
export function mergeProblems(errors: readonly GraphQLFormattedError[]): readonly GraphQLFormattedError[] {
  const ofRequest = errors.filter(
    ({ path, extensions }) => path === undefined && extensions?.code === 'BAD_USER_INPUT',
  );
  const [first] = ofRequest;
  if (first === undefined || ofRequest.length === 1) return errors;
  const problems = new Map<string, InputProblem>();
  for (const { extensions } of ofRequest) {
    const found: unknown = extensions?.problems;
    if (!Array.isArray(found)) continue;
    for (const problem of found) problems.set(JSON.stringify(problem), problem);
  }
  const all = [...problems.values()];
  const locations = ofRequest.flatMap((error) => error.locations ?? []);
  const merged = {
    message: problemsText(all),
    locations,
    extensions: { ...first.extensions, problems: all },
  };
  return errors.flatMap((error) => (error === first ? [merged] : ofRequest.includes(error) ? [] : [error]));
}

/** graphql-js throws these itself when a value cannot be given in its field's type. */
function isResultCoercionError(error: unknown): boolean {
  return (
    error instanceof GraphQLError &&
    error.originalError === undefined &&
    / cannot represent /.test(error.message)
  );
}

function withExtensions(
  formatted: GraphQLFormattedError,
  message: string,
  extensions: Record<string, unknown>,
): GraphQLFormattedError {
  return { ...formatted, message, extensions };
}
