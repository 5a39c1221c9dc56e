/** Identifiers that callers choose or pass through. They end up in URLs, so each has a strict format. */

/** `clientRequestId`: letters, digits, `-` and `_` (reference, section 2). The maximum length is the gateway's own. */
export const CLIENT_REQUEST_ID_PATTERN = /^[A-Za-z0-9_-]{1,128}$/;

export function isClientRequestId(text: string): boolean {
  return CLIENT_REQUEST_ID_PATTERN.test(text);
}

/**
 * IDs that only the gateway creates: `…--p2` is part 2 of an upload, `…--r2` the second sending of the same content.
 * Callers may not use them, because an upload named `nightly--p2` would collide with part 2 of `nightly`.
 */
const RESERVED_PATTERN = /--[pr][0-9a-z]+$/;

/** Leaves room for `--p9999`, because an upload may become several requests. */
export const MAX_UPLOAD_REQUEST_ID_CHARS = 120;

/** Whether a caller may choose this ID for a request. */
export function isFreeRequestId(text: string): boolean {
  return isClientRequestId(text) && !RESERVED_PATTERN.test(text);
}

/** The ID of a part of an upload; parts are numbered from 1. */
export function partRequestId(clientRequestId: string, number: number): string {
  return `${clientRequestId}--p${number}`;
}

/** The ID for sending the same content again; `mark` consists of digits and lower-case letters. */
export function repeatRequestId(clientRequestId: string, mark: number | string): string {
  return `${clientRequestId}--r${mark}`;
}

/**
 * Whether a new custom field can have this name. Gong documents no rule for `uniqueName` except uniqueness (reference,
 * section 5), so this refuses only what is certain to break: blank names, control characters and line separators, lone
 * surrogates, which UTF-8 cannot encode, and `__proto__`, which JSON parsers in JavaScript refuse as a key.
 */
export function isNewFieldName(text: string): boolean {
  return text.trim() !== '' && text !== '__proto__' && /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+$/u.test(text);
}

/** Whether UTF-8 can tell a text from every other one: it has one replacement for all halves of surrogate pairs. */
export function isWellFormed(text: string): boolean {
  return !/\p{Cs}/u.test(text);
}

const LARGEST_INT64 = 9223372036854775807n;

/** `integrationId`: a positive 64-bit integer (reference, section 1), as a string to keep all digits. */
export function isIntegrationId(text: string): boolean {
  return /^[1-9][0-9]{0,18}$/.test(text) && BigInt(text) <= LARGEST_INT64;
}
