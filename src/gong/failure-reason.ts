/** Stable names for undici's own codes. The transport adds `TOTAL_TIMEOUT`. */
const RENAMED: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'CONNECT_TIMEOUT',
  UND_ERR_HEADERS_TIMEOUT: 'HEADERS_TIMEOUT',
  UND_ERR_BODY_TIMEOUT: 'BODY_TIMEOUT',
  UND_ERR_SOCKET: 'CONNECTION_CLOSED',
};

const EXPLANATIONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its host name does not resolve',
  EAI_AGAIN: 'the name server did not answer',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  CONNECTION_CLOSED: 'the connection was closed',
  EHOSTUNREACH: 'there is no route to its host',
  ENETUNREACH: 'there is no route to its network',
  EPROTO: 'the TLS handshake failed',
  CERT_HAS_EXPIRED: 'its TLS certificate has expired',
  CERT_NOT_YET_VALID: 'its TLS certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its TLS certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its TLS certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its TLS certificate has a self-signed authority that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its TLS certificate is from an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its TLS certificate is from an authority that is not trusted here',
  ETIMEDOUT: 'the network timed out',
  CONNECT_TIMEOUT: 'no connection was established',
  HEADERS_TIMEOUT: 'no response headers arrived',
  BODY_TIMEOUT: 'the response body stalled',
  TOTAL_TIMEOUT: 'the response was not complete',
};

/**
 * Returns why a connection failed, as a code that names no address: one of Node's or OpenSSL's (`ENOTFOUND`,
 * `CERT_HAS_EXPIRED`), or the name of a timeout.
 */
export function failureReason(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'TimeoutError') return 'TOTAL_TIMEOUT';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/^[A-Z][A-Z0-9_]{1,63}$/.test(code)) return RENAMED[code] ?? code;
  return failureReason(error.cause);
}

/** Returns text for a message, e.g. `its TLS certificate has expired (CERT_HAS_EXPIRED)`. */
export function explainReason(reason: string): string {
  if (reason.startsWith('ERR_SSL_')) return `the TLS handshake failed (${reason})`;
  const explanation = Object.hasOwn(EXPLANATIONS, reason) ? EXPLANATIONS[reason] : undefined;
  return explanation === undefined ? reason : `${explanation} (${reason})`;
}

export function isTimeout(reason: string | undefined): boolean {
  return reason !== undefined && /(_TIMEOUT|^ETIMEDOUT)$/.test(reason);
}
