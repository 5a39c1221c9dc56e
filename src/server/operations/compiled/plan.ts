import {
  type DocumentNode,
  defaultFieldResolver,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
  visit,
} from 'graphql';
import { isImmediate } from '../../../graphql/plain-resolvers.js';
import { fieldsOf, partsOf } from '../../../graphql/selections.js';
import { argumentsIn } from './resolve.js';
import type { Plan, PlannedField, Selection } from './types.js';
import { shapeOf } from './write.js';

/**
 * @param operation a valid query of the document
 * @param conditions the values of the variables of `@skip` and `@include`
 */
export function createPlan(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  conditions: Readonly<Record<string, unknown>>,
): Plan {
  const query = schema.getQueryType();
  if (query == null) throw new TypeError('needed a schema with queries');
  const parts = partsOf(schema, document, operation, conditions);
  const places = new Map<FieldNode, number>();
  const selections = new Map<string, Selection>();
  let planned = 0;

  function selectionOf(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Selection {
    const collected = new Map<string, [FieldNode, ...FieldNode[]]>();
    const seen = new Set<string>();
    for (const { node } of sets.flatMap((set) => fieldsOf(set, parts, type, seen))) {
      const key = (node.alias ?? node.name).value;
      const same = collected.get(key);
      if (same === undefined) collected.set(key, [node]);
      else same.push(node);
    }
    const awaited: PlannedField[] = [];
    const fields = [...collected].map(([key, nodes]) => {
      const field = plannedField(type, key, nodes, awaited.length);
      if (field.awaitedIndex !== -1) awaited.push(field);
      return field;
    });
    return { fields, awaited };
  }

  function plannedField(
    parent: GraphQLObjectType,
    key: string,
    nodes: readonly [FieldNode, ...FieldNode[]],
    nextAwaited: number,
  ): PlannedField {
    const { value: name } = nodes[0].name;
    const definition = name === TypeNameMetaFieldDef.name ? TypeNameMetaFieldDef : parent.getFields()[name];
    if (definition === undefined) throw new TypeError(`needed a field of ${parent.name}, got ${name}`);
    planned += 1;
    let latest: GraphQLObjectType | undefined;
    let selection: Selection = NOTHING;
    const field = {
      parent,
      definition,
      nodes,
      name,
      key,
      keyBytes: Buffer.from(`,${JSON.stringify(key)}:`),
      resolve: resolverOf(definition, parent),
      awaitedIndex: -1,
      select(type: GraphQLObjectType) {
        if (type !== latest) selection = selectionIn(nodes, type);
        latest = type;
        return selection;
      },
      shape: shapeOf(definition.type),
      constantArguments: constantArgumentsOf(definition, nodes[0]),
    };
    if (parent === query || isAwaited(field)) field.awaitedIndex = nextAwaited;
    return field;
  }

  function selectionIn(nodes: readonly FieldNode[], type: GraphQLObjectType): Selection {
    const key = `${nodes.map(placeOf).join()} ${type.name}`;
    let selection = selections.get(key);
    if (selection === undefined) {
      selection = selectionOf(
        type,
        nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
      );
      selections.set(key, selection);
    }
    return selection;
  }

  /** Names the node: the same is reached by several ways where it is in a fragment. */
  function placeOf(node: FieldNode): number {
    const place = places.get(node) ?? places.size;
    places.set(node, place);
    return place;
  }

  const root = selectionOf(query, [operation.selectionSet]);
  const fragments = Object.fromEntries(parts.fragments);
  return { schema, operation, fragments, root, fields: () => planned };
}

const NOTHING: Selection = { fields: [], awaited: [] };

function isAwaited({ definition, select }: Pick<PlannedField, 'definition' | 'select'>): boolean {
  if (definition !== TypeNameMetaFieldDef && !isImmediate(definition)) return true;
  const type = getNamedType(definition.type);
  if (isObjectType(type)) return select(type).awaited.length > 0;
  // What it selects depends on the object.
  return isAbstractType(type);
}

function constantArgumentsOf(definition: GraphQLField<unknown, unknown>, node: FieldNode) {
  let hasVariable = false;
  for (const argument of node.arguments ?? [])
    visit(argument, {
      Variable() {
        hasVariable = true;
      },
    });
  return hasVariable ? undefined : argumentsIn(definition, node, {});
}

function resolverOf(
  definition: GraphQLField<unknown, unknown>,
  parent: GraphQLObjectType,
): PlannedField['resolve'] {
  if (definition === TypeNameMetaFieldDef) return () => parent.name;
  return definition.resolve === defaultFieldResolver ? undefined : definition.resolve;
}
