import { type GongField, type GongFields, SHARED_FIELDS } from './gong-field.js';

/** Gong's own fields on the legacy paths (reference, section 4). */

const { person, email, URL, IS_DELETED, accountId, CONVERTED_TO } = SHARED_FIELDS;

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
  IS_DELETED,
  URL,
];

export const LEGACY_FIELDS: GongFields = {
  BUSINESS_USER: [...COMMON, email('live')],
  STAGE: [
    ...COMMON,
    { name: 'internalName', label: 'Internal name', type: 'STRING', mandatory: 'live' },
    { name: 'name', label: 'Name', type: 'STRING', mandatory: 'live' },
    { name: 'isActive', label: 'Active', type: 'BOOLEAN', mandatory: 'live' },
    { name: 'sortOrder', label: 'Sort order', type: 'NUMBER', mandatory: 'live', isOrdinal: true },
  ],
  ACCOUNT: [
    ...COMMON,
    { name: 'name', label: 'Name', type: 'STRING', mandatory: 'live' },
    { name: 'domains', label: 'Domains', type: 'STRINGARRAY', mandatory: 'live' },
  ],
  CONTACT: [...COMMON, accountId('live'), ...person('live', 'dialer')],
  LEAD: [...COMMON, ...person('live', 'dialer'), ...CONVERTED_TO],
  DEAL: [
    ...COMMON,
    accountId('live'),
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
