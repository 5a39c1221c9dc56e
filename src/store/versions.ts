import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Stored } from './store.js';

/*
 * Every engine keeps a value as its version, a space, and the value. A version never comes again, and ends in a checksum of
 * key and value.
 */

/** Returns a function that puts a new version before a value. */
export function createPacker(): (key: string, value: string) => string {
  const process = randomBytes(6).toString('base64url');
  let count = 0;
  return (key, value) => `${process}${(++count).toString(36)}.${checksum(key, value)} ${value}`;
}

export function unpack(text: string): Stored {
  const end = text.indexOf(' ');
  return end < 0 ? { version: text, value: '' } : { version: text.slice(0, end), value: text.slice(end + 1) };
}

/** Whether key and value are as they were written. LevelDB does not check the checksums of its own when it reads. */
export function isIntact(key: string, text: string): boolean {
  const { version, value } = unpack(text);
  return version.endsWith(`.${checksum(key, value)}`);
}

function checksum(key: string, value: string): string {
  return crc32(value, crc32(key)).toString(36);
}
