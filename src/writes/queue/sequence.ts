import { randomBytes } from 'node:crypto';

/** Makes names that sort in the order in which they were made, across replicas as far as their clocks agree. */
export type Sequence = () => string;

const TIME_CHARS = 9;
const COUNT_CHARS = 4;

/** Within this process the order holds even if the clock is set back. */
export function createSequence(now: () => number = Date.now): Sequence {
  const process = randomBytes(3).toString('hex');
  let last = 0;
  let count = 0;
  return () => {
    const time = Math.max(last, now());
    count = time === last ? count + 1 : 0;
    last = time;
    return `${base36(time, TIME_CHARS)}${base36(count, COUNT_CHARS)}${process}`;
  };
}

/** When a name was made, in milliseconds since 1970. */
export function timeOf(name: string): number {
  return Number.parseInt(name.slice(0, TIME_CHARS), 36);
}

/** The text that names made at this time, or later, do not sort before. */
export function atTime(time: number): string {
  return base36(Math.max(0, time), TIME_CHARS);
}

function base36(value: number, chars: number): string {
  return Math.floor(value).toString(36).padStart(chars, '0');
}
