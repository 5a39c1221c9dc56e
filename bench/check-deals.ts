import { closeSync, openSync, writeSync } from 'node:fs';
import type { SchemaField } from '../src/crm/schema-field.js';

/** Custom fields of the deals below. */
export const DEAL_SCHEMA: readonly SchemaField[] = [
  custom('probability__c', 'PERCENT'),
  custom('region__c', 'PICKLIST', ['EMEA', 'AMER', 'APAC']),
  custom('next_step__c', 'STRING'),
  custom('partner__c', 'REFERENCE'),
];

function custom(
  uniqueName: string,
  type: SchemaField['type'],
  orderedValueList: string[] | null = null,
): SchemaField {
  return { uniqueName, label: uniqueName, type, lastModified: null, referenceTo: null, orderedValueList };
}

/** A deal of 16 fields, four of them custom, some 470 bytes long; `minute` is its modifiedDate. */
function deal(index: number, minute: number): string {
  const modifiedDate = `${new Date(1.5e12 + minute * 60_000).toISOString().slice(0, 19)}Z`;
  return `${JSON.stringify({
    objectId: `0065g00000${index.toString(36).padStart(7, '0')}AAA`,
    modifiedDate,
    url: `https://acme.my.salesforce.com/0065g00000${index}`,
    accountId: `0015g00000${index % 5000}BBB`,
    ownerId: `0055g0000${index % 50}`,
    name: `Acme renewal ${index} with extra seats`,
    createdDate: '2021-05-19T08:00:00+02:00',
    closeDate: '2022-03-31',
    status: index % 3 === 0 ? 'OPEN' : 'LOST',
    stage: 'negotiation',
    amount: 1000 + index * 1.25,
    probability__c: index % 100,
    region__c: 'EMEA',
    next_step__c: 'Call the champion about the security review',
    partner__c: null,
  })}\n`;
}

/** Writes up to `bytes` of deals, sorted or scattered, to within about half a megabyte; returns their number. */
export function writeDeals(path: string, bytes: number, order: 'sorted' | 'unsorted'): number {
  const file = openSync(path, 'w');
  let written = 0;
  let index = 0;
  while (written < bytes - 1e6) {
    let block = '';
    for (let line = 0; line < 2000; line += 1) {
      block += deal(index, order === 'sorted' ? index : (index * 7919) % 1_000_003);
      index += 1;
    }
    written += writeSync(file, block);
  }
  closeSync(file);
  return index;
}
