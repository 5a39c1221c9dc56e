import { openAsBlob, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SchemaFieldInput, SchemaObjectType, UploadObjectType } from '../schema/generated/graphql.js';

/** The sample company of examples/acme: its custom fields, and its objects in files as Gong wants them. */
export interface Company {
  readonly schema: Readonly<Record<SchemaObjectType, SchemaFieldInput[]>>;
  /** In the order that Gong needs: deals refer to stages and to their owners, contacts and deals to accounts. */
  readonly files: readonly SampleFile[];
  readonly dealIds: readonly string[];
}

export interface SampleFile {
  readonly objectType: UploadObjectType;
  /** The content, which stays on disk until it is sent. */
  open(): Promise<Blob>;
}

const FILES = {
  STAGE: 'stages',
  BUSINESS_USER: 'business-users',
  ACCOUNT: 'accounts',
  CONTACT: 'contacts',
  LEAD: 'leads',
  DEAL: 'deals',
} as const satisfies Record<UploadObjectType, string>;

const IN_ORDER = ['STAGE', 'BUSINESS_USER', 'ACCOUNT', 'CONTACT', 'LEAD', 'DEAL'] as const;

/** From compiled code in dist/examples as from the source in examples. */
const ROOT = new URL(import.meta.url.includes('/dist/') ? '../../' : '../', import.meta.url);

export function readCompany(directory: URL = new URL('examples/acme/', ROOT)): Company {
  const place = (objectType: UploadObjectType) => new URL(`${FILES[objectType]}.ldjson`, directory);
  const deals = readFileSync(place('DEAL'), 'utf8').trim().split('\n');
  return {
    schema: JSON.parse(readFileSync(new URL('schema.json', directory), 'utf8')) as Company['schema'],
    files: IN_ORDER.map((objectType) => ({
      objectType,
      open: () => openAsBlob(fileURLToPath(place(objectType))),
    })),
    dealIds: deals.map((line) => (JSON.parse(line) as { objectId: string }).objectId),
  };
}
