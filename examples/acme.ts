import { openAsBlob, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type {
  DealInput,
  SchemaFieldInput,
  SchemaObjectType,
  StageInput,
  UploadObjectType,
} from 'gong-crm-graphql-client';

/** The sample company of examples/acme: its custom fields, and its objects as Gong's current API defines them. */
export interface Company {
  readonly schema: Readonly<Record<SchemaObjectType, SchemaFieldInput[]>>;
  /** In the order that Gong requires: deals refer to stages and owners, contacts and deals to accounts. */
  readonly loads: readonly Load[];
  readonly dealIds: readonly string[];
}

/**
 * One upload. Files are sent unchanged, but stages and deals differ between Gong's current and legacy API. Those are sent
 * as typed lists, which the gateway translates.
 */
export type Load =
  | { readonly kind: 'stages'; readonly stages: StageInput[] }
  | { readonly kind: 'deals'; readonly deals: DealInput[] }
  | {
      readonly kind: 'file';
      readonly objectType: UploadObjectType;
      /** The content is read from disk while it is sent. */
      open(): Promise<Blob>;
    };

/** The repository's root, seen from dist/examples or from examples. */
const ROOT = new URL(import.meta.url.includes('/dist/') ? '../../' : '../', import.meta.url);

export function readCompany(directory: URL = new URL('examples/acme/', ROOT)): Company {
  const place = (name: string) => new URL(`${name}.ldjson`, directory);
  const lines = (name: string) =>
    readFileSync(place(name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const file = (objectType: UploadObjectType, name: string): Load => ({
    ...{ kind: 'file', objectType },
    open: () => openAsBlob(fileURLToPath(place(name))),
  });
  const schema = JSON.parse(readFileSync(new URL('schema.json', directory), 'utf8')) as Company['schema'];
  const custom = new Set(schema.DEAL.map(({ uniqueName }) => uniqueName));
  const deals = lines('deals').map((line) => {
    const isCustom = ([name]: [string, unknown]) => custom.has(name);
    const fields = Object.entries(line);
    return {
      ...Object.fromEntries(fields.filter((field) => !isCustom(field))),
      customFields: Object.fromEntries(fields.filter(isCustom)),
    } as DealInput;
  });
  return {
    schema,
    loads: [
      { kind: 'stages', stages: lines('stages') as unknown as StageInput[] },
      file('BUSINESS_USER', 'business-users'),
      file('ACCOUNT', 'accounts'),
      file('CONTACT', 'contacts'),
      file('LEAD', 'leads'),
      { kind: 'deals', deals },
    ],
    dealIds: deals.map(({ objectId }) => objectId),
  };
}
