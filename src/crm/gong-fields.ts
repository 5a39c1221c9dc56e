import { CURRENT_FIELDS } from './current-fields.js';
import type { ApiDialect } from './dialects.js';
import type { GongFields } from './gong-field.js';
import { LEGACY_FIELDS } from './legacy-fields.js';
import { type SchemaObjectType, UPLOAD_OBJECT_TYPES, type UploadObjectType } from './object-types.js';
import type { SchemaField } from './schema-field.js';

/** Every Gong-defined field of every object type, by dialect; in the order of the reference, former fields last. */
export const GONG_FIELDS: Readonly<Record<ApiDialect, GongFields>> = {
  current: CURRENT_FIELDS,
  legacy: LEGACY_FIELDS,
};

const NAMES = new Map<UploadObjectType, ReadonlySet<string>>(
  UPLOAD_OBJECT_TYPES.map((type) => [
    type,
    new Set([...CURRENT_FIELDS[type], ...LEGACY_FIELDS[type]].map((field) => field.name)),
  ]),
);

/** Whether Gong itself defines, or once defined, a field of this name. Such a name is never a custom field's. */
export function isGongField(objectType: UploadObjectType, name: string): boolean {
  return NAMES.get(objectType)?.has(name) ?? false;
}

/** The schema that a new integration starts with, as a dialect lists it (reference, section 5). */
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
