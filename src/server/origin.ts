import type { IncomingMessage } from 'node:http';

/**
 * Whether a browser page may open a stream. CORS does not guard WebSockets, and for SSE it hides the answer but
 * does not stop the request. Programs that are no browsers send no `Origin`, and may.
 */
export function isAllowedOrigin({ headers }: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined || allowed.includes(origin)) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}
