import type { FieldType, ReferenceTarget, SchemaObjectType, UploadObjectType } from './object-types.js';
import type { SchemaField } from './schema-field.js';

/** When a Gong-defined field must have a value. */
export type Mandatory =
  | 'never'
  /** In every object. */
  | 'always'
  /** In every object that is not a deletion. */
  | 'live'
  /** In every object that is not a deletion, where Gong imports dialer calls. */
  | 'dialer';

/** A field that Gong itself defines for an object type (reference, section 4). */
export interface GongField {
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  readonly mandatory: Mandatory;
  readonly referenceTo?: ReferenceTarget;
  /** Deprecated names, any of which stands in for this field. */
  readonly alternatives?: readonly string[];
  /** The field that replaces this deprecated one. */
  readonly replacedBy?: string;
}

const COMMON: readonly GongField[] = [
  { name: 'objectId', label: 'Object ID', type: 'ID', mandatory: 'always' },
  {
    name: 'modifiedDate',
    label: 'Modified date',
    type: 'DATETIME',
    mandatory: 'always',
    alternatives: ['lastModified'],
  },
  {
    name: 'lastModified',
    label: 'Last modified',
    type: 'DATETIME',
    mandatory: 'never',
    replacedBy: 'modifiedDate',
  },
  { name: 'isDeleted', label: 'Deleted', type: 'BOOLEAN', mandatory: 'never' },
  { name: 'url', label: 'URL', type: 'URL', mandatory: 'never' },
];

const EMAIL: GongField = {
  name: 'emailAddress',
  label: 'Email address',
  type: 'EMAILADDRESS',
  mandatory: 'live',
};

const PERSON: readonly GongField[] = [
  EMAIL,
  { name: 'firstName', label: 'First name', type: 'STRING', mandatory: 'live' },
  { name: 'lastName', label: 'Last name', type: 'STRING', mandatory: 'live' },
  { name: 'title', label: 'Title', type: 'STRING', mandatory: 'never' },
  { name: 'phoneNumber', label: 'Phone number', type: 'PHONENUMBER', mandatory: 'dialer' },
];

const ACCOUNT_ID: GongField = {
  name: 'accountId',
  label: 'Account',
  type: 'REFERENCE',
  mandatory: 'live',
  referenceTo: 'ACCOUNT',
};

/** Every Gong-defined field of every object type, in the order of the reference. */
export const GONG_FIELDS: Readonly<Record<UploadObjectType, readonly GongField[]>> = {
  BUSINESS_USER: [...COMMON, EMAIL],
  STAGE: [
    ...COMMON,
    { name: 'internalName', label: 'Internal name', type: 'STRING', mandatory: 'live' },
    { name: 'name', label: 'Name', type: 'STRING', mandatory: 'live' },
    { name: 'isActive', label: 'Active', type: 'BOOLEAN', mandatory: 'live' },
    { name: 'sortOrder', label: 'Sort order', type: 'NUMBER', mandatory: 'live' },
  ],
  ACCOUNT: [
    ...COMMON,
    { name: 'name', label: 'Name', type: 'STRING', mandatory: 'live' },
    { name: 'domains', label: 'Domains', type: 'STRINGARRAY', mandatory: 'live' },
  ],
  CONTACT: [...COMMON, ACCOUNT_ID, ...PERSON],
  LEAD: [
    ...COMMON,
    ...PERSON,
    {
      name: 'convertedToDealId',
      label: 'Converted to deal',
      type: 'REFERENCE',
      mandatory: 'never',
      referenceTo: 'DEAL',
    },
    {
      name: 'convertedToContactId',
      label: 'Converted to contact',
      type: 'REFERENCE',
      mandatory: 'never',
      referenceTo: 'CONTACT',
    },
    {
      name: 'convertedToAccountId',
      label: 'Converted to account',
      type: 'REFERENCE',
      mandatory: 'never',
      referenceTo: 'ACCOUNT',
    },
  ],
  DEAL: [
    ...COMMON,
    ACCOUNT_ID,
    { name: 'ownerId', label: 'Owner', type: 'REFERENCE', mandatory: 'live', referenceTo: 'USER' },
    { name: 'name', label: 'Name', type: 'STRING', mandatory: 'live' },
    { name: 'createdDate', label: 'Created date', type: 'DATETIME', mandatory: 'live' },
    {
      name: 'closeDate',
      label: 'Close date',
      type: 'DATE',
      mandatory: 'live',
      alternatives: ['estimatedCloseDate', 'actualCloseDate'],
    },
    { name: 'isOpen', label: 'Open', type: 'BOOLEAN', mandatory: 'live' },
    { name: 'isWon', label: 'Won', type: 'BOOLEAN', mandatory: 'live' },
    { name: 'stage', label: 'Stage', type: 'STRING', mandatory: 'live' },
    {
      name: 'amount',
      label: 'Amount',
      type: 'CURRENCY',
      mandatory: 'live',
      alternatives: ['estimatedAmount', 'actualAmount'],
    },
    {
      name: 'estimatedCloseDate',
      label: 'Estimated close date',
      type: 'DATE',
      mandatory: 'never',
      replacedBy: 'closeDate',
    },
    {
      name: 'actualCloseDate',
      label: 'Actual close date',
      type: 'DATE',
      mandatory: 'never',
      replacedBy: 'closeDate',
    },
    {
      name: 'estimatedAmount',
      label: 'Estimated amount',
      type: 'CURRENCY',
      mandatory: 'never',
      replacedBy: 'amount',
    },
    {
      name: 'actualAmount',
      label: 'Actual amount',
      type: 'CURRENCY',
      mandatory: 'never',
      replacedBy: 'amount',
    },
  ],
};

const NAMES = Object.fromEntries(
  Object.entries(GONG_FIELDS).map(([type, fields]) => [type, new Set(fields.map((field) => field.name))]),
);

export function isGongField(objectType: UploadObjectType, name: string): boolean {
  return NAMES[objectType]?.has(name) ?? false;
}

/** The schema a new integration starts with (reference, section 5). */
export function defaultSchema(objectType: SchemaObjectType): SchemaField[] {
  return GONG_FIELDS[objectType].map((field) => ({
    uniqueName: field.name,
    label: field.label,
    type: field.type,
    lastModified: null,
    referenceTo: field.referenceTo ?? null,
    orderedValueList: null,
  }));
}
