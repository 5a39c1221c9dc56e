import { dealState } from '../crm/deal-status.js';
import type { ApiDialect } from '../crm/dialects.js';
import { shown } from '../crm/values.js';
import type { Log } from '../log.js';
import type { FromRecord, ObjectOrigin } from './object-batcher.js';

/** A CRM object on its way through the resolvers: Gong's fields by name, and where they came from. */
export interface CrmObjectSource {
  readonly [field: string]: unknown;
  readonly [ORIGIN]: ObjectOrigin & { readonly fields: Readonly<Record<string, unknown>> };
}

/** A symbol, so that no field of any company's schema can take its place. */
export const ORIGIN: unique symbol = Symbol('origin');

/** An operator need not see more of them. */
const MAX_TOLD_STATUSES = 20;

/** Gives deals their state in both languages beside what Gong gave. A status that is unknown is logged once. */
export function createToSource(dialect: ApiDialect, logger: Pick<Log, 'warn'>): FromRecord<CrmObjectSource> {
  const told = new Set<string>();
  const onUnknown = (given: unknown) => {
    const status = shown(given);
    if (told.has(status) || told.size === MAX_TOLD_STATUSES) return;
    told.add(status);
    logger.warn({ status }, 'Gong gave a deal a status that the gateway does not know');
  };
  return (record, origin) => ({
    ...record,
    ...(origin.objectType === 'DEAL' ? dealState(dialect, record, onUnknown) : {}),
    objectId: origin.objectId,
    objectType: origin.objectType,
    [ORIGIN]: { ...origin, fields: record },
  });
}
