import { isGongField } from './gong-fields.js';
import type { FieldType, SchemaObjectType } from './object-types.js';
import type { SchemaField, SchemaFieldPush } from './schema-field.js';

/** FULL: the given fields are the whole custom schema. MERGE: other fields stay as they are. */
export const PUSH_MODES = ['FULL', 'MERGE'] as const;
export type PushMode = (typeof PUSH_MODES)[number];

/** The effect of a push on one custom field. Retyping and deleting destroy the field's values in every object. */
/** Properties of a field that can change without loss of its values. */
export type SchemaFieldProperty = 'LABEL' | 'ORDERED_VALUE_LIST' | 'REFERENCE_TO';

export type SchemaWarningCode = 'REFERENCE_RETARGETED';

export type SchemaChange =
  | { readonly kind: 'ADDED'; readonly name: string }
  /** Another label, value list or reference target. Values are kept. */
  | {
      readonly kind: 'CHANGED';
      readonly name: string;
      readonly properties: readonly SchemaFieldProperty[];
    }
  | { readonly kind: 'RETYPED'; readonly name: string; readonly from: FieldType; readonly to: FieldType }
  | { readonly kind: 'DELETED'; readonly name: string }
  | { readonly kind: 'UNCHANGED'; readonly name: string }
  /** Exists at Gong but was not given: kept in MERGE, an error in FULL, which Gong answers with 400. */
  | { readonly kind: 'LEFT_OUT'; readonly name: string };

/** A change that Gong makes but the caller may not intend. */
export interface SchemaWarning {
  readonly name: string;
  readonly code: SchemaWarningCode;
  readonly message: string;
}

export interface SchemaPlan {
  readonly changes: readonly SchemaChange[];
  readonly warnings: readonly SchemaWarning[];
  /** The body of the push: the complete list of custom fields, deletions included (reference, section 5). */
  readonly push: readonly SchemaFieldPush[];
  /** Whether the push destroys values. */
  readonly losesData: boolean;
  /** Whether Gong's schema would differ afterwards. */
  readonly changesAnything: boolean;
}

/**
 * Plans a push of `given` on top of the `current` listing. Gong requires every custom field in every push, so MERGE
 * repeats those left out. Gong-defined fields need not be repeated.
 */
export function planSchemaPush(
  objectType: SchemaObjectType,
  current: readonly SchemaField[],
  given: readonly SchemaFieldPush[],
  mode: PushMode,
): SchemaPlan {
  const existing = new Map(
    current
      .filter((field) => !isGongField(objectType, field.uniqueName))
      .map((field) => [field.uniqueName, field]),
  );
  const named = new Set(given.map((field) => field.uniqueName));
  const changes: SchemaChange[] = given.map((field) => changeOf(existing.get(field.uniqueName), field));
  const leftOut = [...existing.values()].filter((field) => !named.has(field.uniqueName));
  changes.push(...leftOut.map((field) => ({ kind: 'LEFT_OUT', name: field.uniqueName }) as const));

  // Gong refuses to delete unknown fields, and a deletion must be sent only once.
  const sent = given.filter((field) => field.isDeleted !== true || existing.has(field.uniqueName));
  return {
    changes,
    warnings: given.flatMap((field) => warningsOf(existing.get(field.uniqueName), field)),
    push: mode === 'MERGE' ? [...sent, ...leftOut] : sent,
    losesData: changes.some((change) => change.kind === 'RETYPED' || change.kind === 'DELETED'),
    changesAnything: changes.some((change) => change.kind !== 'UNCHANGED' && change.kind !== 'LEFT_OUT'),
  };
}

function changeOf(before: SchemaField | undefined, after: SchemaFieldPush): SchemaChange {
  const name = after.uniqueName;
  if (after.isDeleted === true) return { kind: before === undefined ? 'UNCHANGED' : 'DELETED', name };
  if (before === undefined) return { kind: 'ADDED', name };
  if (after.type != null && after.type !== before.type) {
    return { kind: 'RETYPED', name, from: before.type, to: after.type };
  }
  const properties = differences(before, after);
  return properties.length === 0 ? { kind: 'UNCHANGED', name } : { kind: 'CHANGED', name, properties };
}

function warningsOf(before: SchemaField | undefined, after: SchemaFieldPush): SchemaWarning[] {
  const from = before?.referenceTo ?? null;
  const to = after.referenceTo ?? null;
  if (after.isDeleted === true || from === null || to === null || from === to) return [];
  const message = `${after.uniqueName} refers to ${from} and will refer to ${to}, but its stored values stay the IDs of ${from} objects: upload the objects again`;
  return [{ name: after.uniqueName, code: 'REFERENCE_RETARGETED', message }];
}

function differences(before: SchemaField, after: SchemaFieldPush): SchemaFieldProperty[] {
  const properties: SchemaFieldProperty[] = [];
  if (after.label != null && after.label !== before.label) properties.push('LABEL');
  if ((after.referenceTo ?? null) !== before.referenceTo) properties.push('REFERENCE_TO');
  if (!sameList(before.orderedValueList ?? [], after.orderedValueList ?? []))
    properties.push('ORDERED_VALUE_LIST');
  return properties;
}

function sameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}
