import { dealState } from '../crm/deal-status.js';
import type { ApiDialect } from '../crm/dialects.js';
import { shown } from '../crm/values.js';
import type { CrmRecord } from '../gong/types.js';
import type { Log } from '../log.js';
import type { FromRecord, ObjectPlace } from './object-batcher.js';

/**
 * A CRM object as resolvers see it: Gong's fields by name, with the `objectId` that it was asked for under, and where it is
 * from. Most are Gong's record itself, and none has a value that Gong's record may not have.
 */
export interface CrmObjectSource {
  readonly [field: string]: unknown;
  readonly objectId: string;
  readonly [PLACE]: ObjectPlace;
  /** Gong's record, where the source is not that itself. */
  readonly [RECORD]?: CrmRecord;
}

/* Symbols, so that no field of a company's schema can collide with them, and JSON leaves them out. */
const PLACE: unique symbol = Symbol('place');
const RECORD: unique symbol = Symbol('record');

const MAX_LOGGED_STATUSES = 20;

/** Where an object is from. */
export function placeOf(source: CrmObjectSource): ObjectPlace {
  return source[PLACE];
}

/** An object's fields as Gong returned them. */
export function recordOf(source: CrmObjectSource): CrmRecord {
  return source[RECORD] ?? source;
}

/** The value of one field as Gong returned it, or `null`. */
export function valueIn(source: CrmObjectSource, field: string): unknown {
  const record = recordOf(source);
  return Object.hasOwn(record, field) ? record[field] : null;
}

/** Adds to deals their state in the terms of both dialects. An unknown status is logged once. */
export function createToSource(dialect: ApiDialect, logger: Pick<Log, 'warn'>): FromRecord<CrmObjectSource> {
  const logged = new Set<string>();
  const onUnknown = (given: unknown) => {
    const status = shown(given);
    if (logged.has(status) || logged.size === MAX_LOGGED_STATUSES) return;
    logged.add(status);
    logger.warn({ status }, 'Gong returned a deal with an unknown status');
  };
  return (record, place, objectId) => {
    if (place.objectType === 'DEAL')
      return {
        ...record,
        ...dealState(dialect, record, onUnknown),
        objectId,
        [PLACE]: place,
        [RECORD]: record,
      };
    if (record.objectId !== objectId) return { ...record, objectId, [PLACE]: place, [RECORD]: record };
    const source = record as { -readonly [Key in keyof CrmObjectSource]: CrmObjectSource[Key] };
    source[PLACE] = place;
    return source;
  };
}
