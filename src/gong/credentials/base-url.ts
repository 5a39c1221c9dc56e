import { isLoopbackHost } from '../../loopback.js';

/** Whether credentials may be sent there: over TLS, or within this machine. Anything but an origin could redirect paths. */
export function isBaseUrl(text: string): boolean {
  if (!isCredentialUrl(text) || /[?#]/.test(text)) return false;
  const { pathname, search } = new URL(text);
  return pathname === '/' && search === '';
}

/** As `isBaseUrl`, but with a path: where tokens are renewed. */
export function isCredentialUrl(text: string): boolean {
  if (!URL.canParse(text) || /[\s\\@]/.test(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopbackHost(hostname))) return false;
  return username === '' && password === '';
}
