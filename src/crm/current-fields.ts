import { type GongField, type GongFields, SHARED_FIELDS } from './gong-field.js';
import { LEGACY_FIELDS } from './legacy-fields.js';
import type { UploadObjectType } from './object-types.js';

/** Gong's own fields on the current paths (reference, section 7), and what has become of the former ones. */

const { person, email, URL, IS_DELETED, accountId, CONVERTED_TO } = SHARED_FIELDS;

const OBJECT_ID: GongField = {
  name: 'objectId',
  label: 'Object ID',
  type: 'ID',
  mandatory: 'always',
  maxLength: 64,
};
const MODIFIED_DATE: GongField = {
  name: 'modifiedDate',
  label: 'Modified date',
  type: 'DATETIME',
  mandatory: 'always',
};
const COMMON: readonly GongField[] = [OBJECT_ID, MODIFIED_DATE, IS_DELETED, URL];

/** The states of a deal. */
export const DEAL_STATUSES = ['OPEN', 'WON', 'LOST'] as const;
export type DealStatus = (typeof DEAL_STATUSES)[number];

const TODAY: GongFields = {
  BUSINESS_USER: [...COMMON, email('live')],
  STAGE: [
    OBJECT_ID,
    // One of Gong's own samples has no modifiedDate.
    { ...MODIFIED_DATE, mandatory: 'never' },
    IS_DELETED,
    URL,
    { name: 'name', label: 'Name', type: 'STRING', mandatory: 'live' },
    {
      name: 'isActive',
      label: 'Active',
      type: 'BOOLEAN',
      mandatory: 'never',
      defaultValue: () => true,
    },
    {
      name: 'sortOrder',
      label: 'Sort order',
      type: 'NUMBER',
      mandatory: 'never',
      isOrdinal: true,
      defaultValue: () => 1,
    },
  ],
  ACCOUNT: [
    ...COMMON,
    {
      name: 'name',
      label: 'Name',
      type: 'STRING',
      mandatory: 'never',
      defaultValue: (objectId) => `Account_#${objectId}`,
    },
    { name: 'domains', label: 'Domains', type: 'STRINGARRAY', mandatory: 'never' },
  ],
  CONTACT: [...COMMON, accountId('never'), ...person('never', 'never')],
  LEAD: [...COMMON, ...person('never', 'never'), ...CONVERTED_TO],
  DEAL: [
    ...COMMON,
    { ...accountId('never'), ifMissing: 'NOT_SHOWN' },
    {
      name: 'ownerId',
      label: 'Owner',
      type: 'REFERENCE',
      mandatory: 'never',
      referenceTo: 'USER',
      ifMissing: 'NOT_ON_DEAL_BOARD',
    },
    {
      name: 'name',
      label: 'Name',
      type: 'STRING',
      mandatory: 'never',
      defaultValue: (objectId) => `Deal_#${objectId}`,
    },
    { name: 'createdDate', label: 'Created date', type: 'DATETIME', mandatory: 'never' },
    {
      name: 'closeDate',
      label: 'Close date',
      type: 'DATE',
      mandatory: 'never',
      ifMissing: 'NOT_ON_DEAL_BOARD',
    },
    {
      name: 'status',
      label: 'Status',
      type: 'STRING',
      mandatory: 'never',
      values: DEAL_STATUSES,
      defaultValue: () => 'OPEN',
    },
    { name: 'stage', label: 'Stage', type: 'STRING', mandatory: 'never' },
    { name: 'amount', label: 'Amount', type: 'CURRENCY', mandatory: 'never', defaultValue: () => 0 },
  ],
};

/** What Gong reads in the place of a former field. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  lastModified: 'modifiedDate',
  isOpen: 'status',
  isWon: 'status',
  estimatedCloseDate: 'closeDate',
  actualCloseDate: 'closeDate',
  estimatedAmount: 'amount',
  actualAmount: 'amount',
  internalName: 'objectId',
};

/** Fields of the legacy paths that the current ones do not read. */
function formerFields(objectType: UploadObjectType): GongField[] {
  const today = new Set(TODAY[objectType].map((field) => field.name));
  return LEGACY_FIELDS[objectType]
    .filter((field) => !today.has(field.name))
    .map(({ name, label, type }) => {
      const replacedBy = REPLACEMENTS[name];
      return {
        ...{ name, label, type, mandatory: 'never', isFormer: true },
        ...(replacedBy === undefined ? {} : { replacedBy }),
      };
    });
}

export const CURRENT_FIELDS: GongFields = {
  BUSINESS_USER: [...TODAY.BUSINESS_USER, ...formerFields('BUSINESS_USER')],
  STAGE: [...TODAY.STAGE, ...formerFields('STAGE')],
  ACCOUNT: [...TODAY.ACCOUNT, ...formerFields('ACCOUNT')],
  CONTACT: [...TODAY.CONTACT, ...formerFields('CONTACT')],
  LEAD: [...TODAY.LEAD, ...formerFields('LEAD')],
  DEAL: [...TODAY.DEAL, ...formerFields('DEAL')],
};
