import type { FieldType, ReferenceTarget, UploadObjectType } from './object-types.js';

/** When a Gong-defined field must have a value. */
export type Mandatory =
  | 'never'
  /** In every object. */
  | 'always'
  /** In every object that is not a deletion. */
  | 'live'
  /** In every object that is not a deletion, if Gong imports dialer calls. */
  | 'dialer';

/** A field that Gong itself defines for an object type. */
export interface GongField {
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  readonly mandatory: Mandatory;
  readonly referenceTo?: ReferenceTarget;
  /** The only values allowed. */
  readonly values?: readonly string[];
  /** Narrows a NUMBER to integers from 1. */
  readonly isOrdinal?: boolean;
  /** In UTF-16 code units. */
  readonly maxLength?: number;
  /** The value that Gong stores if the field has none. */
  readonly defaultValue?: (objectId: string) => string | number | boolean;
  /** The effect on an object, not being a deletion, that has no value here. */
  readonly ifMissing?: MissingConsequence;
  /** Deprecated fields, any of which satisfies this mandatory one. */
  readonly alternatives?: readonly string[];
  /** The field that replaces this deprecated one. */
  readonly replacedBy?: string;
  /** The dialect no longer reads the field, but reads `replacedBy` instead. It is stored and never shown. */
  readonly isFormer?: boolean;
}

export type MissingConsequence = 'NOT_SHOWN' | 'NOT_ON_DEAL_BOARD';

export type GongFields = Readonly<Record<UploadObjectType, readonly GongField[]>>;

/** The label, type and reference target of every Gong-defined field: the same in both dialects and for all objects. */
const FIELDS = {
  objectId: ['Object ID', 'ID'],
  modifiedDate: ['Modified date', 'DATETIME'],
  lastModified: ['Last modified', 'DATETIME'],
  isDeleted: ['Deleted', 'BOOLEAN'],
  url: ['URL', 'URL'],
  name: ['Name', 'STRING'],
  domains: ['Domains', 'STRINGARRAY'],
  emailAddress: ['Email address', 'EMAILADDRESS'],
  firstName: ['First name', 'STRING'],
  lastName: ['Last name', 'STRING'],
  title: ['Title', 'STRING'],
  phoneNumber: ['Phone number', 'PHONENUMBER'],
  convertedToDealId: ['Converted to deal', 'REFERENCE', 'DEAL'],
  convertedToContactId: ['Converted to contact', 'REFERENCE', 'CONTACT'],
  convertedToAccountId: ['Converted to account', 'REFERENCE', 'ACCOUNT'],
  accountId: ['Account', 'REFERENCE', 'ACCOUNT'],
  ownerId: ['Owner', 'REFERENCE', 'USER'],
  createdDate: ['Created date', 'DATETIME'],
  closeDate: ['Close date', 'DATE'],
  estimatedCloseDate: ['Estimated close date', 'DATE'],
  actualCloseDate: ['Actual close date', 'DATE'],
  status: ['Status', 'STRING'],
  isOpen: ['Open', 'BOOLEAN'],
  isWon: ['Won', 'BOOLEAN'],
  stage: ['Stage', 'STRING'],
  amount: ['Amount', 'CURRENCY'],
  estimatedAmount: ['Estimated amount', 'CURRENCY'],
  actualAmount: ['Actual amount', 'CURRENCY'],
  internalName: ['Internal name', 'STRING'],
  isActive: ['Active', 'BOOLEAN'],
  sortOrder: ['Sort order', 'NUMBER'],
} as const satisfies Record<string, readonly [label: string, type: FieldType, referenceTo?: ReferenceTarget]>;

export type GongFieldName = keyof typeof FIELDS;

/** The field of that name, optional unless `rules` say otherwise. */
export function gongField(name: GongFieldName, rules: Partial<GongField> = {}): GongField {
  const [label, type, referenceTo] = FIELDS[name];
  return { name, label, type, mandatory: 'never', ...(referenceTo && { referenceTo }), ...rules };
}

export function gongFields(mandatory: Mandatory, ...names: readonly GongFieldName[]): GongField[] {
  return names.map((name) => gongField(name, { mandatory }));
}

export const CONVERTED_TO = ['convertedToDealId', 'convertedToContactId', 'convertedToAccountId'] as const;
