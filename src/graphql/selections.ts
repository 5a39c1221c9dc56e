import {
  type DirectiveNode,
  type DocumentNode,
  doTypesOverlap,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';

/** What a valid operation selects, told from its text and its variables before it runs. */
export interface OperationParts {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The variables, with default values where the request gives none. */
  readonly values: Readonly<Record<string, unknown>>;
}

export function partsOf(
  schema: GraphQLSchema,
  { definitions }: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): OperationParts {
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  const defaults = (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
  );
  return {
    schema,
    fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
    values: { ...Object.fromEntries(defaults), ...variables },
  };
}

/** The arguments of a field or directive, with variables replaced by their values. */
export function argumentsOf(
  { arguments: given = [] }: FieldNode | DirectiveNode,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value, values)]));
}

export interface SelectedField {
  readonly node: FieldNode;
  /** The type that the field is selected on: as narrow as the fragments around it make it. */
  readonly parent: GraphQLCompositeType;
}

/** The fields selected on `parent`, those in fragments included. Each fragment counts once, as in the executor. */
export function fieldsOf(
  { selections }: SelectionSetNode,
  parts: OperationParts,
  parent: GraphQLCompositeType,
  seen = new Set<string>(),
): SelectedField[] {
  return selections.flatMap((selection) => {
    if (isLeftOut(selection, parts.values)) return [];
    if (selection.kind === Kind.FIELD) return [{ node: selection, parent }];
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : unseenFragment(selection.name.value);
    const narrowed = fragment && narrow(parent, fragment.typeCondition?.name.value, parts.schema);
    return narrowed ? fieldsOf(fragment.selectionSet, parts, narrowed, seen) : [];
  });

  function unseenFragment(name: string): FragmentDefinitionNode | undefined {
    const key = `${parent.name} ${name}`;
    if (seen.has(key)) return undefined;
    seen.add(key);
    return parts.fragments.get(name);
  }
}

/** `undefined` where no object can be of both types. */
function narrow(
  parent: GraphQLCompositeType,
  condition: string | undefined,
  schema: GraphQLSchema,
): GraphQLCompositeType | undefined {
  const type = condition === undefined ? parent : schema.getType(condition);
  if (!isCompositeType(type) || !doTypesOverlap(schema, parent, type)) return undefined;
  return isObjectType(parent) ? parent : type;
}

/** By `@skip` or `@include`. */
function isLeftOut({ directives = [] }: SelectionNode, values: Readonly<Record<string, unknown>>): boolean {
  return directives.some((directive) => {
    const given = argumentsOf(directive, values).if;
    return directive.name.value === 'skip' ? given === true : given === false;
  });
}
