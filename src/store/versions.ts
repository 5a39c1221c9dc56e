import { randomBytes } from 'node:crypto';
import type { Stored } from './store.js';

/** Returns a function that never returns what it, or that of another process, has returned before. */
export function createVersions(): () => string {
  const process = randomBytes(6).toString('base64url');
  let count = 0;
  return () => `${process}${(++count).toString(36)}`;
}

/** How every engine keeps a value: the version, a space, the value. */
export function pack({ value, version }: Stored): string {
  return `${version} ${value}`;
}

export function unpack(text: string): Stored {
  const end = text.indexOf(' ');
  return end < 0 ? { version: text, value: '' } : { version: text.slice(0, end), value: text.slice(end + 1) };
}
