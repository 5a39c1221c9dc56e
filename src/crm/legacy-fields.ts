import { CONVERTED_TO, type GongField, type GongFields, gongField, gongFields } from './gong-field.js';

/** Gong's own fields on the legacy paths (reference, section 4). */

const COMMON: readonly GongField[] = [
  ...gongFields('always', 'objectId'),
  gongField('modifiedDate', { mandatory: 'always', alternatives: ['lastModified'] }),
  gongField('lastModified', { replacedBy: 'modifiedDate' }),
  ...gongFields('never', 'isDeleted', 'url'),
];
const PERSON: readonly GongField[] = [
  ...gongFields('live', 'emailAddress', 'firstName', 'lastName'),
  gongField('title'),
  ...gongFields('dialer', 'phoneNumber'),
];

export const LEGACY_FIELDS: GongFields = {
  BUSINESS_USER: [...COMMON, ...gongFields('live', 'emailAddress')],
  STAGE: [
    ...COMMON,
    ...gongFields('live', 'internalName', 'name', 'isActive'),
    gongField('sortOrder', { mandatory: 'live', isOrdinal: true }),
  ],
  ACCOUNT: [...COMMON, ...gongFields('live', 'name', 'domains')],
  CONTACT: [...COMMON, ...gongFields('live', 'accountId'), ...PERSON],
  LEAD: [...COMMON, ...PERSON, ...gongFields('never', ...CONVERTED_TO)],
  DEAL: [
    ...COMMON,
    ...gongFields('live', 'accountId', 'ownerId', 'name', 'createdDate'),
    gongField('closeDate', { mandatory: 'live', alternatives: ['estimatedCloseDate', 'actualCloseDate'] }),
    ...gongFields('live', 'isOpen', 'isWon', 'stage'),
    gongField('amount', { mandatory: 'live', alternatives: ['estimatedAmount', 'actualAmount'] }),
    gongField('estimatedCloseDate', { replacedBy: 'closeDate' }),
    gongField('actualCloseDate', { replacedBy: 'closeDate' }),
    gongField('estimatedAmount', { replacedBy: 'amount' }),
    gongField('actualAmount', { replacedBy: 'amount' }),
  ],
};
