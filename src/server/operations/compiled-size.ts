import {
  type DocumentNode,
  doTypesOverlap,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * How many fields the code compiled from an operation has: where a field has an interface or a union, what is selected
 * there is compiled for each of its types, and so on below them, which makes a short text a long program. Stops counting
 * soon after `limit`.
 */
export function compiledSize(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  limit: number,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const root = schema.getRootType(operation.operation);
  let size = 0;

  function countFor(type: GraphQLCompositeType, selection: SelectionSetNode): void {
    const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    for (const possible of types) countIn(possible, selection);
  }

  function countIn(type: GraphQLCompositeType, { selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (size > limit) return;
      if (selection.kind === Kind.FIELD) {
        size += 1;
        const field = isObjectType(type) ? type.getFields()[selection.name.value] : undefined;
        const inner = getNamedType(field?.type);
        if (selection.selectionSet !== undefined && isCompositeType(inner))
          countFor(inner, selection.selectionSet);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      const condition = fragment?.typeCondition?.name.value;
      const narrowed = condition === undefined ? type : schema.getType(condition);
      if (fragment === undefined || !isCompositeType(narrowed)) continue;
      if (doTypesOverlap(schema, narrowed, type)) countIn(type, fragment.selectionSet);
    }
  }

  if (root != null) countIn(root, operation.selectionSet);
  return size;
}
