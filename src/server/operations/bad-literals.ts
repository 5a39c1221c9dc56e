import {
  type ASTVisitor,
  type DocumentNode,
  type FloatValueNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  type IntValueNode,
  isEnumType,
  isInputObjectType,
  isRequiredInputField,
  isValueNode,
  Kind,
  type ValidationContext,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { type InputProblem, problemsText } from '../../errors.js';
import { type Place, placeOf } from './argument-places.js';
import {
  inexact,
  leafMisfit,
  type Misfit,
  misfit,
  missing,
  notAnObject,
  unknownField,
} from './input-values.js';

/**
 * Gives an error of validation its problems, where it is about a value in the text of an operation. It is changed in
 * place: Apollo Server takes no other.
 */
export function describeBadLiteral(
  error: GraphQLError | Error,
  document: DocumentNode,
  schema: GraphQLSchema,
): void {
  if (!(error instanceof GraphQLError)) return;
  const node = error.nodes?.[0];
  if (node === undefined) return;
  const isField = node.kind === Kind.OBJECT_FIELD;
  if (!isField && !isValueNode(node)) return;
  const place = placeOf(node, document, schema);
  if (place === undefined) return;
  const parent = getNamedType(place.parentType);
  const problems =
    isField && isInputObjectType(parent)
      ? [{ path: place.path, ...unknownField(parent, node.name.value) }]
      : problemsOf(isField ? node.value : node, place, error);
  error.message = problemsText(problems);
  Object.assign(error.extensions, { problems });
}

/**
 * Refuses numbers in the text of an operation that JavaScript would round, as those in variables are refused. Integers
 * are exact where an ID is wanted.
 */
export function exactNumbersRule(context: ValidationContext): ASTVisitor {
  const look = (node: IntValueNode | FloatValueNode) => {
    const problem = inexact(Number(node.value));
    if (problem === undefined || !ROUNDED.has(getNamedType(context.getInputType())?.name)) return;
    context.reportError(new GraphQLError(problem.message, { nodes: node }));
  };
  return { IntValue: look, FloatValue: look };
}

/** Inside a JSON scalar values have no type. */
const ROUNDED: ReadonlySet<string | undefined> = new Set(['Float', 'JSON', undefined]);

function problemsOf(node: ValueNode, { path, type }: Place, error: GraphQLError): InputProblem[] {
  const wanted = getNamedType(type);
  if (node.kind !== Kind.OBJECT || !isInputObjectType(wanted)) {
    return [{ path, ...misfitOf(node, type, error) }];
  }
  const given = new Set(node.fields.map(({ name }) => name.value));
  return Object.values(wanted.getFields())
    .filter((field) => isRequiredInputField(field) && !given.has(field.name))
    .map((field) => ({ path: [...path, field.name], ...missing(field.type, undefined) }));
}

function misfitOf(node: ValueNode, type: Place['type'], { message }: GraphQLError): Misfit {
  const value: unknown = valueFromASTUntyped(node);
  if (type === undefined) return inexact(value) ?? { code: 'INVALID_VALUE', message };
  if (node.kind === Kind.NULL) return missing(type, value);
  const wanted = getNamedType(type);
  if (isInputObjectType(wanted)) return notAnObject(wanted, value);
  // Literals are held to stricter rules: an enum's value has no quotes.
  const found = leafMisfit(value, wanted) ?? inexact(value, wanted) ?? misfit(value, wanted);
  return node.kind === Kind.STRING && isEnumType(wanted)
    ? { code: 'WRONG_TYPE', message: `${found.message}: leave out the quotes` }
    : found;
}
