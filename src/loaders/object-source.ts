import type { FromRecord, ObjectOrigin } from './object-batcher.js';

/** A CRM object on its way through the resolvers: Gong's fields by name, and where they came from. */
export interface CrmObjectSource {
  readonly [field: string]: unknown;
  readonly [ORIGIN]: ObjectOrigin & { readonly fields: Readonly<Record<string, unknown>> };
}

/** A symbol, so that no field of any company's schema can take its place. */
export const ORIGIN: unique symbol = Symbol('origin');

export const toSource: FromRecord<CrmObjectSource> = (record, origin) => ({
  ...record,
  objectId: origin.objectId,
  objectType: origin.objectType,
  [ORIGIN]: { ...origin, fields: record },
});
