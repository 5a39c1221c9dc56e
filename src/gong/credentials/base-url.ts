import { isLoopbackHost } from '../../loopback.js';

/** Credentials travel to this address: encrypted, or not off this machine; and nothing in it may redirect a path. */
export function isBaseUrl(text: string): boolean {
  if (!isCredentialUrl(text) || /[?#]/.test(text)) return false;
  const { pathname, search } = new URL(text);
  return pathname === '/' && search === '';
}

/** The same, with a path: where tokens are renewed. */
export function isCredentialUrl(text: string): boolean {
  if (!URL.canParse(text) || /[\s\\@]/.test(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopbackHost(hostname))) return false;
  return username === '' && password === '';
}
