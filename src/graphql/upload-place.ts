import {
  type DocumentNode,
  type GraphQLSchema,
  type GraphQLType,
  getNullableType,
  getOperationAST,
  isInputObjectType,
  isListType,
  isScalarType,
  typeFromAST,
} from 'graphql';
import { UploadScalar } from './scalars.js';

/**
 * Returns why a file may not be put at a path in an operation's variables, e.g. `variables.input.file`: only an `Upload`
 * takes a file. Returns `undefined` if it may, and if there is no such operation, which is reported elsewhere.
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
  // Validation reports a type that does not exist or is not an input type.
  const type = typeFromAST(schema, variable.type);
  if (type === undefined) return undefined;
  const found = steps.reduce<Found>(inside, getNullableType(type));
  if (found === undefined) return `there is nothing at "${path}" in the schema`;
  // By name: a schema with custom fields has a copy of the scalar.
  return isScalarType(found) && found.name === UploadScalar.name
    ? undefined
    : `"${path}" takes ${String(found)}, and not a file`;
}

type Found = GraphQLType | undefined;

function inside(type: Found, step: string): Found {
  if (isListType(type)) return /^[0-9]{1,9}$/.test(step) ? getNullableType(type.ofType) : undefined;
  return isInputObjectType(type) ? getNullableType(type.getFields()[step]?.type) : undefined;
}
