import type { FieldType, ReferenceTarget, UploadObjectType } from './object-types.js';

/** When a Gong-defined field must have a value. */
export type Mandatory =
  | 'never'
  /** In every object. */
  | 'always'
  /** In every object that is not a deletion. */
  | 'live'
  /** In every object that is not a deletion, where Gong imports dialer calls. */
  | 'dialer';

/** A field that Gong itself defines for an object type. */
export interface GongField {
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  readonly mandatory: Mandatory;
  readonly referenceTo?: ReferenceTarget;
  /** The only values it takes. */
  readonly values?: readonly string[];
  /** Narrows a NUMBER to whole numbers from 1. */
  readonly isOrdinal?: boolean;
  /** At most so many characters. */
  readonly maxLength?: number;
  /** What Gong stores where the field has no value. */
  readonly defaultValue?: (objectId: string) => string | number | boolean;
  /** What follows where a live object has no value here. */
  readonly ifMissing?: MissingConsequence;
  /** Deprecated names, any of which stands in for this field. */
  readonly alternatives?: readonly string[];
  /** The field that replaces this deprecated one. */
  readonly replacedBy?: string;
  /** This dialect does not read the field any more, but for `replacedBy`. It is stored and never shown. */
  readonly isFormer?: boolean;
}

export type MissingConsequence = 'NOT_SHOWN' | 'NOT_ON_DEAL_BOARD';

export type GongFields = Readonly<Record<UploadObjectType, readonly GongField[]>>;

const person = (mandatory: Mandatory, phone: Mandatory): readonly GongField[] => [
  email(mandatory),
  { name: 'firstName', label: 'First name', type: 'STRING', mandatory },
  { name: 'lastName', label: 'Last name', type: 'STRING', mandatory },
  { name: 'title', label: 'Title', type: 'STRING', mandatory: 'never' },
  { name: 'phoneNumber', label: 'Phone number', type: 'PHONENUMBER', mandatory: phone },
];

const email = (mandatory: Mandatory): GongField => ({
  name: 'emailAddress',
  label: 'Email address',
  type: 'EMAILADDRESS',
  mandatory,
});

const URL: GongField = { name: 'url', label: 'URL', type: 'URL', mandatory: 'never' };
const IS_DELETED: GongField = { name: 'isDeleted', label: 'Deleted', type: 'BOOLEAN', mandatory: 'never' };

const accountId = (mandatory: Mandatory): GongField => ({
  name: 'accountId',
  label: 'Account',
  type: 'REFERENCE',
  mandatory,
  referenceTo: 'ACCOUNT',
});

const convertedTo = (name: string, label: string, referenceTo: ReferenceTarget): GongField => ({
  name,
  label,
  type: 'REFERENCE',
  mandatory: 'never',
  referenceTo,
});

const CONVERTED_TO: readonly GongField[] = [
  convertedTo('convertedToDealId', 'Converted to deal', 'DEAL'),
  convertedTo('convertedToContactId', 'Converted to contact', 'CONTACT'),
  convertedTo('convertedToAccountId', 'Converted to account', 'ACCOUNT'),
];

/** Fields that are the same in both dialects. */
export const SHARED_FIELDS = { person, email, URL, IS_DELETED, accountId, CONVERTED_TO };
