import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  visit,
} from 'graphql';
import type { Context } from '../../../graphql/context.js';
import { JsonBytes } from './json-bytes.js';
import { createPlan } from './plan.js';
import { resolveAwaited } from './resolve.js';
import type { Below, Execution, Plan } from './types.js';
import { variablesReader } from './variables.js';
import { writeAnswer } from './write.js';

/** The answer to a query. */
export interface Written {
  /** The answer as JSON, without the errors. */
  readonly json: Buffer;
  readonly errors: readonly GraphQLError[] | undefined;
}

/** `undefined` for variables that graphql-js should judge. */
export type CompiledQuery = (
  context: Context,
  variables: Readonly<Record<string, unknown>>,
) => Promise<Written> | Written | undefined;

/** Of all plans of an operation that are kept. Each takes half a kilobyte. */
const MAX_KEPT_FIELDS = 500;

/**
 * Compiles a query to a plan that gives the same answer as graphql-js, as JSON: what may be a promise is resolved first,
 * and all else as it is written. So nothing is allocated for each value of the answer, as long as there are no errors.
 *
 * @param operation a valid operation of the document
 * @returns `undefined` for what graphql-js should execute
 */
export function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  maxBytes: number,
): CompiledQuery | undefined {
  if (operation.operation !== 'query' || readsSchema(document)) return undefined;
  const readVariables = variablesReader(schema, operation);
  const deciding = decidingVariables(document, operation);
  /** One for each combination of the variables that decide what is skipped. */
  const plans = new Map<string, Plan>();

  function planFor(variables: Readonly<Record<string, unknown>>): Plan | undefined {
    let key = '';
    for (const name of deciding) {
      if (typeof variables[name] !== 'boolean') return undefined;
      key += Number(variables[name]);
    }
    let plan = plans.get(key);
    if (plan === undefined) {
      plan = createPlan(schema, document, operation, variables);
      plans.set(key, plan);
    }
    let fields = 0;
    for (const kept of plans.values()) fields += kept.fields();
    if (fields > MAX_KEPT_FIELDS) plans.clear();
    return plan;
  }

  return (context, given) => {
    const variables = readVariables(given);
    const plan = variables === undefined ? undefined : planFor(variables);
    if (variables === undefined || plan === undefined) return undefined;
    const execution: Execution = { plan, context, variables, arguments: new Map() };
    const found = resolveAwaited(execution, plan.root, undefined, undefined);
    return found instanceof Promise
      ? found.then((below) => written(execution, below, maxBytes))
      : written(execution, found, maxBytes);
  };
}

function written(execution: Execution, below: Below, maxBytes: number): Written {
  const errors: GraphQLError[] = [];
  const json = new JsonBytes();
  writeAnswer({ ...execution, json, errors, path: [] }, below, maxBytes);
  return { json: json.copy(), errors: errors.length === 0 ? undefined : errors };
}

function readsSchema(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field({ name: { value } }) {
      if (value === SchemaMetaFieldDef.name || value === TypeMetaFieldDef.name) found = true;
    },
  });
  return found;
}

/** The operation's variables in `@skip` and `@include`. */
function decidingVariables(document: DocumentNode, { variableDefinitions = [] }: OperationDefinitionNode) {
  const own = new Set(variableDefinitions.map(({ variable }) => variable.name.value));
  const names = new Set<string>();
  visit(document, {
    Directive: (directive) =>
      visit(directive, {
        Variable({ name }) {
          if (own.has(name.value)) names.add(name.value);
        },
      }),
  });
  return names;
}
