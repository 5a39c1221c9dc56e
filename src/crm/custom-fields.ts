import { isGongField } from './gong-fields.js';
import type { FieldType, ReferenceTarget, SchemaObjectType } from './object-types.js';
import type { SchemaField } from './schema-field.js';

/** A custom field of an integration's live schema, as GraphQL shows it. */
export interface CustomField {
  /** The GraphQL name: `fieldNameOf(uniqueName)`. */
  readonly name: string;
  readonly uniqueName: string;
  readonly type: FieldType;
  readonly referenceTo: ReferenceTarget | null;
  /** The values of a PICKLIST, where each of them can be a value of an enum. */
  readonly enumValues: readonly string[] | null;
  /** Label, type and original name. */
  readonly description: string;
}

export interface CustomFieldPlan {
  /** In the order of their GraphQL names. */
  readonly fields: readonly CustomField[];
  /** What cannot be expressed, and why. The values can still be read with `fields` and `field`. */
  readonly leftOut: readonly { readonly uniqueName: string; readonly reason: string }[];
}

/** Longer names are left out: Gong takes 255 characters, and a name stands in every query. */
const MAX_NAME_CHARS = 255;
const MAX_LABEL_CHARS = 200;
/** A PICKLIST with more values is a String: an enum of thousands helps nobody who reads it. */
const MAX_ENUM_VALUES = 250;
const MAX_DESCRIBED_VALUES = 25;

/**
 * Which fields a type's schema adds to GraphQL. Never throws: a schema that Gong serves cannot break the gateway's own.
 */
export function planCustomFields(
  objectType: SchemaObjectType,
  schema: readonly SchemaField[],
): CustomFieldPlan {
  const fields = new Map<string, CustomField>();
  const leftOut: { uniqueName: string; reason: string }[] = [];
  // Names that stay as they are come first, so that no other field's altered name takes theirs.
  const custom = schema
    .filter(({ uniqueName }) => !isGongField(objectType, uniqueName))
    .toSorted((left, right) => Number(isAltered(left)) - Number(isAltered(right)) || compare(left, right));
  for (const field of custom) {
    const { uniqueName, type, referenceTo } = field;
    const name = fieldNameOf(uniqueName);
    const reason = reasonToLeaveOut(field) ?? (fields.has(name) ? `another field is \`${name}\`` : undefined);
    if (reason !== undefined) {
      leftOut.push({ uniqueName: shortened(uniqueName, MAX_NAME_CHARS), reason });
      continue;
    }
    const enumValues = enumValuesOf(field);
    const description = describe(field, enumValues);
    fields.set(name, { name, uniqueName, type, referenceTo, enumValues, description });
  }
  return {
    fields: [...fields.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    leftOut,
  };
}

/**
 * The GraphQL name of a custom field. A `uniqueName` that is a GraphQL name stays as it is. In any other, each run of
 * characters that GraphQL does not allow becomes `_`, letters lose their accents, and a mark of eight digits, made from
 * the whole original, is appended: "Région (EMEA)" is `Region_EMEA_` and its mark. So a field's name depends on nothing but its own
 * `uniqueName`, whatever other fields come and go.
 */
export function fieldNameOf(uniqueName: string): string {
  if (isGraphqlName(uniqueName)) return uniqueName;
  const words = uniqueName
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
  const base = words.length === 0 ? 'field' : words.join('_');
  return `${/^[0-9]/.test(base) ? '_' : ''}${base}_${markOf(uniqueName)}`;
}

/** Names that begin with two underscores are introspection's. */
function isGraphqlName(text: string): boolean {
  return /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}

/** FNV-1a, 32 bits, over UTF-16 code units. */
function markOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

const isAltered = ({ uniqueName }: SchemaField) => fieldNameOf(uniqueName) !== uniqueName;
const compare = (left: SchemaField, right: SchemaField) => (left.uniqueName < right.uniqueName ? -1 : 1);

function reasonToLeaveOut({ uniqueName, type, referenceTo }: SchemaField): string | undefined {
  if (uniqueName.trim() === '') return 'its name is blank';
  if (uniqueName.length > MAX_NAME_CHARS) return `its name has more than ${MAX_NAME_CHARS} characters`;
  if (type === 'REFERENCE' && referenceTo === null) return 'it does not say what it refers to';
  return undefined;
}

const NO_ENUM_VALUES: ReadonlySet<string> = new Set(['true', 'false', 'null']);

function enumValuesOf({ type, orderedValueList }: SchemaField): readonly string[] | null {
  if (type !== 'PICKLIST' || orderedValueList === null || orderedValueList.length === 0) return null;
  const values = new Set(orderedValueList);
  const isEnum =
    values.size <= MAX_ENUM_VALUES &&
    orderedValueList.every((value) => isGraphqlName(value) && !NO_ENUM_VALUES.has(value));
  return isEnum ? [...values] : null;
}

function describe(field: SchemaField, enumValues: readonly string[] | null): string {
  const { label, type, uniqueName, orderedValueList } = field;
  const values = orderedValueList ?? [];
  const shownValues = values
    .slice(0, MAX_DESCRIBED_VALUES)
    .map((value) => JSON.stringify(plain(shortened(value, MAX_LABEL_CHARS))));
  const rest = values.length - shownValues.length;
  return [
    `${plain(shortened(label, MAX_LABEL_CHARS)) || plain(uniqueName)} (${type}).`,
    ...(fieldNameOf(uniqueName) === uniqueName
      ? []
      : [`Its \`uniqueName\` is ${JSON.stringify(plain(uniqueName))}.`]),
    ...(type === 'PICKLIST' && enumValues === null && values.length > 0
      ? [`One of ${shownValues.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`]
      : []),
  ].join(' ');
}

function shortened(text: string, chars: number): string {
  return text.length > chars ? `${text.slice(0, chars)}…` : text;
}

/** One line that is safe to show: no control characters, no halves of surrogate pairs, no changes of direction. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
}
