import type { ApiDialect } from './dialects.js';
import type { GongField, MissingConsequence } from './gong-field.js';
import { GONG_FIELDS, isGongField } from './gong-fields.js';
import type { FieldType, UploadObjectType } from './object-types.js';
import type { SchemaField } from './schema-field.js';
import { isEmailAddress, shown, VALUE_PROBLEM_CODES, type ValueCheck, valueCheck } from './values.js';

/** Warnings about objects that Gong accepts. */
export const OBJECT_WARNING_CODES = [
  'UNKNOWN_FIELD',
  'FORMER_FIELD',
  'UNUSUAL_ID',
  'NOT_SHOWN',
  'NOT_ON_DEAL_BOARD',
] as const;

/** Every error and warning about an object. Stable, because callers branch on them. */
export const OBJECT_PROBLEM_CODES = [
  'MISSING_FIELD',
  ...VALUE_PROBLEM_CODES,
  ...OBJECT_WARNING_CODES,
] as const;
export type ObjectProblemCode = (typeof OBJECT_PROBLEM_CODES)[number];

const WARNINGS: ReadonlySet<string> = new Set(OBJECT_WARNING_CODES);

export function isWarningCode(code: ObjectProblemCode): code is (typeof OBJECT_WARNING_CODES)[number] {
  return WARNINGS.has(code);
}

export interface ObjectProblem {
  readonly field: string;
  readonly code: ObjectProblemCode;
  /** What was needed and what was got. */
  readonly message: string;
}

export interface ObjectRulesOptions {
  readonly dialect: ApiDialect;
  readonly objectType: UploadObjectType;
  /** The schema as listed. Gong-defined fields in it are ignored, because their rules are known. */
  readonly schema: readonly SchemaField[];
  /** Whether `phoneNumber` is mandatory on the legacy paths, as it is if Gong imports dialer calls. */
  readonly requirePhone: boolean;
  /** Whether to report `OBJECT_WARNING_CODES`, too. */
  readonly reportWarnings: boolean;
}

/**
 * Checks one object. Reports missing fields first, then problems in the order of the object's fields. `null` counts as
 * missing, and so does an empty string in a mandatory field.
 */
export type ObjectCheck = (
  object: Readonly<Record<string, unknown>>,
  report: (problem: ObjectProblem) => void,
) => void;

/** The rules of an object type, by the names of its fields. */
export interface ObjectRules {
  readonly fields: ReadonlyMap<string, FieldRule>;
  /** Fields whose absence is reported: bit n of the masks is `wanted[n]`. */
  readonly wanted: readonly GongField[];
  readonly allWanted: number;
  readonly wantedOfDeletion: number;
}

/** The rules of an object type (reference, sections 4, 5 and 7). */
export function objectRules(options: ObjectRulesOptions): ObjectRules {
  const { dialect, objectType, requirePhone, reportWarnings } = options;
  const gongFields = GONG_FIELDS[dialect][objectType];
  const fields = new Map<string, FieldRule>();
  for (const field of gongFields) {
    const { type, values } = field;
    fields.set(field.name, {
      ...{ field, type: values === undefined ? type : 'PICKLIST', values },
      ...{ check: gongValueCheck(field), fills: 0, warning: warningOf(field) },
    });
  }
  for (const { uniqueName, type, orderedValueList } of options.schema) {
    if (isGongField(objectType, uniqueName)) continue;
    const check = valueCheck(type, orderedValueList);
    fields.set(uniqueName, { type, values: orderedValueList, check, fills: 0 });
  }
  const isMandatory = ({ mandatory }: GongField) =>
    mandatory !== 'never' && (mandatory !== 'dialer' || requirePhone);
  const wanted = gongFields.filter(
    (field) => isMandatory(field) || (reportWarnings && field.ifMissing !== undefined),
  );
  let allWanted = 0;
  let wantedOfDeletion = 0;
  wanted.forEach((field, index) => {
    const bit = 1 << index;
    allWanted |= bit;
    if (field.mandatory === 'always') wantedOfDeletion |= bit;
    for (const name of [field.name, ...(field.alternatives ?? [])]) {
      const rule = fields.get(name);
      if (rule !== undefined) rule.fills |= bit;
    }
  });
  return { fields, wanted, allWanted, wantedOfDeletion };
}

/** Compiles the rules of an object type into a check fast enough for millions of lines. */
export function compileObjectCheck(options: ObjectRulesOptions): ObjectCheck {
  const { objectType, reportWarnings } = options;
  const { fields, wanted, allWanted, wantedOfDeletion } = objectRules(options);

  return (object, report) => {
    let filled = 0;
    let found: ObjectProblem[] | undefined;
    // Twice as fast as Object.keys. The result of JSON.parse inherits nothing enumerable.
    for (const name in object) {
      const rule = fields.get(name);
      if (rule === undefined) {
        if (reportWarnings) {
          found ??= [];
          found.push(unknownField(objectType, name));
        }
        continue;
      }
      const value = object[name];
      if (value == null || (value === '' && rule.fills !== 0)) continue;
      filled |= rule.fills;
      const problem = rule.check(value);
      if (problem !== undefined) {
        found ??= [];
        found.push({
          field: name,
          code: problem.code,
          message: `Field [${name}] must be ${problem.needed}, got ${shown(value)}`,
        });
      } else if (reportWarnings && rule.warning !== undefined) {
        const warning = rule.warning(value);
        if (warning !== undefined) {
          found ??= [];
          found.push(warning);
        }
      }
    }
    const missing = (object.isDeleted === true ? wantedOfDeletion : allWanted) & ~filled;
    if (missing !== 0) {
      wanted.forEach((field, index) => {
        if ((missing & (1 << index)) !== 0) report(missingField(field));
      });
    }
    found?.forEach(report);
  };
}

export interface FieldRule {
  /** `undefined` for a custom field. */
  readonly field?: GongField;
  readonly type: FieldType;
  /** The only values allowed, of a PICKLIST. */
  readonly values?: readonly string[] | null | undefined;
  readonly check: ValueCheck;
  /** One bit for each mandatory field that a value here satisfies. No type has more than a dozen. */
  fills: number;
  /** Called with a value that passed the check. */
  readonly warning?: ((value: unknown) => ObjectProblem | undefined) | undefined;
}

const CONSEQUENCES: Readonly<Record<MissingConsequence, string>> = {
  NOT_SHOWN: 'the deal is not shown in Gong',
  NOT_ON_DEAL_BOARD: 'the deal is not on the deal board in Gong',
};

function missingField({ name, ifMissing }: GongField): ObjectProblem {
  if (ifMissing === undefined) {
    return { field: name, code: 'MISSING_FIELD', message: `Mandatory field [${name}] is missing or empty` };
  }
  return {
    field: name,
    code: ifMissing,
    message: `Field [${name}] is missing or empty: without it ${CONSEQUENCES[ifMissing]}`,
  };
}

/** Some Gong-defined fields are stricter than their type. */
function gongValueCheck(field: GongField): ValueCheck {
  // Gong does not read the field, so any value is fine.
  if (field.isFormer === true) return () => undefined;
  if (field.values !== undefined) return valueCheck('PICKLIST', field.values);
  if (field.isOrdinal === true) return isOrdinal;
  const { maxLength } = field;
  const check = valueCheck(field.type);
  if (maxLength === undefined) return check;
  const tooLong = { code: 'TOO_LONG', needed: `a string of at most ${maxLength} characters` } as const;
  return (value) => (typeof value === 'string' && value.length > maxLength ? tooLong : check(value));
}

const isOrdinal: ValueCheck = (value) => {
  if (typeof value !== 'number') return valueCheck('NUMBER')(value);
  return Number.isInteger(value) && value >= 1
    ? undefined
    : { code: 'OUT_OF_RANGE', needed: 'an integer from 1' };
};

function warningOf(field: GongField): FieldRule['warning'] {
  if (field.isFormer === true) {
    const { name, replacedBy } = field;
    const instead = replacedBy === undefined ? 'does not read it' : `reads \`${replacedBy}\``;
    const warning = {
      field: name,
      code: 'FORMER_FIELD',
      message: `${name}: Gong's current API ${instead}`,
    } as const;
    return () => warning;
  }
  return field.name === 'objectId' && field.maxLength !== undefined ? unusualId : undefined;
}

/** Gong's documentation allows letters, digits and "-", or an e-mail address. Its own samples contain "_", too. */
function unusualId(value: unknown): ObjectProblem | undefined {
  if (typeof value !== 'string' || /^[A-Za-z0-9-]*$/.test(value) || isEmailAddress(value)) return undefined;
  return {
    field: 'objectId',
    code: 'UNUSUAL_ID',
    message: `objectId: Gong documents letters, digits and "-", or an e-mail address, got ${shown(value)}`,
  };
}

function unknownField(objectType: UploadObjectType, name: string): ObjectProblem {
  return {
    field: name,
    code: 'UNKNOWN_FIELD',
    message: `Field [${shown(name)}] is not in the schema of ${objectType}: Gong would store it and never show it`,
  };
}
