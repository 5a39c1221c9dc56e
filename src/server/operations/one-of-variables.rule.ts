import {
  type ASTVisitor,
  GraphQLError,
  getNullableType,
  isInputObjectType,
  Kind,
  type ValidationContext,
} from 'graphql';

/**
 * Refuses variables that may be null as the member of an `@oneOf` object. graphql-js 16 overlooks them where the object itself
 * may not be null, and fails when the operation runs.
 */
export function oneOfVariablesRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      const nullable = new Map(
        operation.variableDefinitions
          ?.filter(({ type }) => type.kind !== Kind.NON_NULL_TYPE)
          .map((definition) => [definition.variable.name.value, definition]),
      );
      for (const { node, parentType } of context.getRecursiveVariableUsages(operation)) {
        const definition = nullable.get(node.name.value);
        const parent = getNullableType(parentType);
        // graphql-js reports the others.
        if (definition === undefined || parent === parentType) continue;
        if (!isInputObjectType(parent) || !parent.isOneOf) continue;
        const needed = `$${node.name.value}: needed a variable that is never null, because it is the one field of ${parent.name}`;
        context.reportError(new GraphQLError(needed, { nodes: [definition, node] }));
      }
    },
  };
}
