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
  const definitions = variableDefinitions.map((definition) => ({
    name: definition.variable.name.value,
    type: typeFromAST(schema, definition.type),
    definition,
  }));
  return (given) => {
    const read: Record<string, unknown> = {};
    for (const { name, type, definition } of definitions) {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      if (value !== undefined && isInputType(type) && isText(value, type)) {
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

/** Whether the value is a string of a type that takes all strings as they are, or a list of such. */
function isText(value: unknown, type: GraphQLInputType): boolean {
  if (isNonNullType(type)) return isText(value, type.ofType);
  if (!isListType(type)) return typeof value === 'string' && (type === GraphQLID || type === GraphQLString);
  if (!Array.isArray(value)) return false;
  for (const item of value) if (!isText(item, type.ofType)) return false;
  return true;
}
