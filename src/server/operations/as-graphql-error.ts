import { type ASTNode, GraphQLError } from 'graphql';
import { ERROR_KINDS, type GatewayError } from '../../errors.js';

/** For Apollo Server, which would otherwise answer 500. */
export function asGraphqlError(error: GatewayError, node?: ASTNode): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: node ?? null,
    originalError: error,
    extensions: { ...error.extensions, http: { status: ERROR_KINDS[error.code].httpStatus } },
  });
}
