import {
  type ASTNode,
  BREAK,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  isValueNode,
  Kind,
  type ListValueNode,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { ProblemPath } from '../../errors.js';

/** Where a value stands in the text of an operation. */
export interface Place {
  /** Begins with the name of the argument. */
  readonly path: ProblemPath;
  /** What is wanted there; `undefined` inside a JSON scalar, and of fields that do not exist. */
  readonly type: GraphQLInputType | undefined;
  /** Of the object or the list around it. */
  readonly parentType: GraphQLInputType | undefined;
}

export interface VariableUse {
  readonly variable: string;
  readonly place: Place;
}

/** The place of a value, or of a field of an object; `undefined` where it belongs to no argument. */
export function placeOf(target: ASTNode, document: DocumentNode, schema: GraphQLSchema): Place | undefined {
  let found: Place | undefined;
  walk(document, schema, (nodes, types) => {
    if (nodes.at(-1) !== target) return undefined;
    const operation = nodes.find((node) => node.kind === Kind.OPERATION_DEFINITION);
    const definition = nodes.find((node) => node.kind === Kind.VARIABLE_DEFINITION);
    if (operation === undefined || definition === undefined) {
      found = placeAt(nodes, types);
    } else {
      // A default value stands where the variable is used.
      const name = definition.variable.name.value;
      const use = variableUses(document, operation, schema).find(({ variable }) => variable === name);
      found = placeAt(nodes, types, use?.place.path);
    }
    return BREAK;
  });
  return found;
}

/** Every use of a variable in an operation, and in fragments. */
export function variableUses(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
): VariableUse[] {
  const uses: VariableUse[] = [];
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  for (const definition of [operation, ...fragments]) {
    walk(definition, schema, (nodes, types) => {
      const node = nodes.at(-1);
      if (node?.kind === Kind.VARIABLE_DEFINITION) return false;
      const place = node?.kind === Kind.VARIABLE ? placeAt(nodes, types) : undefined;
      if (node?.kind === Kind.VARIABLE && place !== undefined)
        uses.push({ variable: node.name.value, place });
      return undefined;
    });
  }
  return uses;
}

/** @param enter is told the nodes that lead to each node, itself the last */
function walk(
  root: ASTNode,
  schema: GraphQLSchema,
  enter: (nodes: readonly ASTNode[], types: TypeInfo) => typeof BREAK | false | undefined,
): void {
  const types = new TypeInfo(schema);
  visit(
    root,
    visitWithTypeInfo(types, {
      enter(node, _key, parent, _path, ancestors) {
        // Among the ancestors stand the arrays that hold the nodes, too.
        const above = [...ancestors, parent ?? []].filter((ancestor) => 'kind' in ancestor);
        return enter([...above, node], types);
      },
    }),
  );
}

/** @param start where a default value stands, for it is inside no argument */
function placeAt(nodes: readonly ASTNode[], types: TypeInfo, start?: ProblemPath): Place | undefined {
  let path = start;
  let list: ListValueNode | undefined;
  for (const node of nodes) {
    if (node.kind === Kind.ARGUMENT) path = [node.name.value];
    else if (path !== undefined && node.kind === Kind.OBJECT_FIELD) path = [...path, node.name.value];
    else if (path !== undefined && list !== undefined && isValueNode(node))
      path = [...path, list.values.indexOf(node)];
    list = node.kind === Kind.LIST ? node : undefined;
  }
  if (path === undefined) return undefined;
  const type = types.getInputType() ?? undefined;
  return { path, type, parentType: types.getParentInputType() ?? undefined };
}
