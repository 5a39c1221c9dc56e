import {
  type DocumentNode,
  type GraphQLSchema,
  isInputType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { badUserInput, type GatewayError, type InputProblem } from '../../errors.js';
import { variableUses } from './argument-places.js';
import { findProblems, missing } from './input-values.js';

/**
 * An error that names the arguments whose variables do not fit. The executor would find most of them, and name the
 * variables; it would let pass numbers that `JSON.parse` has rounded and JSON without end.
 */
export function badVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): GatewayError | undefined {
  const problems: InputProblem[] = [];
  const nulls = new Set<string>();
  for (const { variable, type: node, defaultValue } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    const type = typeFromAST(schema, node);
    // Validation has refused variables of other types.
    if (!isInputType(type)) continue;
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value !== undefined) findProblems(value, type, [name], problems);
    else if (defaultValue === undefined && isNonNullType(type))
      problems.push({ path: [name], ...missing(type, value) });
    if (value === null || (value === undefined && defaultValue?.kind === Kind.NULL)) nulls.add(name);
  }
  if (problems.length === 0 && nulls.size === 0) return undefined;

  const uses = variableUses(document, operation, schema);
  const named = problems.map(({ path: [name = '', ...rest], ...problem }): InputProblem => {
    const use = uses.find(({ variable }) => variable === name);
    return { path: [...(use?.place.path ?? [name]), ...rest], ...problem };
  });
  // Validation lets a variable that may be null stand where nothing may, if either has a default value.
  for (const { variable, place } of uses) {
    const { path, type } = place;
    const isKnown = problems.some((problem) => problem.path[0] === variable);
    if (nulls.has(variable) && !isKnown && isNonNullType(type)) named.push({ path, ...missing(type, null) });
  }
  return named.length === 0 ? undefined : badUserInput(named);
}
