import { type DocumentNode, parse } from 'graphql';
import type { DocumentTypeDecoration, TypedDocument } from './document.js';

/** For Apollo Client's cache: `new InMemoryCache({ possibleTypes, typePolicies })`. */
export { possibleTypes } from './generated/possible-types.js';

/** Parsed and typed as Apollo Client and others take it: `useQuery(documentNode(DealDocument))`. Parses each document once. */
export function documentNode<Result, Variables>(
  document: TypedDocument<Result, Variables> & object,
): DocumentNode & DocumentTypeDecoration<Result, Variables> {
  const node = parsed.get(document) ?? parse(String(document));
  parsed.set(document, node);
  return node;
}

const parsed = new WeakMap<object, DocumentNode>();

/** Identifies an object by these fields, where the query has selected them; other objects stay part of their parent. */
function identifiedBy(...fields: string[]) {
  return {
    keyFields: (object: Readonly<Record<string, unknown>>) =>
      fields.every((field) => object[field] !== undefined) ? fields : (false as const),
  };
}

/** CRM objects by type and `objectId`, requests and uploads by the names they have. */
export const typePolicies = {
  Account: identifiedBy('objectId'),
  Contact: identifiedBy('objectId'),
  Deal: identifiedBy('objectId'),
  Lead: identifiedBy('objectId'),
  RequestStatus: identifiedBy('integrationId', 'clientRequestId'),
  UploadProgress: identifiedBy('uploadId'),
};
