import {
  type DocumentNode,
  type GraphQLSchema,
  type GraphQLType,
  getNullableType,
  getOperationAST,
  isInputObjectType,
  isListType,
  typeFromAST,
} from 'graphql';
import GraphQLUpload from 'graphql-upload/GraphQLUpload.mjs';

/**
 * Why a file may not stand at a place of an operation's variables, e.g. `variables.input.file`: only what is an
 * `Upload` in the schema takes one. `undefined` where it may, or where there is no such operation, which others say.
 */
export function refusedUploadPlace(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  path: string,
): string | undefined {
  const operation = getOperationAST(document, operationName);
  if (operation == null) return undefined;
  const [, name = '', ...steps] = path.split('.');
  const variable = operation.variableDefinitions?.find((given) => given.variable.name.value === name);
  if (variable === undefined) return `the operation has no variable "$${name}"`;
  // Of a type that does not exist, or is none for input, validation says so.
  const type = typeFromAST(schema, variable.type);
  if (type === undefined) return undefined;
  const found = steps.reduce<Place>(inside, getNullableType(type));
  if (found === undefined) return `there is nothing at "${path}" in the schema`;
  return found === GraphQLUpload ? undefined : `"${path}" takes ${String(found)}, and not a file`;
}

type Place = GraphQLType | undefined;

function inside(place: Place, step: string): Place {
  if (isListType(place)) return /^[0-9]{1,9}$/.test(step) ? getNullableType(place.ofType) : undefined;
  return isInputObjectType(place) ? getNullableType(place.getFields()[step]?.type) : undefined;
}
