/** Identifiers that callers make or pass on. They end up in URLs, so each has one strict form. */

/** `clientRequestId`: letters, digits, `-` and `_` (reference, section 2). The length is our own bound. */
export const CLIENT_REQUEST_ID_PATTERN = /^[A-Za-z0-9_-]{1,128}$/;

export function isClientRequestId(text: string): boolean {
  return CLIENT_REQUEST_ID_PATTERN.test(text);
}

/**
 * IDs that only the gateway makes: `…--p2` is part 2 of an upload, `…--r2` the second time that the same content is
 * sent. Callers may not use them, or an upload called `nightly--p2` would take the place of part 2 of `nightly`.
 */
const RESERVED_PATTERN = /--[pr][0-9a-z]+$/;

/** An upload may become several requests, and `--p9999` must fit behind its ID. */
export const MAX_UPLOAD_REQUEST_ID_CHARS = 120;

/** Whether a caller may choose this ID for a request of its own. */
export function isFreeRequestId(text: string): boolean {
  return isClientRequestId(text) && !RESERVED_PATTERN.test(text);
}

/** The ID of part `number` of an upload, from 1. */
export function partRequestId(clientRequestId: string, number: number): string {
  return `${clientRequestId}--p${number}`;
}

/** The ID for sending the same content again; `mark` is of digits and lower-case letters. */
export function repeatRequestId(clientRequestId: string, mark: number | string): string {
  return `${clientRequestId}--r${mark}`;
}

/**
 * Whether a new custom field can have this name. Gong's documents state no rule for `uniqueName` but that it is unique
 * (reference, section 5), so this refuses only what is certain to break: blank names; control characters and line
 * separators; halves of surrogate pairs, which UTF-8 cannot carry; and `__proto__`, which JSON readers in JavaScript,
 * ours among them, refuse as a key.
 */
export function isNewFieldName(text: string): boolean {
  return text.trim() !== '' && text !== '__proto__' && /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+$/u.test(text);
}

const LARGEST_INT64 = 9223372036854775807n;

/**
 * `integrationId`: a positive 64-bit integer, carried as a string of digits because a JavaScript number would
 * corrupt it (reference, section 1).
 */
export function isIntegrationId(text: string): boolean {
  return /^[1-9][0-9]{0,18}$/.test(text) && BigInt(text) <= LARGEST_INT64;
}
