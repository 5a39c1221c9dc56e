import { dealState } from '../crm/deal-status.js';
import type { ApiDialect } from '../crm/dialects.js';
import { shown } from '../crm/values.js';
import type { Log } from '../log.js';
import type { FromRecord, ObjectOrigin } from './object-batcher.js';

/** A CRM object as resolvers see it: Gong's fields by name, and the object's origin. */
export interface CrmObjectSource {
  readonly [field: string]: unknown;
  readonly [ORIGIN]: ObjectOrigin & { readonly fields: Readonly<Record<string, unknown>> };
}

/** A symbol, so that no field of a company's schema can collide with it. */
export const ORIGIN: unique symbol = Symbol('origin');

const MAX_LOGGED_STATUSES = 20;

/** Adds to deals their state in the terms of both dialects. An unknown status is logged once. */
export function createToSource(dialect: ApiDialect, logger: Pick<Log, 'warn'>): FromRecord<CrmObjectSource> {
  const logged = new Set<string>();
  const onUnknown = (given: unknown) => {
    const status = shown(given);
    if (logged.has(status) || logged.size === MAX_LOGGED_STATUSES) return;
    logged.add(status);
    logger.warn({ status }, 'Gong returned a deal with an unknown status');
  };
  return (record, origin) => ({
    ...record,
    ...(origin.objectType === 'DEAL' ? dealState(dialect, record, onUnknown) : {}),
    id: origin.objectId,
    objectId: origin.objectId,
    objectType: origin.objectType,
    [ORIGIN]: { ...origin, fields: record },
  });
}
