import { DIGIT, HOST, ID, isOf, LOWER, PHONE, PLAIN, VISIBLE } from './byte-classes.js';
import { instantAt, isDateAt } from './byte-dates.js';
import { createByteNames, NOT_FOUND } from './byte-names.js';
import type { FieldType } from './object-types.js';
import { MAX_PLAIN_URL_CHARS } from './values.js';

/**
 * Recognizes valid values by the bytes of their JSON, without making strings of them: returns where the value that begins
 * at `at` ends, or 0 if it is invalid or too unusual to be recognized. `values.ts` has the rules; nothing that they refuse
 * may be recognized here.
 */
export type EndOf = (bytes: Uint8Array, at: number) => number;

const BLANK = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const ZERO = 0x30;
const ONE = 0x31;
const COLON = 0x3a;
const AT_SIGN = 0x40;
const OPEN = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;
const LOWER_E = 0x65;
const LOWER_S = 0x73;
const LOWER_U = 0x75;

const ESCAPES = Buffer.from('"\\/bfnrt');
const HTTP = Buffer.from('"http');
const PUNYCODE = Buffer.from('xn--');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

/** Longer integers are rounded when they are parsed. */
const MAX_EXACT_DIGITS = 15;

export function isAt(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let index = 0; index < text.length; index += 1) if (bytes[at + index] !== text[index]) return false;
  return true;
}

/** Where the bytes of these classes end that begin at `start`. */
function endOf(bits: number, bytes: Uint8Array, start: number): number {
  let at = start;
  while (isOf(bytes[at], bits)) at += 1;
  return at;
}

/** A string, all of whose bytes are of these classes. */
function stringOf(bits: number, bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) return 0;
  const end = endOf(bits, bytes, at + 1);
  return bytes[end] === QUOTE ? end + 1 : 0;
}

/** A string without escapes. */
export const endOfPlain: EndOf = (bytes, at) => stringOf(PLAIN, bytes, at);
/** A string of letters, digits and hyphens. */
export const endOfId: EndOf = (bytes, at) => stringOf(ID, bytes, at);
/** A string of ASCII without white space. */
export const endOfVisible: EndOf = (bytes, at) => stringOf(VISIBLE, bytes, at);

const endOfString: EndOf = (bytes, start) => {
  if (bytes[start] !== QUOTE) return 0;
  let at = start + 1;
  for (;;) {
    at = endOf(PLAIN, bytes, at);
    if (bytes[at] === QUOTE) return at + 1;
    if (bytes[at] !== BACKSLASH) return 0;
    const escaped = bytes[at + 1] ?? 0;
    if (escaped !== LOWER_U && !ESCAPES.includes(escaped)) return 0;
    at += 2;
    if (escaped !== LOWER_U) continue;
    for (let digit = 0; digit < 4; digit += 1) if (!isHexDigit(bytes[at + digit] ?? 0)) return 0;
    at += 4;
  }
};

function isHexDigit(byte: number): boolean {
  const letter = byte | 0x20;
  return isOf(byte, DIGIT) || (letter >= 0x61 && letter <= 0x66);
}

const endOfEmail: EndOf = (bytes, start) => {
  const end = endOfVisible(bytes, start);
  let sign = 0;
  for (let at = start + 1; at < end; at += 1) {
    if (bytes[at] !== AT_SIGN) continue;
    if (sign !== 0) return 0;
    sign = at;
  }
  return sign > start + 1 && sign < end - 2 ? end : 0;
};

/** A number without an extension. */
const endOfPhone: EndOf = (bytes, start) => {
  if (bytes[start] !== QUOTE) return 0;
  const from = bytes[start + 1] === PLUS ? start + 2 : start + 1;
  const end = endOf(PHONE | DIGIT, bytes, from);
  if (bytes[end] !== QUOTE) return 0;
  for (let at = from + 1; at < end; at += 1) {
    if (isOf(bytes[at - 1], DIGIT) && isOf(bytes[at], DIGIT)) return end + 1;
  }
  return 0;
};

/** A URL of the plain form. */
const endOfUrl: EndOf = (bytes, start) => {
  if (!isAt(bytes, start, HTTP)) return 0;
  let at = start + HTTP.length;
  if (bytes[at] === LOWER_S) at += 1;
  if (bytes[at] !== COLON || bytes[at + 1] !== SLASH || bytes[at + 2] !== SLASH) return 0;
  let label = at + 3;
  for (let labels = 0; ; labels += 1) {
    at = endOf(HOST, bytes, label);
    if (bytes[at] === DOT) {
      if (at === label || isAt(bytes, label, PUNYCODE)) return 0;
      label = at + 1;
      continue;
    }
    if (labels === 0 || at < label + 2 || endOf(LOWER, bytes, label) !== at) return 0;
    const byte = bytes[at];
    // What may follow the host: the end, `/`, `?` or `#`.
    if (byte !== QUOTE && byte !== SLASH && byte !== 0x3f && byte !== 0x23) return 0;
    const end = endOf(VISIBLE, bytes, at);
    return bytes[end] === QUOTE && end - start <= MAX_PLAIN_URL_CHARS ? end + 1 : 0;
  }
};

const endOfDate: EndOf = (bytes, at) =>
  bytes[at] === QUOTE && bytes[at + 11] === QUOTE && isDateAt(bytes, at + 1) ? at + 12 : 0;

const endOfDateTime: EndOf = (bytes, at) => {
  if (bytes[at] !== QUOTE || instantAt(bytes, at + 1) === undefined) return 0;
  return bytes[at + 21] === QUOTE ? at + 22 : at + 27;
};

const endOfNumber: EndOf = (bytes, start) => {
  const from = bytes[start] === MINUS ? start + 1 : start;
  let at = endOf(DIGIT, bytes, from);
  if (at === from || (bytes[from] === ZERO && at > from + 1)) return 0;
  if (bytes[at] === DOT) {
    const fraction = at + 1;
    at = endOf(DIGIT, bytes, fraction);
    if (at === fraction) return 0;
  }
  if (((bytes[at] ?? 0) | 0x20) === LOWER_E) {
    const sign = bytes[at + 1];
    const exponent = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
    at = endOf(DIGIT, bytes, exponent);
    if (at === exponent) return 0;
  }
  return at;
};

/** A number of at most two digits before the point, or 100. */
const endOfPercent: EndOf = (bytes, start) => {
  const end = endOfNumber(bytes, start);
  const whole = endOf(DIGIT, bytes, start);
  if (whole > start && whole <= start + 2)
    return endOf(DIGIT, bytes, bytes[whole] === DOT ? whole + 1 : whole) === end ? end : 0;
  return whole === end &&
    end === start + 3 &&
    bytes[start] === ONE &&
    bytes[start + 1] === ZERO &&
    bytes[start + 2] === ZERO
    ? end
    : 0;
};

export const endOfOrdinal: EndOf = (bytes, start) => {
  const end = endOf(DIGIT, bytes, start);
  return end === endOfNumber(bytes, start) && bytes[start] !== ZERO && end - start <= MAX_EXACT_DIGITS
    ? end
    : 0;
};

const endOfBoolean: EndOf = (bytes, at) => {
  if (isAt(bytes, at, TRUE)) return at + TRUE.length;
  return isAt(bytes, at, FALSE) ? at + FALSE.length : 0;
};

/** An array of strings without escapes, and at most one space between them. */
const endOfStrings: EndOf = (bytes, start) => {
  if (bytes[start] !== OPEN) return 0;
  if (bytes[start + 1] === CLOSE) return start + 2;
  let at = start + 1;
  for (;;) {
    at = endOfPlain(bytes, at);
    if (at === 0) return 0;
    if (bytes[at] === CLOSE) return at + 1;
    if (bytes[at] !== COMMA) return 0;
    at += bytes[at + 1] === BLANK ? 2 : 1;
  }
};

const ENDS: Record<Exclude<FieldType, 'PICKLIST'>, EndOf> = {
  BOOLEAN: endOfBoolean,
  CURRENCY: endOfNumber,
  DATE: endOfDate,
  DATETIME: endOfDateTime,
  EMAILADDRESS: endOfEmail,
  ID: endOfString,
  NUMBER: endOfNumber,
  PERCENT: endOfPercent,
  PHONENUMBER: endOfPhone,
  REFERENCE: endOfString,
  STRING: endOfString,
  STRINGARRAY: endOfStrings,
  URL: endOfUrl,
};

/** Recognizes a field's values, as `valueCheck` checks them. */
export function endOfValue(type: FieldType, orderedValueList?: readonly string[] | null): EndOf {
  if (type !== 'PICKLIST') return ENDS[type];
  if (orderedValueList == null || orderedValueList.length === 0) return endOfString;
  const values = createByteNames(orderedValueList);
  return (bytes, at) => {
    const end = endOfPlain(bytes, at);
    return end !== 0 && values.find(bytes, at + 1, end - 1) !== NOT_FOUND ? end : 0;
  };
}
