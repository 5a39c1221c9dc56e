import type { IncomingMessage } from 'node:http';

const MAX_ORIGIN_CHARS = 1_024;

/**
 * Whether a browser page may open a stream. CORS does not guard WebSockets, and for SSE it hides the answer but
 * does not stop the request. Programs that are no browsers send no `Origin`, and may. Neither does a page's image or
 * script, but browsers then say that it is another site's (`Sec-Fetch-Site`, over TLS and to this machine).
 */
export function isAllowedOrigin({ headers }: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return !/^(cross|same)-site$/.test(String(headers['sec-fetch-site']));
  if (allowed.includes(origin)) return true;
  // Parsing a host of another script takes time by the square of its length.
  if (origin.length > MAX_ORIGIN_CHARS) return false;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}
