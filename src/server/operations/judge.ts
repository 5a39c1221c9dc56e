import type { DocumentNode, GraphQLError, OperationDefinitionNode } from 'graphql';

/** Returns the error of a valid operation that must not run. */
export type Judge = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
) => GraphQLError | undefined;
