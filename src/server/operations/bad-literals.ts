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
import { type ArgumentPosition, positionOf } from './argument-positions.js';
import {
  inexact,
  leafMisfit,
  type Misfit,
  misfit,
  missing,
  notAnObject,
  notOneMember,
  unknownField,
} from './input-values.js';

/**
 * Adds `problems` to a validation error about a value in the text of an operation. The error is changed in place, since
 * Apollo Server reports the very errors that validation returned.
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
  const position = positionOf(node, document, schema);
  if (position === undefined) return;
  const parent = getNamedType(position.parentType);
  const problems =
    isField && isInputObjectType(parent)
      ? [{ path: position.path, ...unknownField(parent, node.name.value) }]
      : problemsOf(isField ? node.value : node, position, error);
  error.message = problemsText(problems);
  Object.assign(error.extensions, { problems });
}

/**
 * Refuses numbers in the text of an operation that JavaScript would round, as in variables. Where an ID is expected, an
 * integer literal of any length is exact.
 */
export function exactNumbersRule(context: ValidationContext): ASTVisitor {
  const check = (node: IntValueNode | FloatValueNode) => {
    const problem = inexact(Number(node.value));
    if (problem === undefined || !ROUNDED.has(getNamedType(context.getInputType())?.name)) return;
    context.reportError(new GraphQLError(problem.message, { nodes: node }));
  };
  return { IntValue: check, FloatValue: check };
}

/** Values inside a JSON scalar have no type. */
const ROUNDED: ReadonlySet<string | undefined> = new Set(['Float', 'JSON', undefined]);

function problemsOf(node: ValueNode, { path, type }: ArgumentPosition, error: GraphQLError): InputProblem[] {
  const wanted = getNamedType(type);
  if (node.kind !== Kind.OBJECT || !isInputObjectType(wanted)) {
    return [{ path, ...misfitOf(node, type, error) }];
  }
  if (wanted.isOneOf) {
    const members = node.fields.map(({ name, value }) => [
      name.value,
      value.kind === Kind.NULL ? null : value,
    ]);
    return [{ path, ...notOneMember(wanted, Object.fromEntries(members)) }];
  }
  const given = new Set(node.fields.map(({ name }) => name.value));
  return Object.values(wanted.getFields())
    .filter((field) => isRequiredInputField(field) && !given.has(field.name))
    .map((field) => ({ path: [...path, field.name], ...missing(field.type, undefined) }));
}

function misfitOf(node: ValueNode, type: ArgumentPosition['type'], { message }: GraphQLError): Misfit {
  const value: unknown = valueFromASTUntyped(node);
  if (type === undefined) return inexact(value) ?? { code: 'INVALID_VALUE', message };
  if (node.kind === Kind.NULL) return missing(type, value);
  const wanted = getNamedType(type);
  if (isInputObjectType(wanted)) return notAnObject(wanted, value);
  // A value that its type would take from a variable can still be wrong as a literal: an enum value has no quotes.
  const found = leafMisfit(value, wanted) ?? inexact(value, wanted) ?? misfit(value, wanted);
  return node.kind === Kind.STRING && isEnumType(wanted)
    ? { code: 'WRONG_TYPE', message: `${found.message}: leave out the quotes` }
    : found;
}
