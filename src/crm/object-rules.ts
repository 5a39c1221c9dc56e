import { GONG_FIELDS, type GongField, isGongField } from './gong-fields.js';
import type { UploadObjectType } from './object-types.js';
import type { SchemaField } from './schema-field.js';
import { shown, VALUE_PROBLEM_CODES, type ValueCheck, valueCheck } from './values.js';

/** How an object can break the rules of its type. Stable: callers branch on these. */
export const OBJECT_PROBLEM_CODES = ['MISSING_FIELD', ...VALUE_PROBLEM_CODES, 'UNKNOWN_FIELD'] as const;
export type ObjectProblemCode = (typeof OBJECT_PROBLEM_CODES)[number];

export interface ObjectProblem {
  readonly field: string;
  readonly code: ObjectProblemCode;
  /** What was needed and what was got. */
  readonly message: string;
}

export interface ObjectRulesOptions {
  readonly objectType: UploadObjectType;
  /** The type's schema as listed; Gong-defined fields in it are ignored, their rules are known. */
  readonly schema: readonly SchemaField[];
  /** Whether `phoneNumber` is mandatory, as it is where Gong imports dialer calls. */
  readonly requirePhone: boolean;
  /** Whether a field that neither Gong nor the schema defines is reported; Gong would store it and never show it. */
  readonly reportUnknownFields: boolean;
}

/** Checks one object, reporting each problem in the order met; fields with `null` count as absent. */
export type ObjectCheck = (
  object: Readonly<Record<string, unknown>>,
  report: (problem: ObjectProblem) => void,
) => void;

/**
 * Compiles the rules of an object type (reference, sections 4 and 5) into one check, for it runs on every line
 * of files of a million lines.
 */
export function compileObjectCheck(options: ObjectRulesOptions): ObjectCheck {
  const gongFields = GONG_FIELDS[options.objectType];
  const checks = new Map<string, ValueCheck>(gongFields.map((field) => [field.name, gongValueCheck(field)]));
  for (const field of options.schema) {
    if (!isGongField(options.objectType, field.uniqueName)) {
      checks.set(field.uniqueName, valueCheck(field.type, field.orderedValueList));
    }
  }
  const mandatory = gongFields.filter(
    (field) => field.mandatory !== 'never' && (field.mandatory !== 'dialer' || options.requirePhone),
  );
  const mandatoryInDeletions = gongFields.filter((field) => field.mandatory === 'always');

  return (object, report) => {
    for (const field of object.isDeleted === true ? mandatoryInDeletions : mandatory) {
      if (isAbsent(object[field.name]) && !field.alternatives?.some((name) => !isAbsent(object[name]))) {
        report({
          field: field.name,
          code: 'MISSING_FIELD',
          message: `Mandatory field [${field.name}] is missing or empty`,
        });
      }
    }
    for (const name of Object.keys(object)) {
      const value = object[name];
      const check = checks.get(name);
      if (check === undefined) {
        if (options.reportUnknownFields) report(unknownField(options.objectType, name));
        continue;
      }
      if (isAbsent(value)) continue;
      const problem = check(value);
      if (problem !== undefined) {
        report({
          field: name,
          code: problem.code,
          message: `Field [${name}] must be ${problem.needed}, got ${shown(value)}`,
        });
      }
    }
  };
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** Two Gong-defined fields are narrower than their type. */
function gongValueCheck(field: GongField): ValueCheck {
  if (field.name !== 'sortOrder') return valueCheck(field.type);
  const problem = { code: 'OUT_OF_RANGE', needed: 'an integer from 1' } as const;
  return (value) => {
    if (typeof value !== 'number') return valueCheck('NUMBER')(value);
    return Number.isInteger(value) && value >= 1 ? undefined : problem;
  };
}

function unknownField(objectType: UploadObjectType, name: string): ObjectProblem {
  return {
    field: name,
    code: 'UNKNOWN_FIELD',
    message: `Field [${shown(name)}] is not in the schema of ${objectType}: Gong would store it and never show it`,
  };
}
