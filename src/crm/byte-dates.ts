import { dayOf, NOT_DIGITS, offsetOf, secondsOf } from './dates.js';

/** Reads the dates of `dates.ts` from the bytes of a JSON string, without making a string of them. */

const QUOTE = 0x22;
const PLUS = 0x2b;
const HYPHEN = 0x2d;
const ZERO = 0x30;
const COLON = 0x3a;
const UPPER_T = 0x54;
const UPPER_Z = 0x5a;

function two(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - ZERO;
  const ones = (bytes[at + 1] ?? 0) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NOT_DIGITS;
}

/** Days since 1970 of the date at `at`, or `undefined` if there is none. */
function dayAt(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at + 4] !== HYPHEN || bytes[at + 7] !== HYPHEN) return undefined;
  return dayOf(two(bytes, at) * 100 + two(bytes, at + 2), two(bytes, at + 5), two(bytes, at + 8));
}

export function isDateAt(bytes: Uint8Array, at: number): boolean {
  return dayAt(bytes, at) !== undefined;
}

/** Seconds since 1970 of the datetime that begins at `at` and ends before a quotation mark, if there is one. */
export function instantAt(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at + 10] !== UPPER_T || bytes[at + 13] !== COLON || bytes[at + 16] !== COLON) return undefined;
  const seconds = secondsOf(two(bytes, at + 11), two(bytes, at + 14), two(bytes, at + 17));
  const day = dayAt(bytes, at);
  const offset = offsetAt(bytes, at + 19);
  if (seconds === undefined || day === undefined || offset === undefined) return undefined;
  return day * 86_400 + seconds - offset;
}

function offsetAt(bytes: Uint8Array, at: number): number | undefined {
  const sign = bytes[at];
  if (sign === UPPER_Z) return bytes[at + 1] === QUOTE ? 0 : undefined;
  if (sign !== PLUS && sign !== HYPHEN) return undefined;
  if (bytes[at + 3] !== COLON || bytes[at + 6] !== QUOTE) return undefined;
  return offsetOf(sign === PLUS, two(bytes, at + 1), two(bytes, at + 4));
}
