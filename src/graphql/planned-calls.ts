import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { MAX_IDS_PER_CALL } from '../crm/gong-limits.js';
import { isSchemaObjectType, SCHEMA_OBJECT_TYPES } from '../crm/object-types.js';
import { MAX_IDS } from './checked-arg.js';
import { costOf, LookUpCost, type NamedObject, NamedObjectsCost } from './costs.js';
import { TYPE_NAMES } from './crm-object.type.js';
import { argumentsOf, fieldsOf, type OperationParts, partsOf, type SelectedField } from './selections.js';

/**
 * What an operation costs in calls to Gong, as far as its text and variables tell: each field states its cost beside
 * its resolver (costs.ts). Objects of one type share calls of 100, each ID once.
 */
export interface PlannedCalls {
  /** Calls for what the operation names itself; objects that these refer to come on top. */
  readonly calls: number;
  /** The field that costs most, e.g. `crmObjects`. */
  readonly most: string;
  /**
   * How many `ids` each field that takes `ids` may have for the operation to cost at most `limit`, whatever the objects
   * refer to. 0 if even one may cost more, or if there is no such field.
   */
  largestIds(limit: number): number;
}

/** A root field that reads objects by ID. */
interface Read {
  readonly node: FieldNode;
  /** An interface where only Gong knows the type. */
  readonly type: GraphQLCompositeType;
  /** The same for objects of one type and integration, which share calls. */
  readonly key: string;
  readonly ids: ReadonlySet<string>;
  /** Whether the field takes a list of `ids`. */
  readonly isMany: boolean;
}

interface Part {
  readonly calls: number;
  readonly name: string;
}

/** @param operation a valid operation of the document */
export function plannedCalls(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): PlannedCalls {
  const parts = partsOf(schema, document, operation, variables);
  const root = schema.getRootType(operation.operation);
  const reads: Read[] = [];
  /** The same query field twice is one call. */
  const others = new Map<string, Part>();

  const selected = root == null ? [] : fieldsOf(operation.selectionSet, parts, root);
  for (const [index, field] of selected.entries()) {
    const definition = definitionOf(field);
    if (definition === undefined) continue;
    const { name } = definition;
    const cost = costOf(definition);
    if (cost instanceof LookUpCost) {
      reads.push(readOf(field.node, definition, parts));
    } else if (cost instanceof NamedObjectsCost) {
      reads.push(...readsOf(field.node, cost.objectsIn(argumentsOf(field.node, parts.values)), schema));
    } else {
      const given = argumentsOf(field.node, parts.values);
      const key = operation.operation === 'query' ? JSON.stringify(given) : index;
      others.set(`${name} ${key}`, { calls: cost?.callsFor(given) ?? 1, name });
    }
  }

  const fixed = [...others.values()];
  const all = [...fixed, ...readParts(reads)];
  return {
    calls: total(all),
    most: all.toSorted((left, right) => right.calls - left.calls)[0]?.name ?? '',
    largestIds: (limit) => largestIds(reads, limit - total(fixed), parts),
  };
}

/**
 * Returns the variable with the `ids` of an operation that reads objects with one field, as most do. `undefined`: it is not
 * such an operation.
 */
export function idsVariableOf(schema: GraphQLSchema, operation: OperationDefinitionNode): string | undefined {
  const [node, ...others] = operation.selectionSet.selections;
  if (node?.kind !== Kind.FIELD || others.length > 0 || (node.directives ?? []).length > 0) return undefined;
  const definition = schema.getRootType(operation.operation)?.getFields()[node.name.value];
  if (definition === undefined || !(costOf(definition) instanceof LookUpCost)) return undefined;
  const given = node.arguments?.find(({ name }) => name.value === 'ids')?.value;
  return given?.kind === Kind.VARIABLE ? given.name.value : undefined;
}

/** Whether these IDs, which are all that an operation reads, take one call, so that no plan is needed. */
export function takesOneCall(ids: unknown): boolean {
  return Array.isArray(ids) && ids.length > 0 && ids.length <= MAX_IDS_PER_CALL;
}

/** `undefined` for `__typename` and introspection. */
function definitionOf({ node, parent }: SelectedField): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
}

function readOf(
  node: FieldNode,
  definition: GraphQLField<unknown, unknown>,
  { schema, values }: OperationParts,
): Read {
  const { objectType, integrationId } = argumentsOf(node, values);
  const named = isSchemaObjectType(objectType) ? schema.getType(TYPE_NAMES[objectType]) : undefined;
  const type = named ?? getNamedType(definition.type);
  if (!isCompositeType(type))
    throw new TypeError(`needed a field that reads objects, got ${definition.name}`);
  const ids = new Set(idsOf(node, values).slice(0, MAX_IDS));
  const isMany = definition.args.some(({ name }) => name === 'ids');
  return { node, type, key: keyOf(integrationId, type), ids, isMany };
}

/** A read for each type and integration among the objects that a field names. */
function readsOf(node: FieldNode, objects: readonly NamedObject[], schema: GraphQLSchema): Read[] {
  const reads = new Map<string, Read & { readonly ids: Set<string> }>();
  for (const { type: name, integrationId, id } of objects) {
    const type = schema.getType(name);
    if (!isCompositeType(type)) throw new TypeError(`needed a type of objects, got ${name}`);
    const key = keyOf(integrationId, type);
    const read = reads.get(key) ?? { node, type, key, ids: new Set(), isMany: false };
    reads.set(key, read);
    read.ids.add(id);
  }
  return [...reads.values()];
}

function keyOf(integrationId: unknown, { name }: GraphQLCompositeType): string {
  return `${String(integrationId ?? '')}/${name}`;
}

function idsOf({ arguments: given = [] }: FieldNode, values: Readonly<Record<string, unknown>>): string[] {
  const node = given.find(({ name }) => name.value === 'ids' || name.value === 'id')?.value;
  if (node === undefined) return [];
  // An integer literal keeps its text: as a JavaScript number, a 64-bit ID could equal another one.
  const exact = (item: ValueNode) =>
    item.kind === Kind.INT ? item.value : valueFromASTUntyped(item, values);
  const ids: unknown = node.kind === Kind.LIST ? node.values.map(exact) : exact(node);
  return (Array.isArray(ids) ? ids : [ids]).map(String);
}

function readParts(reads: readonly Read[]): Part[] {
  const groups = new Map<string, { readonly ids: Set<string>; readonly name: string }>();
  for (const { key, ids, node } of reads) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ids: new Set(ids), name: node.name.value });
    else for (const id of ids) group.ids.add(id);
  }
  return [...groups.values()].map(({ ids, name }) => ({ calls: callsFor(ids.size), name }));
}

function largestIds(reads: readonly Read[], limit: number, parts: OperationParts): number {
  if (!reads.some(({ isMany }) => isMany)) return 0;
  const nested = reads.map((read) => ({ read, ...nestedIn(read, parts) }));
  const costWith = (ids: number) =>
    nested.reduce((sum, { read, lookUps, schemas }) => {
      return sum + callsFor(read.isMany ? ids : read.ids.size) * (1 + lookUps) + schemas;
    }, 0);
  // A call that is not full costs the same as a full one.
  for (let ids = MAX_IDS; ids > 0; ids -= MAX_IDS_PER_CALL) if (costWith(ids) <= limit) return ids;
  return 0;
}

/** The fields below a read that look up further objects: each costs one call for every 100 objects read. */
interface Nested {
  readonly lookUps: number;
  /** Schemas needed to know the types of references. */
  readonly schemas: number;
}

function nestedIn({ node, type }: Read, parts: OperationParts): Nested {
  /** By path and arguments: an alias of the same field finds the same objects. */
  const lookUps = new Set<string>();
  let withSchema = 0;

  function visit({ selectionSet }: FieldNode, parent: GraphQLCompositeType, path: string): void {
    if (selectionSet === undefined) return;
    for (const field of fieldsOf(selectionSet, parts, parent)) {
      const definition = definitionOf(field);
      if (definition === undefined) continue;
      const cost = costOf(definition);
      const found = getNamedType(definition.type);
      if (!(cost instanceof LookUpCost)) {
        // Custom fields are grouped in an object of their own, which costs nothing.
        if (isCompositeType(found)) visit(field.node, found, `${path}.${definition.name}`);
        continue;
      }
      const next = `${path}.${definition.name}(${String(argumentsOf(field.node, parts.values).field ?? '')})`;
      if (cost.needsSchema && !lookUps.has(next)) withSchema += 1;
      lookUps.add(next);
      if (isCompositeType(found)) visit(field.node, found, next);
    }
  }

  visit(node, type, '');
  return { lookUps: lookUps.size, schemas: Math.min(withSchema, SCHEMA_OBJECT_TYPES.length) };
}

function callsFor(objects: number): number {
  return Math.ceil(objects / MAX_IDS_PER_CALL);
}

function total(parts: readonly Part[]): number {
  return parts.reduce((sum, { calls }) => sum + calls, 0);
}
