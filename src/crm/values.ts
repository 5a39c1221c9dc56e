import { isDate, parseDateTime } from './dates.js';
import type { FieldType } from './object-types.js';

/** How a value can be invalid. Stable, because callers branch on them. */
export const VALUE_PROBLEM_CODES = [
  'WRONG_TYPE',
  'BAD_FORMAT',
  'OUT_OF_RANGE',
  'TOO_LONG',
  'NOT_IN_PICKLIST',
] as const;
export type ValueProblemCode = (typeof VALUE_PROBLEM_CODES)[number];

export interface ValueProblem {
  readonly code: ValueProblemCode;
  /** Follows "must be" in a message. */
  readonly needed: string;
}

/** Returns `undefined` for a valid value. Never called with `null`. */
export type ValueCheck = (value: unknown) => ValueProblem | undefined;

export function isDateTimeText(text: string): boolean {
  return parseDateTime(text) !== undefined;
}

/**
 * Whether `text` is an integer that a JavaScript number cannot hold. Such numbers from Gong are read
 * as strings, and numeric fields accept them as strings.
 */
export function isLongInteger(text: unknown): text is string {
  return typeof text === 'string' && /^-?[1-9][0-9]{15,}$/.test(text) && !Number.isSafeInteger(Number(text));
}

export function isEmailAddress(text: string): boolean {
  const at = text.indexOf('@');
  return at > 0 && at < text.length - 1 && text.indexOf('@', at + 1) === -1 && !/\s/.test(text);
}

/** URLs that any parser accepts: the host has letters, digits and hyphens, and ends in letters. */
const PLAIN_URL = /^https?:\/\/(?:(?!xn--)[a-z0-9-]+\.)+[a-z]{2,}(?:[/?#]\S*)?$/;
/** V8's regular expressions run out of stack after some million labels. */
export const MAX_PLAIN_URL_CHARS = 2_048;
/** Longer than any host with a user and a port. Parsing a host in another script takes quadratic time. */
const MAX_AUTHORITY_CHARS = 1_024;

/** Whether `text` is an absolute http or https URL. */
export function isHttpUrl(text: string): boolean {
  // Parsing costs ten times as much as the expression, and most lines of a file have a URL.
  if (text.length <= MAX_PLAIN_URL_CHARS && PLAIN_URL.test(text)) return true;
  if (!/^https?:\/\/[^\s/?#]/i.test(text) || /\s/.test(text)) return false;
  const start = text.indexOf('//') + 2;
  const authority = text.slice(start, start + MAX_AUTHORITY_CHARS + 1);
  if (authority.length > MAX_AUTHORITY_CHARS && !/[/?#\\]/.test(authority)) return false;
  return canParse(text);
}

function canParse(text: string): boolean {
  // Node 20's canParse, once optimised, rejects Latin-1.
  if (!/[\u0080-\uffff]/.test(text)) return URL.canParse(text);
  try {
    return new URL(text) !== undefined;
  } catch {
    return false;
  }
}

/** Digits with the usual punctuation. */
const NUMBER = /^\+?[0-9()[\]./\s-]{2,}/;
const NUMBER_ALONE = /^\+?[0-9()[\]./\s-]{2,}$/;
const EXTENSION = /^(?:x|ext\.?|#)\s*[0-9]+$/i;

/** E.g. `+14055766687`, `(912) 507-4395 ext. 12`. */
export function isPhoneNumber(text: string): boolean {
  if (!/[0-9]{2}/.test(text)) return false;
  if (NUMBER_ALONE.test(text)) return true;
  // One expression for number and extension would take quadratic time, because blanks between them fit either.
  const number = NUMBER.exec(text)?.[0];
  return number !== undefined && EXTENSION.test(text.slice(number.length));
}

const NOT_A_STRING: ValueProblem = { code: 'WRONG_TYPE', needed: 'a string' };
const NOT_A_NUMBER: ValueProblem = { code: 'WRONG_TYPE', needed: 'a number' };
const NOT_A_PERCENT: ValueProblem = { code: 'OUT_OF_RANGE', needed: 'a number from 0 to 100' };
const NOT_A_BOOLEAN: ValueProblem = { code: 'WRONG_TYPE', needed: 'true or false' };
const NOT_STRINGS: ValueProblem = { code: 'WRONG_TYPE', needed: 'an array of strings' };

const isString: ValueCheck = (value) => (typeof value === 'string' ? undefined : NOT_A_STRING);

const isNumber: ValueCheck = (value) =>
  typeof value === 'number' || typeof value === 'bigint' ? undefined : NOT_A_NUMBER;

const isPercent: ValueCheck = (value) => {
  if (typeof value === 'bigint') return NOT_A_PERCENT;
  if (typeof value !== 'number') return NOT_A_NUMBER;
  return value >= 0 && value <= 100 ? undefined : NOT_A_PERCENT;
};

const isStringArray: ValueCheck = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string') ? undefined : NOT_STRINGS;

function stringOf(form: (text: string) => boolean, needed: string): ValueCheck {
  const malformed: ValueProblem = { code: 'BAD_FORMAT', needed };
  return (value) => {
    if (typeof value !== 'string') return NOT_A_STRING;
    return form(value) ? undefined : malformed;
  };
}

function oneOf(values: readonly string[]): ValueCheck {
  const known = new Set(values);
  const unknown: ValueProblem = { code: 'NOT_IN_PICKLIST', needed: `one of ${listed(values)}` };
  return (value) => {
    if (typeof value !== 'string') return NOT_A_STRING;
    return known.has(value) ? undefined : unknown;
  };
}

function listed(values: readonly string[]): string {
  const first = values.slice(0, 20).map((value) => cut(value));
  return values.length > 20 ? `${first.join(', ')}… (${values.length} values)` : first.join(', ');
}

const CHECKS: Record<Exclude<FieldType, 'PICKLIST'>, ValueCheck> = {
  BOOLEAN: (value) => (typeof value === 'boolean' ? undefined : NOT_A_BOOLEAN),
  CURRENCY: isNumber,
  DATE: stringOf(isDate, 'a date that exists, such as 2021-05-19'),
  DATETIME: stringOf(
    isDateTimeText,
    'a datetime with a zone and without milliseconds such as 2018-02-18T02:30:00-07:00',
  ),
  EMAILADDRESS: stringOf(isEmailAddress, 'an e-mail address such as jane.doe@acme.com'),
  ID: isString,
  NUMBER: isNumber,
  PERCENT: isPercent,
  PHONENUMBER: stringOf(isPhoneNumber, 'a phone number such as +14055766687'),
  REFERENCE: isString,
  STRING: isString,
  STRINGARRAY: isStringArray,
  URL: stringOf(isHttpUrl, 'a full http or https URL'),
};

/** The check for a field's values (reference, section 5). A PICKLIST without a value list accepts any string. */
export function valueCheck(type: FieldType, orderedValueList?: readonly string[] | null): ValueCheck {
  if (type !== 'PICKLIST') return CHECKS[type];
  return orderedValueList == null || orderedValueList.length === 0 ? isString : oneOf(orderedValueList);
}

/** A value as it appears in a message: short, on one line. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint') return cut(String(value));
  // JSON.stringify turns Infinity, which JSON.parse returns for 1e999, into null.
  if (typeof value === 'number') return String(value);
  // Cut first, because a string may be as long as a line.
  if (typeof value === 'string') return cut(JSON.stringify(value.slice(0, 61)));
  try {
    return cut(JSON.stringify(value) ?? String(value));
  } catch (error) {
    // JSON.stringify is recursive, JSON.parse is not: a value nested 10,000 levels deep can be parsed but not shown.
    if (error instanceof RangeError) return 'a deeply nested value';
    throw error;
  }
}

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
