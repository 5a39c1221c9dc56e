import { Arg } from 'type-graphql';
import { z } from 'zod';
import { CLIENT_REQUEST_ID_PATTERN, isFreeRequestId, isIntegrationId } from '../crm/identifiers.js';
import { isEmailAddress, shown } from '../crm/values.js';
import {
  badUserInput,
  INPUT_PROBLEM_CODES,
  type InputProblem,
  type InputProblemCode,
  type ProblemPath,
} from '../errors.js';

/** Longer than any CRM's IDs, and short enough for a hundred of them in one call. */
export const MAX_OBJECT_ID_CHARS = 512;
const MAX_FIELD_NAME_CHARS = 255;
/** Ten full calls to Gong, which is what one operation may make by default. */
export const MAX_IDS = 1000;
export const MAX_LIST = 10_000;

/** The parameters of `refine` for an error with this code. */
export function problem(code: InputProblemCode, needed: string) {
  return { error: needed, params: { code } };
}

/** Checks of single values. Each message continues "needed …". */
export const checks = {
  integrationId: z.string().refine(isIntegrationId, problem('BAD_FORMAT', 'the digits of a 64-bit integer')),
  clientRequestId: z.string().regex(CLIENT_REQUEST_ID_PATTERN, '1 to 128 letters, digits, "-" and "_"'),
  /** The ID of a new request. */
  newRequestId: z
    .string()
    .refine(
      isFreeRequestId,
      problem(
        'BAD_FORMAT',
        '1 to 128 letters, digits, "-" and "_", not ending like "--p2" or "--r2", which the gateway uses itself',
      ),
    ),
  objectId: z
    .string()
    .min(1, 'an ID that is not empty')
    .max(MAX_OBJECT_ID_CHARS, `an ID of at most ${MAX_OBJECT_ID_CHARS} characters`),
  fieldName: z
    .string()
    .min(1, 'a field name that is not empty')
    .max(MAX_FIELD_NAME_CHARS, `a field name of at most ${MAX_FIELD_NAME_CHARS} characters`),
  text: z
    .string()
    .max(1000, 'at most 1,000 characters')
    .refine((text) => text.trim() !== '', problem('MISSING_FIELD', 'a text that is not blank')),
  emailAddress: z
    .string()
    .max(320, 'an e-mail address of at most 320 characters')
    .refine(isEmailAddress, problem('BAD_FORMAT', 'an e-mail address such as jane.doe@acme.com')),
  /** For types that need no further check here: enums, booleans and custom scalars. */
  any: z.unknown().optional(),
};

/** As `checks.objectId`. */
export function passesAsObjectId(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_OBJECT_ID_CHARS;
}

/** As `checks.fieldName`. */
export function passesAsFieldName(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_FIELD_NAME_CHARS;
}

/** As a list of at least one and at most `max` items. */
export function passesAsList(value: unknown, passes: (item: unknown) => boolean, max: number): boolean {
  return Array.isArray(value) && value.length > 0 && value.length <= max && value.every(passes);
}

export function listOf<T extends z.ZodType>(item: T, what: string, max = MAX_LIST) {
  return z.array(item).min(1, `at least one ${what}`).max(max, `at most ${max} of them`);
}

/** Refines a list in which no two items may have the same `key`: Gong accepts each object once per request. */
export function eachOnce(key: string) {
  return (items: readonly unknown[], context: z.RefinementCtx) => {
    const seen = new Set<unknown>();
    for (const index of items.keys()) {
      const path = [index, key];
      const id = valueAt(items, path);
      if (seen.has(id)) {
        const params = { code: 'DUPLICATE_OBJECT' };
        context.addIssue({ code: 'custom', path, message: `every ${key} once`, params });
      }
      seen.add(id);
    }
  };
}

/** An input class. `check` names every field, so that no argument goes unchecked; a test compares the two. */
export interface CheckedInputClass {
  new (): object;
  readonly check: z.ZodType;
}

export interface CheckedArgOptions {
  readonly description: string;
  readonly check: z.ZodType;
  readonly nullable?: boolean;
  readonly deprecationReason?: string;
  /** Tells values that `check` accepts more cheaply than that does. It may miss some, for `check` to judge. */
  readonly passes?: (value: unknown) => boolean;
  /** Leaves the check to the resolver, which reports the problems of all its arguments in one error. */
  readonly deferred?: boolean | undefined;
}

/** `@Arg` with a zod check: before the resolver runs, a bad value is refused with `BAD_USER_INPUT`. */
export function CheckedArg(name: string, type: () => object, options: CheckedArgOptions) {
  const { check, passes, nullable = false, deferred = false, ...rest } = options;
  const schema = nullable ? check.nullish() : check;
  return Arg(name, type, {
    ...rest,
    nullable,
    validateFn: (value: unknown) => {
      if (deferred || (nullable && value == null) || passes?.(value)) return;
      refuseBadValue(name, value, schema);
    },
  });
}

/**
 * For subscriptions, whose source starts before type-graphql checks their arguments.
 *
 * @throws GatewayError BAD_USER_INPUT
 */
export function refuseBadValue(name: string, value: unknown, schema: z.ZodType): void {
  const problems = badValues(name, value, schema);
  if (problems.length > 0) throw badUserInput(problems);
}

/** For resolvers with deferred arguments. */
export function badValues(name: string, value: unknown, schema: z.ZodType): InputProblem[] {
  const result = schema.safeParse(value);
  return result.success ? [] : inputProblems([name], value, result.error.issues);
}

/** Converts the issues that zod found in the value at `path`. */
export function inputProblems(
  path: ProblemPath,
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
): InputProblem[] {
  return issues.flatMap((issue) => {
    const inner = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => {
        return {
          path: [...path, ...inner, key],
          code: 'UNKNOWN_FIELD',
          message: 'needed nothing of this name',
        };
      });
    }
    const given = valueAt(value, inner);
    const code = problemCode(issue, given);
    const got = code === 'TOO_MANY' && Array.isArray(given) ? given.length : shown(given);
    return [{ path: [...path, ...inner], code, message: `needed ${issue.message}, got ${got}` }];
  });
}

function problemCode(issue: z.core.$ZodIssue, given: unknown): InputProblemCode {
  if (issue.code === 'custom' && issue.params?.code !== undefined) {
    return INPUT_PROBLEM_CODES.find((code) => code === issue.params?.code) ?? 'INVALID_VALUE';
  }
  if (given == null || given === '' || (Array.isArray(given) && given.length === 0)) return 'MISSING_FIELD';
  switch (issue.code) {
    case 'invalid_type':
      return 'WRONG_TYPE';
    case 'invalid_format':
      return 'BAD_FORMAT';
    case 'invalid_value':
      return 'NOT_IN_PICKLIST';
    case 'too_big':
      if (Array.isArray(given)) return 'TOO_MANY';
      return typeof given === 'string' ? 'TOO_LONG' : 'OUT_OF_RANGE';
    case 'too_small':
      return 'OUT_OF_RANGE';
    default:
      return 'INVALID_VALUE';
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}
