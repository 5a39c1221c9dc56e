import {
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { isSchemaObjectType, type SchemaObjectType } from '../crm/object-types.js';
import { URGENT_LOOKS } from '../requests/watcher.js';
import { MAX_IDS } from './checked-arg.js';

/**
 * How many calls to Gong an operation would cost at most, told from its text and variables alone. Look-ups of one
 * type that happen at the same time share calls of 100, as the object batcher makes them; nested ones happen when
 * their parents have arrived. Which integration is active, and what a request has asked already, is not counted.
 */
export interface PlannedCalls {
  readonly calls: number;
  /** The part that costs most, e.g. `crmObjects.account`. */
  readonly most: string;
}

const OBJECTS_PER_CALL = 100;

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

/** All others cost a call. An upload's files are counted as one part, which they are up to 200 MB. */
export const ROOT_CALLS: Readonly<Record<string, number>> = {
  integrations: 1,
  integration: 1,
  schemaFields: 1,
  requestStatus: 1,
  registerIntegration: 1,
  deleteIntegration: 1,
  pushSchema: 2,
  uploadStages: 2,
  uploadBusinessUsers: 2,
  uploadAccounts: 2,
  uploadContacts: 2,
  uploadLeads: 2,
  uploadDeals: 2,
  uploadFile: 2,
  validateFile: 1,
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

interface Look {
  objects: number;
  readonly path: string;
}

/** Objects at one place in the operation. `type`: `null` where only Gong knows it. */
interface Place {
  readonly type: SchemaObjectType | null;
  readonly count: number;
  readonly depth: number;
  readonly integration: string;
  readonly path: string;
}

export function plannedCalls(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Readonly<Record<string, unknown>>,
): PlannedCalls {
  const looks = new Map<string, Look>();
  const values = { ...defaultsOf(operation), ...variables };

  function look(key: string, objects: number, path: string): void {
    const known = looks.get(key);
    if (known === undefined) looks.set(key, { objects, path });
    else known.objects += objects;
  }

  function argument(field: FieldNode, name: string): unknown {
    const node = field.arguments?.find((candidate) => candidate.name.value === name)?.value;
    return node === undefined ? undefined : valueFromASTUntyped(node, values);
  }

  function rootField(field: FieldNode): void {
    const name = field.name.value;
    const integration = String(argument(field, 'integrationId') ?? '');
    const single = Object.hasOwn(SINGLE, name) ? SINGLE[name] : undefined;
    if (single !== undefined) {
      objects(field, { type: single, count: 1, depth: 0, integration, path: name });
    } else if (name === 'crmObjects') {
      const [ids, type] = [argument(field, 'ids'), argument(field, 'objectType')];
      // More are refused before Gong is asked.
      const count = Array.isArray(ids) ? Math.min(new Set(ids).size, MAX_IDS) : 1;
      objects(field, {
        type: isSchemaObjectType(type) ? type : null,
        count,
        depth: 0,
        integration,
        path: name,
      });
    } else {
      const calls = (Object.hasOwn(ROOT_CALLS, name) ? ROOT_CALLS[name] : undefined) ?? 1;
      const more = name === 'requestStatusesChanged' ? furtherLooks(argument(field, 'clientRequestIds')) : 0;
      look(`root ${looks.size}`, name.startsWith('__') ? 0 : (calls + more) * OBJECTS_PER_CALL, name);
    }
  }

  function objects(field: FieldNode, place: Place): void {
    const { type, count, depth, integration, path } = place;
    look(`${integration}/${depth}/${type ?? path}`, count, path);
    if (field.selectionSet === undefined) return;
    const ofType = type === null ? null : type.charAt(0) + type.slice(1).toLowerCase();
    for (const inner of fieldsOf(field.selectionSet, fragments, ofType)) {
      const name = inner.name.value;
      const next = { ...place, depth: depth + 1, path: `${path}.${name}` };
      const nested = Object.hasOwn(NESTED, name) ? NESTED[name] : undefined;
      if (nested !== undefined) objects(inner, { ...next, type: nested });
      if (name !== 'reference') continue;
      // What the field refers to stands in the schema, which is read once an operation.
      const reference = String(argument(inner, 'field'));
      if (!looks.has(`schema ${integration}/${type}`)) look(`schema ${integration}/${type}`, 1, next.path);
      objects(inner, { ...next, type: null, path: `${next.path}(${reference.slice(0, 50)})` });
    }
  }

  for (const field of fieldsOf(operation.selectionSet, fragments, null)) rootField(field);
  let calls = 0;
  let most = { calls: 0, path: '' };
  for (const { objects: count, path } of looks.values()) {
    const own = Math.ceil(count / OBJECTS_PER_CALL);
    calls += own;
    if (own > most.calls) most = { calls: own, path };
  }
  return { calls, most: most.path };
}

/** What watching many requests costs beyond the first look. */
function furtherLooks(ids: unknown): number {
  const count = Array.isArray(ids) ? new Set(ids).size : 1;
  const patient = Math.max(0, count - URGENT_LOOKS);
  return Math.max(0, Math.min(count, URGENT_LOOKS) - 1) + Math.ceil(patient / PATIENT_LOOKS_PER_CALL);
}

/** Of one level, fragments written out, each once, as the executor does. */
function fieldsOf(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  ofType: string | null,
  seen = new Set<string>(),
): FieldNode[] {
  const fits = (condition: string | undefined) =>
    condition === undefined || ofType === null || condition === ofType || condition === 'CrmObject';
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return fits(selection.typeCondition?.name.value)
        ? fieldsOf(selection.selectionSet, fragments, ofType, seen)
        : [];
    }
    const name = selection.name.value;
    const fragment = fragments.get(name);
    if (fragment === undefined || seen.has(name) || !fits(fragment.typeCondition.name.value)) return [];
    seen.add(name);
    return fieldsOf(fragment.selectionSet, fragments, ofType, seen);
  });
}

function defaultsOf(operation: OperationDefinitionNode): Record<string, unknown> {
  return Object.fromEntries(
    (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
    ),
  );
}
