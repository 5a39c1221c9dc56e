/** The enumerations of Gong's CRM API (reference, sections 2, 5 and 6). All are case-sensitive on the wire. */

/** Types that have a schema and can be read back. */
export const SCHEMA_OBJECT_TYPES = ['ACCOUNT', 'CONTACT', 'DEAL', 'LEAD'] as const;
export type SchemaObjectType = (typeof SCHEMA_OBJECT_TYPES)[number];

/** Types that can be uploaded: the above, and two that Gong stores but never returns. */
export const UPLOAD_OBJECT_TYPES = [...SCHEMA_OBJECT_TYPES, 'BUSINESS_USER', 'STAGE'] as const;
export type UploadObjectType = (typeof UPLOAD_OBJECT_TYPES)[number];

export function perObjectType<T>(make: (type: UploadObjectType) => T): Readonly<Record<UploadObjectType, T>> {
  return {
    ACCOUNT: make('ACCOUNT'),
    CONTACT: make('CONTACT'),
    DEAL: make('DEAL'),
    LEAD: make('LEAD'),
    BUSINESS_USER: make('BUSINESS_USER'),
    STAGE: make('STAGE'),
  };
}

/** What a REFERENCE field may point at. */
export const REFERENCE_TARGETS = [...SCHEMA_OBJECT_TYPES, 'USER'] as const;
export type ReferenceTarget = (typeof REFERENCE_TARGETS)[number];

export const FIELD_TYPES = [
  'BOOLEAN',
  'CURRENCY',
  'DATE',
  'DATETIME',
  'EMAILADDRESS',
  'ID',
  'NUMBER',
  'PERCENT',
  'PHONENUMBER',
  'PICKLIST',
  'REFERENCE',
  'STRING',
  'STRINGARRAY',
  'URL',
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

export const REQUEST_STATES = ['PENDING', 'IN_PROGRESS', 'DONE', 'FAILED'] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

function isOneOf<const T extends string>(values: readonly T[]): (text: unknown) => text is T {
  const set = new Set<unknown>(values);
  return (text): text is T => set.has(text);
}

export const isSchemaObjectType = isOneOf(SCHEMA_OBJECT_TYPES);
export const isUploadObjectType = isOneOf(UPLOAD_OBJECT_TYPES);
export const isReferenceTarget = isOneOf(REFERENCE_TARGETS);
export const isFieldType = isOneOf(FIELD_TYPES);
