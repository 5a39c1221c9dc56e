import {
  type ConstValueNode,
  type DocumentNode,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { badUserInput, type InputProblem } from '../../errors.js';
import { variableUses } from './argument-positions.js';
import { toGraphQLError } from './errors.js';
import { findProblems, missing } from './input-values.js';
import type { Judge } from './judge.js';

interface TypedVariable {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly defaultValue: ConstValueNode | undefined;
}

/** Returns a check of an operation's variables, whose types are looked up once for each operation. */
export function createVariablesCheck(schema: GraphQLSchema): Judge {
  const known = new WeakMap<OperationDefinitionNode, readonly TypedVariable[]>();
  return (document, operation, variables) => {
    let typed = known.get(operation);
    if (typed === undefined) {
      typed = typedVariables(schema, operation);
      known.set(operation, typed);
    }
    return badVariables(schema, document, operation, typed, variables);
  };
}

function typedVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
): TypedVariable[] {
  return variableDefinitions.flatMap(({ variable, type: node, defaultValue }) => {
    const type = typeFromAST(schema, node);
    // Validation has refused variables of other types.
    return isInputType(type) ? [{ name: variable.name.value, type, defaultValue }] : [];
  });
}

/**
 * Returns an error that names the arguments whose variables do not fit. The executor would find most of these and name the
 * variables instead; it would miss numbers that `JSON.parse` has rounded, and JSON of unbounded depth.
 */
function badVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  typed: readonly TypedVariable[],
  variables: Readonly<Record<string, unknown>>,
): GraphQLError | undefined {
  const problems: InputProblem[] = [];
  const namesOfNulls: string[] = [];
  for (const { name, type, defaultValue } of typed) {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value !== undefined) findProblems(value, type, [name], problems);
    else if (defaultValue === undefined && isNonNullType(type))
      problems.push({ path: [name], ...missing(type, value) });
    if (value === null || (value === undefined && defaultValue?.kind === Kind.NULL)) namesOfNulls.push(name);
  }
  if (problems.length === 0 && namesOfNulls.length === 0) return undefined;

  const nulls = new Set(namesOfNulls);
  const uses = variableUses(document, operation, schema);
  const named = problems.map(({ path: [name = '', ...rest], ...problem }): InputProblem => {
    const use = uses.find(({ variable }) => variable === name);
    return { path: [...(use?.position.path ?? [name]), ...rest], ...problem };
  });
  // Validation allows a nullable variable in a non-null position if either has a default value.
  for (const { variable, position } of uses) {
    const { path, type } = position;
    const isKnown = problems.some((problem) => problem.path[0] === variable);
    if (nulls.has(variable) && !isKnown && isNonNullType(type)) named.push({ path, ...missing(type, null) });
  }
  return named.length === 0 ? undefined : toGraphQLError(badUserInput(named), operation);
}
