import {
  type FieldNode,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  getArgumentValues,
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isObjectType,
  locatedError,
} from 'graphql';
import type { Arguments, Below, Execution, PlannedField, Selection, Settled } from './types.js';

type Path = GraphQLResolveInfo['path'];

/** Resolves what is to be awaited of a selection, then of what was found, and so on. Never rejects. */
export function resolveAwaited(
  execution: Execution,
  { awaited }: Selection,
  source: unknown,
  path: Path | undefined,
): Below | Promise<Below> {
  return eachSettled(awaited, (field) => {
    const own = { prev: path, key: field.key, typename: field.parent.name };
    return settle(execution, field, field.definition.type, call(execution, field, source, own), own);
  });
}

/** Waits for all promises that a value consists of, and for what is to be awaited below it. */
function settle(
  execution: Execution,
  field: PlannedField,
  type: GraphQLOutputType,
  given: unknown,
  path: Path,
): Settled | Promise<Settled> {
  if (isPromise(given)) {
    return Promise.resolve(given).then(
      (value) => settle(execution, field, type, value, path),
      (thrown: unknown) => settled(toError(thrown)),
    );
  }
  if (given === null || given === undefined || given instanceof Error) return settled(given);
  const nullable = getNullableType(type);
  if (!isListType(nullable)) return settleOne(execution, field, given, path);
  const items = itemsOf(given);
  if (items === undefined) return settled(given);
  if (hasNothingBelow(field) && !items.some(isPromise)) return settled(items);
  const each = eachSettled(items, (item, index) =>
    settle(execution, field, nullable.ofType, item, { prev: path, key: index, typename: undefined }),
  );
  return each instanceof Promise ? each.then(together) : together(each);
}

function settleOne(
  execution: Execution,
  field: PlannedField,
  value: unknown,
  path: Path,
): Settled | Promise<Settled> {
  const type = getNamedType(field.definition.type);
  if (isLeafType(type)) return settled(value);
  const actual = isObjectType(type) ? type : typeOf(execution, type as GraphQLAbstractType, value);
  const selection = actual instanceof Error ? undefined : field.select(actual);
  if (selection === undefined || selection.awaited.length === 0) return settled(value);
  const below = resolveAwaited(execution, selection, value, path);
  return below instanceof Promise ? below.then((found) => settled(value, found)) : settled(value, below);
}

function hasNothingBelow(field: PlannedField): boolean {
  const type = getNamedType(field.definition.type);
  return isLeafType(type) || (isObjectType(type) && field.select(type).awaited.length === 0);
}

function eachSettled<T>(
  items: readonly T[],
  settleItem: (item: T, index: number) => Settled | Promise<Settled>,
): readonly Settled[] | Promise<readonly Settled[]> {
  const each: Settled[] = [];
  const waits: Promise<unknown>[] = [];
  for (const [index, item] of items.entries()) {
    const found = settleItem(item, index);
    if (found instanceof Promise) {
      waits.push(
        found.then((later) => {
          each[index] = later;
        }),
      );
    } else each[index] = found;
  }
  return waits.length === 0 ? each : Promise.all(waits).then(() => each);
}

function together(items: readonly Settled[]): Settled {
  return settled(
    items.map(({ value }) => value),
    items.map(({ below }) => below),
  );
}

function settled(value: unknown, below?: Below): Settled {
  return { value, below };
}

/** What the field's resolver returns, or the Error that it has thrown. */
export function call(
  execution: Execution,
  field: PlannedField,
  source: unknown,
  path: Path | undefined,
): unknown {
  const { resolve } = field;
  if (resolve === undefined) return (source as Readonly<Record<string, unknown>>)[field.name];
  try {
    const { context } = execution;
    const given = field.constantArguments ?? argumentsOf(execution, field);
    if (given instanceof Error) return given;
    const info = path === undefined ? NO_INFO : infoOf(execution, field, path);
    return resolve(source, given, context, info);
  } catch (error) {
    return toError(error);
  }
}

/** Immediate resolvers do without. */
const NO_INFO = Object.freeze({}) as GraphQLResolveInfo;

/** The same for all objects of an execution. */
function argumentsOf({ arguments: read, variables }: Execution, field: PlannedField): Arguments {
  let values = read.get(field);
  if (values === undefined) {
    values = argumentsIn(field.definition, field.nodes[0], variables);
    read.set(field, values);
  }
  return values;
}

export function argumentsIn(
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Readonly<Record<string, unknown>>,
): Arguments {
  try {
    return getArgumentValues(definition, node, variables);
  } catch (error) {
    return toError(error);
  }
}

function infoOf({ plan, variables }: Execution, field: PlannedField, path: Path): GraphQLResolveInfo {
  const { schema, operation, fragments } = plan;
  const { parent, definition, nodes } = field;
  return {
    fieldName: definition.name,
    fieldNodes: nodes,
    returnType: definition.type,
    parentType: parent,
    path,
    schema,
    fragments,
    rootValue: undefined,
    operation,
    variableValues: variables,
  };
}

/** The object type of a value of an abstract type, whose `resolveType` needs neither info nor time. */
export function typeOf(
  { plan: { schema }, context }: Execution,
  abstract: GraphQLAbstractType,
  value: unknown,
): GraphQLObjectType | Error {
  try {
    const resolveType = abstract.resolveType as ((value: unknown, context: unknown) => unknown) | undefined;
    const name = resolveType?.(value, context);
    const type = typeof name === 'string' ? schema.getType(name) : undefined;
    if (isObjectType(type) && schema.isSubType(abstract, type)) return type;
    return new GraphQLError(`needed the name of a type that is a ${abstract.name}`);
  } catch (error) {
    return toError(error);
  }
}

export function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null && Symbol.iterator in value
    ? [...(value as Iterable<unknown>)]
    : undefined;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : locatedError(thrown, undefined);
}
