import { UploadContactsDocument, UploadLeadsDocument } from '../../client/src/generated/graphql.js';
import { account, deal, loadAccounts, loadDeals, MODIFIED, registerAcme, settled } from '../support/acme.js';
import type { Harness } from '../support/harness.js';

export const range = (count: number) => Array.from({ length: count }, (_, index) => index);

export interface Reference {
  readonly __typename: string;
  readonly objectId: string;
}

/** 250 deals (d…), 120 accounts (a…), 30 contacts (c…) and 20 leads (l…). Gives the integration's ID. */
export async function loadMixed(harness: Harness): Promise<string> {
  const integrationId = await registerAcme(harness);
  const person = (objectId: string) => ({
    objectId,
    modifiedDate: MODIFIED,
    firstName: 'Jane',
    lastName: `Doe ${objectId}`,
    emailAddress: `${objectId}@acme.com`,
  });
  await loadAccounts(
    harness,
    range(120).map((n) => account(`a${n}`)),
  );
  const contacts = range(30).map((n) => ({ ...person(`c${n}`), accountId: `a${n}` }));
  await settled(harness, (await harness.execute(UploadContactsDocument, { contacts })).uploadContacts);
  const leads = range(20).map((n) => person(`l${n}`));
  await settled(harness, (await harness.execute(UploadLeadsDocument, { leads })).uploadLeads);
  await loadDeals(
    harness,
    range(250).map((n) => deal(`d${n}`, `a${n % 120}`)),
  );
  return integrationId;
}

/** The first objects of a type, e.g. `references('Deal', 250)`. */
export function references(typename: string, count: number): Reference[] {
  const letter = typename.charAt(0).toLowerCase();
  return range(count).map((n) => ({ __typename: typename, objectId: `${letter}${n}` }));
}

/** 250 objects of all four types, in turn while each lasts. */
export const MIXED: readonly Reference[] = [
  ...references('Deal', 140),
  ...references('Account', 60),
  ...references('Contact', 30),
  ...references('Lead', 20),
].sort((left, right) => Number(left.objectId.slice(1)) - Number(right.objectId.slice(1)));
