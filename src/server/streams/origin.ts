import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../errors.js';

const MAX_ORIGIN_CHARS = 1_024;

/**
 * Whether a browser page may open a stream. CORS does not apply to WebSockets, and for SSE it hides the answer but does not
 * stop the request. Clients other than browsers send no `Origin` and are allowed. A page's images and scripts send none
 * either, but browsers then send `Sec-Fetch-Site` (over TLS and to localhost).
 */
export function isAllowedOrigin({ headers }: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return !/^(cross|same)-site$/.test(String(headers['sec-fetch-site']));
  if (allowed.includes(origin)) return true;
  // Parsing an internationalized host takes time quadratic in its length.
  if (origin.length > MAX_ORIGIN_CHARS) return false;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}

export function foreignOrigin(): GatewayError {
  return new GatewayError('FORBIDDEN', 'This page may not call the gateway: add its origin to CORS_ORIGINS.');
}
