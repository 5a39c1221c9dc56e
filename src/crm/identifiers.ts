/** Identifiers that callers make or pass on. They end up in URLs, so each has one strict form. */

/** `clientRequestId`: letters, digits, `-` and `_` (reference, section 2). The length is our own bound. */
export const CLIENT_REQUEST_ID_PATTERN = /^[A-Za-z0-9_-]{1,128}$/;

export function isClientRequestId(text: string): boolean {
  return CLIENT_REQUEST_ID_PATTERN.test(text);
}

const LARGEST_INT64 = 9223372036854775807n;

/**
 * `integrationId`: a positive 64-bit integer, carried as a string of digits because a JavaScript number would
 * corrupt it (reference, section 1).
 */
export function isIntegrationId(text: string): boolean {
  return /^[1-9][0-9]{0,18}$/.test(text) && BigInt(text) <= LARGEST_INT64;
}
