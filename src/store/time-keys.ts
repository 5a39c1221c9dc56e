import { randomBytes } from 'node:crypto';

/*
 * Keys that are in the order in which they were made: milliseconds since 1970 and a counter, both in base 36, and a random
 * part, because replicas make them, too.
 */

const TIME_CHARS = 9;
const COUNT_CHARS = 4;

export type TimeKeys = () => string;

/** Returns a function that makes keys. If the clock is set back, it goes on from the latest time. */
export function createTimeKeys(now: () => number = Date.now): TimeKeys {
  let time = 0;
  let count = 0;
  return () => {
    const present = now();
    count = present > time ? 0 : count + 1;
    time = Math.max(time, present);
    return firstKeyAt(time) + base36(count, COUNT_CHARS) + randomBytes(6).toString('base64url');
  };
}

/** Sorts before every key made at this time, and after all earlier ones. */
export function firstKeyAt(time: number): string {
  return base36(Math.max(0, Math.floor(time)), TIME_CHARS);
}

/** Whether a text may be a key. */
export function isTimeKey(text: string): boolean {
  return /^[0-9a-z]{13}[\w-]{8}$/.test(text);
}

/** When a key was made; NaN for other text. */
export function timeOf(key: string): number {
  return Number.parseInt(key.slice(0, TIME_CHARS), 36);
}

function base36(number: number, chars: number): string {
  return number.toString(36).padStart(chars, '0');
}
