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

/** The position of a value in the text of an operation. */
export interface ArgumentPosition {
  /** Begins with the name of the argument. */
  readonly path: ProblemPath;
  /** The type expected there; `undefined` inside a JSON scalar and below fields that do not exist. */
  readonly type: GraphQLInputType | undefined;
  /** The type of the object or list around it. */
  readonly parentType: GraphQLInputType | undefined;
}

export interface VariableUse {
  readonly variable: string;
  readonly position: ArgumentPosition;
}

/** Returns the position of a value or of an object's field; `undefined` where it belongs to no argument. */
export function positionOf(
  target: ASTNode,
  document: DocumentNode,
  schema: GraphQLSchema,
): ArgumentPosition | undefined {
  let found: ArgumentPosition | undefined;
  walk(document, schema, (nodes, types) => {
    if (nodes.at(-1) !== target) return undefined;
    const operation = nodes.find((node) => node.kind === Kind.OPERATION_DEFINITION);
    const definition = nodes.find((node) => node.kind === Kind.VARIABLE_DEFINITION);
    if (operation === undefined || definition === undefined) {
      found = positionAt(nodes, types);
    } else {
      // A default value is reported where its variable is used.
      const name = definition.variable.name.value;
      const use = variableUses(document, operation, schema).find(({ variable }) => variable === name);
      found = positionAt(nodes, types, use?.position.path);
    }
    return BREAK;
  });
  return found;
}

/** Every use of a variable in an operation and in the document's fragments. */
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
      const position = node?.kind === Kind.VARIABLE ? positionAt(nodes, types) : undefined;
      if (node?.kind === Kind.VARIABLE && position !== undefined)
        uses.push({ variable: node.name.value, position });
      return undefined;
    });
  }
  return uses;
}

/** @param enter called with the nodes from the root to each node, itself last */
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
        // The ancestors include the arrays that hold the nodes.
        const above = [...ancestors, parent ?? []].filter((ancestor) => 'kind' in ancestor);
        return enter([...above, node], types);
      },
    }),
  );
}

/** @param start the path of a default value, which is inside no argument */
function positionAt(
  nodes: readonly ASTNode[],
  types: TypeInfo,
  start?: ProblemPath,
): ArgumentPosition | undefined {
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
