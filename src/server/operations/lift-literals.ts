import {
  type ASTNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parseType,
  TypeInfo,
  type ValueNode,
  type VariableDefinitionNode,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** An operation in whose text no literal is left that a caller chose freely. */
export interface Lifted {
  readonly document: DocumentNode;
  /** The values of the variables that stand for the literals. */
  readonly values: Readonly<Record<string, unknown>>;
}

const PREFIX = 'literal';

/**
 * Replaces argument literals that have strings or objects in them by variables, so that whatever builds JavaScript from
 * the document gets nothing of the caller's but names, numbers and keywords. The nodes are copies.
 *
 * @param operation a valid operation of the document
 * @returns `undefined` where that is not possible: a literal contains a variable, or a default value a string
 */
export function liftLiterals(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Lifted | undefined {
  const own = document.definitions.filter(
    (definition) => definition === operation || definition.kind === Kind.FRAGMENT_DEFINITION,
  );
  const taken = new Set(operation.variableDefinitions?.map(({ variable }) => variable.name.value));
  const values: Record<string, unknown> = {};
  const definitions: VariableDefinitionNode[] = [];
  let isPossible = true;
  const types = new TypeInfo(schema);
  const lifted: DocumentNode = visit(
    { kind: Kind.DOCUMENT, definitions: own },
    visitWithTypeInfo(types, {
      enter(node) {
        if (node.kind !== Kind.ARGUMENT) return { ...node };
        if (!hasFreeText(node.value)) return undefined;
        const type = types.getArgument()?.type;
        const exact = type && exactValue(node.value);
        if (exact === undefined) {
          isPossible = false;
          return undefined;
        }
        const name = { kind: Kind.NAME, value: freeName(taken) } as const;
        const variable = { kind: Kind.VARIABLE, name } as const;
        values[name.value] = exact.value;
        definitions.push({ kind: Kind.VARIABLE_DEFINITION, variable, type: parseType(String(type)) });
        return { ...node, value: variable };
      },
    }),
  );
  const withDefinitions = lifted.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? { ...definition, variableDefinitions: [...(definition.variableDefinitions ?? []), ...definitions] }
      : definition,
  );
  const result = { ...lifted, definitions: withDefinitions };
  return isPossible && !hasFreeText(result) ? { document: result, values } : undefined;
}

function freeName(taken: Set<string>): string {
  let name = PREFIX;
  for (let count = 0; taken.has(name); count += 1) name = `${PREFIX}${count}`;
  taken.add(name);
  return name;
}

function hasFreeText(node: ASTNode): boolean {
  let found = false;
  const find = () => {
    found = true;
  };
  visit(node, { StringValue: find, ObjectValue: find });
  return found;
}

/** `undefined` where a variable cannot have the value: it contains another one, or a number that JavaScript rounds. */
function exactValue(node: ValueNode): { readonly value: unknown } | undefined {
  let isExact = true;
  const refuse = () => {
    isExact = false;
  };
  visit(node, {
    Variable: refuse,
    FloatValue: refuse,
    IntValue({ value }) {
      if (!Number.isSafeInteger(Number(value))) refuse();
    },
  });
  return isExact ? { value: valueFromASTUntyped(node) } : undefined;
}
