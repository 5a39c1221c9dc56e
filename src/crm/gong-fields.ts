import { CURRENT_FIELDS } from './current-fields.js';
import type { ApiDialect } from './dialects.js';
import type { GongFields } from './gong-field.js';
import { LEGACY_FIELDS } from './legacy-fields.js';
import { perObjectType, type SchemaObjectType, type UploadObjectType } from './object-types.js';
import type { SchemaField } from './schema-field.js';

/** The Gong-defined fields of every object type in the order of the reference, former fields last. */
export const GONG_FIELDS: Readonly<Record<ApiDialect, GongFields>> = {
  current: CURRENT_FIELDS,
  legacy: LEGACY_FIELDS,
};

const NAMES = perObjectType(
  (type) => new Set([...CURRENT_FIELDS[type], ...LEGACY_FIELDS[type]].map((field) => field.name)),
);

/** Whether Gong defines, or once defined, a field of this name. A custom field never has such a name. */
export function isGongField(objectType: UploadObjectType, name: string): boolean {
  return NAMES[objectType].has(name);
}

/** The schema of a new integration, as a dialect lists it (reference, section 5). */
export function defaultSchema(dialect: ApiDialect, objectType: SchemaObjectType): SchemaField[] {
  return GONG_FIELDS[dialect][objectType]
    .filter((field) => field.isFormer !== true)
    .map((field) => ({
      uniqueName: field.name,
      label: field.label,
      type: field.type,
      lastModified: null,
      referenceTo: field.referenceTo ?? null,
      orderedValueList: null,
    }));
}
