import type { UploadObjectType } from 'gong-crm-graphql-client';
import { linesOf } from '../parts/lines.js';

export const OBJECT_TYPES = ['ACCOUNT', 'CONTACT', 'LEAD', 'DEAL', 'BUSINESS_USER', 'STAGE'] as const;

export interface Guess {
  readonly type: UploadObjectType;
  readonly from: 'name' | 'content';
}

/** Words in a file's name. */
const NAMES: readonly (readonly [RegExp, UploadObjectType])[] = [
  [/account|compan/i, 'ACCOUNT'],
  [/contact|person|people/i, 'CONTACT'],
  [/lead/i, 'LEAD'],
  [/stage/i, 'STAGE'],
  [/deal|opportunit/i, 'DEAL'],
  [/user|owner/i, 'BUSINESS_USER'],
];

/** Fields that objects of one type have, and others do not. */
const FIELDS: readonly (readonly [string, UploadObjectType])[] = [
  ['domains', 'ACCOUNT'],
  ['sortOrder', 'STAGE'],
  ['closeDate', 'DEAL'],
  ['amount', 'DEAL'],
  ['convertedToDealId', 'LEAD'],
  ['convertedToContactId', 'LEAD'],
  ['accountId', 'CONTACT'],
  ['firstName', 'LEAD'],
  ['emailAddress', 'BUSINESS_USER'],
];

/** A person is asked anyway. */
export async function guessType(file: File): Promise<Guess | undefined> {
  const byName = NAMES.find(([pattern]) => pattern.test(file.name));
  if (byName !== undefined) return { type: byName[1], from: 'name' };
  for await (const line of linesOf(file)) {
    const byField = FIELDS.find(([field]) => line.includes(`"${field}"`));
    return byField === undefined ? undefined : { type: byField[1], from: 'content' };
  }
  return undefined;
}
