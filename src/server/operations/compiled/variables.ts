import {
  GraphQLID,
  type GraphQLInputType,
  type GraphQLSchema,
  GraphQLString,
  getVariableValues,
  isInputType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';

type Values = Readonly<Record<string, unknown>>;

/**
 * Returns a function that coerces an operation's variables as graphql-js does, or returns `undefined` for those that it
 * would refuse. Strings and lists of them, of which there may be thousands, need no more than a look at each.
 */
export function variablesReader(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
): (given: Values) => Values | undefined {
  const definitions = variableDefinitions.map((definition) => {
    const type = typeFromAST(schema, definition.type);
    return {
      name: definition.variable.name.value,
      depth: isInputType(type) ? textDepth(type) : -1,
      definition,
    };
  });
  return (given) => {
    const read: Record<string, unknown> = {};
    for (const { name, depth, definition } of definitions) {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      if (isText(value, depth)) {
        read[name] = value;
        continue;
      }
      const { coerced } = getVariableValues(schema, [definition], given, { maxErrors: 1 });
      if (coerced === undefined) return undefined;
      if (Object.hasOwn(coerced, name)) read[name] = coerced[name];
    }
    return read;
  };
}

/** How many lists deep the type's strings are, for types that take all strings as they are; -1 for others. */
function textDepth(type: GraphQLInputType): number {
  if (isNonNullType(type)) return textDepth(type.ofType);
  if (!isListType(type)) return type === GraphQLID || type === GraphQLString ? 0 : -1;
  const depth = textDepth(type.ofType);
  return depth === -1 ? -1 : depth + 1;
}

function isText(value: unknown, depth: number): boolean {
  if (depth === 0) return typeof value === 'string';
  if (depth === -1 || !Array.isArray(value)) return false;
  for (const item of value) if (!isText(item, depth - 1)) return false;
  return true;
}
