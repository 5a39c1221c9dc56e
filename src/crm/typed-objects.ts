import { CURRENT_FIELDS } from './current-fields.js';
import { flagsOf, isDealStatus, statusOf } from './deal-status.js';
import type { ApiDialect } from './dialects.js';
import { LEGACY_FIELDS } from './legacy-fields.js';
import { perObjectType, type UploadObjectType } from './object-types.js';

/**
 * Translates typed objects, written with the current fields, for the paths of either dialect (reference, sections 4
 * and 7). Files are never translated.
 */

/** Gong's own fields by name, without `null` and `undefined`. */
type Fields = Readonly<Record<string, unknown>>;

export interface TranslationProblem {
  readonly field: string;
  readonly code: 'MISSING_FIELD' | 'INVALID_VALUE';
  /** What was needed and what was got. */
  readonly message: string;
}

type Report = (problem: TranslationProblem) => void;

/** Returns the object's fields as the dialect expects them, and reports fields that contradict each other. */
export function translateObject(
  dialect: ApiDialect,
  objectType: UploadObjectType,
  fields: Fields,
  report: Report,
): Fields {
  if (objectType === 'DEAL') reportContradictions(fields, report);
  return dialect === 'current' ? toCurrent(objectType, fields, report) : toLegacy(objectType, fields);
}

function toCurrent(objectType: UploadObjectType, fields: Fields, report: Report): Fields {
  if (objectType === 'DEAL') return dealToCurrent(fields, report);
  if (objectType === 'STAGE' && fields.internalName === fields.objectId) {
    const { internalName: _, ...rest } = fields;
    return rest;
  }
  return fields;
}

function dealToCurrent({ isOpen, isWon, ...rest }: Fields, report: Report): Fields {
  if (rest.status !== undefined || (isOpen === undefined && isWon === undefined)) return rest;
  const status = statusOf(isOpen, isWon);
  if (status !== undefined) return { ...rest, status };
  const [given, missing] = isOpen === undefined ? ['isWon', 'isOpen'] : ['isOpen', 'isWon'];
  if ((isOpen === undefined || isWon === undefined) && rest.isDeleted !== true) {
    report({
      field: missing,
      code: 'MISSING_FIELD',
      message: `needed status, or ${missing} beside ${given}: false, got neither`,
    });
  }
  return rest;
}

function toLegacy(objectType: UploadObjectType, fields: Fields): Fields {
  const isLive = fields.isDeleted !== true;
  const translated = objectType === 'DEAL' ? dealToLegacy(fields, isLive) : fields;
  if (!isLive) return translated;
  const missing = LEGACY_DEFAULTS[objectType].filter(([name]) => translated[name] === undefined);
  const objectId = String(fields.objectId);
  return {
    ...translated,
    ...Object.fromEntries(missing.map(([name, valueFor]) => [name, valueFor(objectId)])),
  };
}

function dealToLegacy({ status: given, ...rest }: Fields, isLive: boolean): Fields {
  const hasFlags = rest.isOpen !== undefined || rest.isWon !== undefined;
  const status = given ?? (hasFlags ? statusOf(rest.isOpen, rest.isWon) : isLive ? 'OPEN' : undefined);
  return isDealStatus(status) ? { ...rest, ...flagsOf(status) } : rest;
}

function reportContradictions({ status, isOpen, isWon }: Fields, report: Report): void {
  const given = { isOpen, isWon };
  if (isDealStatus(status)) {
    const needed = flagsOf(status);
    for (const field of ['isOpen', 'isWon'] as const) {
      if (given[field] === undefined || given[field] === needed[field]) continue;
      const message = `needed ${needed[field]} beside status ${status}, got ${given[field]}`;
      report({ field, code: 'INVALID_VALUE', message });
    }
  } else if (isOpen === true && isWon === true) {
    report({ field: 'isWon', code: 'INVALID_VALUE', message: 'needed false beside isOpen: true, got true' });
  }
}

type DefaultValue = readonly [name: string, valueFor: (objectId: string) => unknown];

/** Not documented as defaults, but implied by an object that omits these fields today. */
const IMPLIED: Readonly<Partial<Record<UploadObjectType, readonly DefaultValue[]>>> = {
  ACCOUNT: [['domains', () => []]],
  STAGE: [['internalName', (objectId) => objectId]],
};

/** The values that Gong stores today for omitted fields that are mandatory on the legacy paths. */
const LEGACY_DEFAULTS = perObjectType((type): readonly DefaultValue[] => {
  const legacy = new Set(LEGACY_FIELDS[type].map((field) => field.name));
  const documented = CURRENT_FIELDS[type].flatMap(({ name, defaultValue }): DefaultValue[] =>
    defaultValue !== undefined && legacy.has(name) ? [[name, defaultValue]] : [],
  );
  return [...documented, ...(IMPLIED[type] ?? [])];
});
