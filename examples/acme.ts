import { readFileSync } from 'node:fs';
import type {
  AccountInput,
  BusinessUserInput,
  ContactInput,
  DealInput,
  LeadInput,
  SchemaFieldInput,
  SchemaObjectType,
  StageInput,
} from '../schema/generated/graphql.js';

/** The sample company of examples/acme: its custom fields, and its objects as Gong's files have them. */
export interface Company {
  readonly schema: Readonly<Record<SchemaObjectType, SchemaFieldInput[]>>;
  readonly stages: StageInput[];
  readonly businessUsers: BusinessUserInput[];
  readonly accounts: AccountInput[];
  readonly contacts: ContactInput[];
  readonly leads: LeadInput[];
  readonly deals: DealInput[];
}

const COMMON = ['objectId', 'modifiedDate', 'isDeleted', 'url'] as const;
const PERSON = ['emailAddress', 'firstName', 'lastName', 'title', 'phoneNumber'] as const;

/** From compiled code in dist/examples as from the source in examples. */
const ROOT = new URL(import.meta.url.includes('/dist/') ? '../../' : '../', import.meta.url);

export function readCompany(directory: URL = new URL('examples/acme/', ROOT)): Company {
  const lines = (name: string) =>
    readFileSync(new URL(`${name}.ldjson`, directory), 'utf8')
      .trim()
      .split('\n');
  return {
    schema: JSON.parse(readFileSync(new URL('schema.json', directory), 'utf8')) as Company['schema'],
    // Stages and users have no custom fields: their lines are the inputs as they are.
    stages: lines('stages').map((line) => JSON.parse(line) as StageInput),
    businessUsers: lines('business-users').map((line) => JSON.parse(line) as BusinessUserInput),
    accounts: lines('accounts').map(inputOf<AccountInput>([...COMMON, 'name', 'domains'])),
    contacts: lines('contacts').map(inputOf<ContactInput>([...COMMON, ...PERSON, 'accountId'])),
    leads: lines('leads').map(
      inputOf<LeadInput>([
        ...COMMON,
        ...PERSON,
        'convertedToAccountId',
        'convertedToContactId',
        'convertedToDealId',
      ]),
    ),
    deals: lines('deals').map(
      inputOf<DealInput>([
        ...COMMON,
        'accountId',
        'ownerId',
        'name',
        'createdDate',
        'closeDate',
        'isOpen',
        'isWon',
        'stage',
        'amount',
      ]),
    ),
  };
}

/** Gong keeps custom fields beside its own; the gateway's inputs keep them apart. It checks them, not this. */
function inputOf<Input extends object>(known: readonly (keyof Input & string)[]): (line: string) => Input {
  const isKnown = new Set<string>(known);
  return (line) => {
    const entries = Object.entries(JSON.parse(line) as Record<string, unknown>);
    const customFields = Object.fromEntries(entries.filter(([name]) => !isKnown.has(name)));
    return { ...Object.fromEntries(entries.filter(([name]) => isKnown.has(name))), customFields } as Input;
  };
}
