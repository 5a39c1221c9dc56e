import { CONVERTED_TO, type GongField, type GongFields, gongField, gongFields } from './gong-field.js';
import { LEGACY_FIELDS } from './legacy-fields.js';
import { perObjectType, type UploadObjectType } from './object-types.js';

/** Gong's own fields on the current paths (reference, section 7), including those it no longer reads. */

export const DEAL_STATUSES = ['OPEN', 'WON', 'LOST'] as const;
export type DealStatus = (typeof DEAL_STATUSES)[number];

const OBJECT_ID = gongField('objectId', { mandatory: 'always', maxLength: 64 });
const COMMON: readonly GongField[] = [
  OBJECT_ID,
  ...gongFields('always', 'modifiedDate'),
  ...gongFields('never', 'isDeleted', 'url'),
];
const PERSON = gongFields('never', 'emailAddress', 'firstName', 'lastName', 'title', 'phoneNumber');

const TODAY: GongFields = {
  BUSINESS_USER: [...COMMON, ...gongFields('live', 'emailAddress')],
  STAGE: [
    OBJECT_ID,
    // One of Gong's own samples has no modifiedDate.
    ...gongFields('never', 'modifiedDate', 'isDeleted', 'url'),
    ...gongFields('live', 'name'),
    gongField('isActive', { defaultValue: () => true }),
    gongField('sortOrder', { isOrdinal: true, defaultValue: () => 1 }),
  ],
  ACCOUNT: [
    ...COMMON,
    gongField('name', { defaultValue: (objectId) => `Account_#${objectId}` }),
    gongField('domains'),
  ],
  CONTACT: [...COMMON, gongField('accountId'), ...PERSON],
  LEAD: [...COMMON, ...PERSON, ...gongFields('never', ...CONVERTED_TO)],
  DEAL: [
    ...COMMON,
    gongField('accountId', { ifMissing: 'NOT_SHOWN' }),
    gongField('ownerId', { ifMissing: 'NOT_ON_DEAL_BOARD' }),
    gongField('name', { defaultValue: (objectId) => `Deal_#${objectId}` }),
    gongField('createdDate'),
    gongField('closeDate', { ifMissing: 'NOT_ON_DEAL_BOARD' }),
    gongField('status', { values: DEAL_STATUSES, defaultValue: () => 'OPEN' }),
    gongField('stage'),
    gongField('amount', { defaultValue: () => 0 }),
  ],
};

/** The fields that Gong reads instead of former ones. */
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

/** Fields of the legacy paths that the current paths do not read. */
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

export const CURRENT_FIELDS: GongFields = perObjectType((type) => [...TODAY[type], ...formerFields(type)]);
