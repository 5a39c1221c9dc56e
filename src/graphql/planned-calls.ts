import {
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { MAX_IDS_PER_CALL } from '../crm/gong-limits.js';
import { isSchemaObjectType, SCHEMA_OBJECT_TYPES, type SchemaObjectType } from '../crm/object-types.js';
import { URGENT_LOOKS } from '../requests/watcher.js';
import { MAX_IDS } from './checked-arg.js';
import { argumentsOf, defaultsOf, fieldsOf, type Parts } from './selections.js';

/**
 * What an operation costs in calls to Gong, as far as its text and its variables tell. Objects of one type share calls
 * of 100, each id once. Which integration is active is not counted, nor what has been remembered.
 */
export interface PlannedCalls {
  /** Those for what the operation names itself; objects that these refer to come on top. */
  readonly calls: number;
  /** The field that costs most, e.g. `crmObjects`. */
  readonly most: string;
  /**
   * With how many `ids` in each `crmObjects` it costs no more than `limit`, whatever the objects refer to; 0 where even
   * one may cost more, or there is no such field.
   */
  largestIds(limit: number): number;
}

/** Root fields that read objects by ID. */
export const SINGLE: Readonly<Record<string, SchemaObjectType>> = {
  account: 'ACCOUNT',
  contact: 'CONTACT',
  deal: 'DEAL',
  lead: 'LEAD',
};

/** Fields of objects that follow an ID to another object. */
const NESTED: Readonly<Record<string, SchemaObjectType>> = {
  account: 'ACCOUNT',
  convertedToAccount: 'ACCOUNT',
  convertedToContact: 'CONTACT',
  convertedToDeal: 'DEAL',
};

/**
 * Calls that all others make for certain. A schema that an upload is checked against may have been read before, and a push
 * that changes nothing is not sent.
 */
export const ROOT_CALLS: Readonly<Record<string, number>> = {
  integrations: 1,
  integration: 1,
  schemaFields: 1,
  requestStatus: 1,
  registerIntegration: 1,
  deleteIntegration: 1,
  pushSchema: 1,
  uploadStages: 1,
  uploadBusinessUsers: 1,
  uploadAccounts: 1,
  uploadContacts: 1,
  uploadLeads: 1,
  uploadDeals: 1,
  uploadFile: 1,
  validateFile: 0,
  mapUsers: 1,
  uploadDealStages: 1,
  // Polls have a budget of their own and are shared by all who watch. First looks at further requests are added below.
  requestStatusChanged: 1,
  requestStatusesChanged: 1,
  // The gateway's own news.
  uploadProgress: 0,
};

/** First looks at poll priority give way to others, so this many of them count as one call. */
const PATIENT_LOOKS_PER_CALL = 20;

/** A root field that reads objects. */
interface Read {
  readonly field: FieldNode;
  /** `null` where only Gong knows it. */
  readonly type: SchemaObjectType | null;
  /** Objects of one type and one integration. */
  readonly key: string;
  readonly ids: ReadonlySet<string>;
}

export function plannedCalls(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Readonly<Record<string, unknown>>,
): PlannedCalls {
  const values = { ...defaultsOf(operation), ...variables };
  const reads: Read[] = [];
  /** Calls and the field they are for. The same read twice is one call. */
  const others = new Map<string, { readonly calls: number; readonly name: string }>();

  for (const [index, field] of fieldsOf(operation.selectionSet, { fragments, values }, null).entries()) {
    const name = field.name.value;
    const read = readOf(field, values);
    if (read !== undefined) {
      reads.push(read);
    } else if (!name.startsWith('__')) {
      const calls = (Object.hasOwn(ROOT_CALLS, name) ? ROOT_CALLS[name] : undefined) ?? 1;
      const given = argumentsOf(field, values);
      const more = name === 'requestStatusesChanged' ? furtherLooks(given.clientRequestIds) : 0;
      const which = operation.operation === 'query' ? JSON.stringify(given) : index;
      others.set(`${name} ${which}`, { calls: calls + more, name });
    }
  }

  const parts = [...others.values()];
  for (const { ids, name } of merged(reads)) parts.push({ calls: callsFor(ids.size), name });
  const total = (list: readonly { readonly calls: number }[]) =>
    list.reduce((sum, { calls }) => sum + calls, 0);
  const most = parts.toSorted((left, right) => right.calls - left.calls)[0]?.name ?? '';
  return {
    calls: total(parts),
    most,
    largestIds: (limit) =>
      largestOf(reads, limit - total([...others.values()]), (read) => nestedIn(read, { fragments, values })),
  };
}

/** `undefined`: the field reads no objects. */
function readOf(field: FieldNode, values: Readonly<Record<string, unknown>>): Read | undefined {
  const name = field.name.value;
  const { objectType, integrationId } = argumentsOf(field, values);
  const single = Object.hasOwn(SINGLE, name) ? SINGLE[name] : undefined;
  if (single === undefined && name !== 'crmObjects') return undefined;
  const type = single ?? (isSchemaObjectType(objectType) ? objectType : null);
  const ids = new Set(idsOf(field, values).slice(0, MAX_IDS));
  return { field, type, key: `${String(integrationId ?? '')}/${type}`, ids };
}

function idsOf({ arguments: given = [] }: FieldNode, values: Readonly<Record<string, unknown>>): string[] {
  const node = given.find(({ name }) => name.value === 'ids' || name.value === 'id')?.value;
  if (node === undefined) return [];
  // As a number, a 64-bit ID would be another one's.
  const exact = (item: ValueNode) =>
    item.kind === Kind.INT ? item.value : valueFromASTUntyped(item, values);
  const ids: unknown = node.kind === Kind.LIST ? node.values.map(exact) : exact(node);
  return (Array.isArray(ids) ? ids : [ids]).map(String);
}

/** Reads of one type as one: they share their calls. */
function merged(reads: readonly Read[]): { readonly ids: ReadonlySet<string>; readonly name: string }[] {
  const groups = new Map<string, { readonly ids: Set<string>; readonly name: string }>();
  for (const { key, ids, field } of reads) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ids: new Set(ids), name: field.name.value });
    else for (const id of ids) group.ids.add(id);
  }
  return [...groups.values()];
}

/** Places below a read that follow an ID to another object: each costs a call for a hundred objects that were read. */
interface Nested {
  readonly lookUps: number;
  /** Schemas that say what references point at. */
  readonly schemas: number;
}

function largestOf(reads: readonly Read[], limit: number, nestedOf: (read: Read) => Nested): number {
  const many = reads.filter(({ field }) => field.name.value === 'crmObjects');
  if (many.length === 0) return 0;
  const nested = reads.map((read) => ({ read, ...nestedOf(read) }));
  const costOf = (most: number) =>
    nested.reduce((sum, { read, lookUps, schemas }) => {
      const objects = many.includes(read) ? most : 1;
      return sum + callsFor(objects) * (1 + lookUps) + schemas;
    }, 0);
  // Only whole calls count.
  for (let most = MAX_IDS; most > 0; most -= MAX_IDS_PER_CALL) if (costOf(most) <= limit) return most;
  return 0;
}

function nestedIn({ field, type }: Read, parts: Parts): Nested {
  /** An alias of the same field finds the same objects. */
  const lookUps = new Set<string>();
  let references = 0;

  function look({ selectionSet }: FieldNode, of: SchemaObjectType | null, path: string): void {
    if (selectionSet === undefined) return;
    const typeName = of === null ? null : of.charAt(0) + of.slice(1).toLowerCase();
    for (const inner of fieldsOf(selectionSet, parts, typeName)) {
      const name = inner.name.value;
      const nested = Object.hasOwn(NESTED, name) ? NESTED[name] : undefined;
      if (nested === undefined && name !== 'reference') continue;
      const next = `${path}.${name}(${String(argumentsOf(inner, parts.values).field ?? '')})`;
      if (name === 'reference' && !lookUps.has(next)) references += 1;
      lookUps.add(next);
      look(inner, nested ?? null, next);
    }
  }

  look(field, type, '');
  return { lookUps: lookUps.size, schemas: Math.min(references, SCHEMA_OBJECT_TYPES.length) };
}

function callsFor(objects: number): number {
  return Math.ceil(objects / MAX_IDS_PER_CALL);
}

/** What watching many requests costs beyond the first look. */
function furtherLooks(ids: unknown): number {
  const count = Array.isArray(ids) ? new Set(ids).size : 1;
  const patient = Math.max(0, count - URGENT_LOOKS);
  return Math.max(0, Math.min(count, URGENT_LOOKS) - 1) + Math.ceil(patient / PATIENT_LOOKS_PER_CALL);
}
