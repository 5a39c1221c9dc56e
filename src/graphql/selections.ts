import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';

/** What an operation selects, told from its text and its variables before it is run. */

/** The arguments of a field or directive, with variables in their places. */
export function argumentsOf(
  { arguments: given = [] }: FieldNode | DirectiveNode,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value, values)]));
}

/** Of the operation, beside its selections. */
export interface Parts {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Of one level, fragments written out, each once, as the executor does. */
export function fieldsOf(
  { selections }: SelectionSetNode,
  parts: Parts,
  ofType: string | null,
  seen = new Set<string>(),
): FieldNode[] {
  const fits = (condition: string | undefined) =>
    condition === undefined || ofType === null || condition === ofType || condition === 'CrmObject';
  return selections.flatMap((selection) => {
    if (isLeftOut(selection, parts.values)) return [];
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return fits(selection.typeCondition?.name.value)
        ? fieldsOf(selection.selectionSet, parts, ofType, seen)
        : [];
    }
    const name = selection.name.value;
    const fragment = parts.fragments.get(name);
    if (fragment === undefined || seen.has(name) || !fits(fragment.typeCondition.name.value)) return [];
    seen.add(name);
    return fieldsOf(fragment.selectionSet, parts, ofType, seen);
  });
}

/** By `@skip` or `@include`. */
function isLeftOut({ directives = [] }: SelectionNode, values: Readonly<Record<string, unknown>>): boolean {
  return directives.some((directive) => {
    const given = argumentsOf(directive, values).if;
    return directive.name.value === 'skip' ? given === true : given === false;
  });
}

/** The default values of an operation's variables. */
export function defaultsOf(operation: OperationDefinitionNode): Record<string, unknown> {
  return Object.fromEntries(
    (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
    ),
  );
}
