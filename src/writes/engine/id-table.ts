import { randomInt } from 'node:crypto';

/**
 * How often each object id came, for files of millions: 8 bytes a slot for 57 bits of hash and 7 of count, instead
 * of the ids. Two ids with one hash (in 1 of 10,000 files of 5 million objects) would make one of them a "repeat",
 * which is sent in a later part: harmless.
 */
export interface IdTable {
  /** The hash of the id last given to `add`, as signed 32-bit integers: unsigned ones would be slow doubles. */
  readonly low: number;
  readonly high: number;
  /** Counts the id; gives how often it came so far, 1 the first time, never more than 127. */
  add(id: string): number;
  addHash(low: number, high: number): number;
}

export function createIdTable(): IdTable {
  // Seeded, so that nobody can prepare ids that all collide.
  const seedLow = randomInt(2 ** 32);
  const seedHigh = randomInt(2 ** 32);
  const addHash = createHashCounts();
  let low = 0;
  let high = 0;

  return {
    get low() {
      return low;
    },
    get high() {
      return high;
    },
    addHash,
    add(id) {
      let first = seedLow ^ id.length;
      let second = seedHigh;
      // Two characters a step; the one past the end is NaN, which counts as 0 and is told apart by the length.
      for (let index = 0; index < id.length; index += 2) {
        const pair = id.charCodeAt(index) | (id.charCodeAt(index + 1) << 16);
        first = Math.imul(first ^ pair, 0x9e3779b1);
        second = Math.imul(second ^ pair, 0x5f356495);
        first ^= first >>> 15;
        second ^= second >>> 13;
      }
      // Each half ends up depending on all bits of both.
      first = Math.imul(first ^ (first >>> 16), 0x85ebca6b) ^ Math.imul(second ^ (second >>> 13), 0xc2b2ae35);
      second =
        Math.imul(second ^ (second >>> 16), 0x85ebca6b) ^ Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
      low = first;
      high = second;
      return addHash(low, high);
    },
  };
}

const MAX_COUNT = 127;
const SEGMENT_SLOTS = 8_192;
/** Beyond three quarters, linear probing has far to go. */
const MAX_USED = SEGMENT_SLOTS * 0.75;

/** Two words a slot, the count in the low bits of the second, 0 for a free one. */
interface Segment {
  readonly words: Int32Array;
  used: number;
  /** How many top bits all its hashes have in common. */
  bits: number;
}

const newSegment = (bits: number): Segment => ({ words: new Int32Array(SEGMENT_SLOTS * 2), used: 0, bits });

/**
 * Extendible hashing: a directory by the hash's top bits leads to segments of one size, and a full one is split in two.
 * So the table grows by a little at a time and leaves nothing to collect, where one that moves to a larger array
 * would for a while need up to three times its memory.
 */
function createHashCounts(): IdTable['addHash'] {
  /** Of `1 << bits` entries; neighbours may share a segment. */
  let bits = 1;
  let directory = [newSegment(1), newSegment(1)];
  const scratch = new Int32Array(SEGMENT_SLOTS * 2);

  function split(segment: Segment, high: number): void {
    if (segment.bits === bits) {
      directory = directory.flatMap((each) => [each, each]);
      bits += 1;
    }
    const prefix = high >>> (32 - segment.bits);
    segment.bits += 1;
    const upper = newSegment(segment.bits);
    const share = 1 << (bits - segment.bits);
    directory.fill(upper, (2 * prefix + 1) * share, (2 * prefix + 2) * share);
    scratch.set(segment.words);
    segment.words.fill(0);
    segment.used = 0;
    for (let index = 0; index < scratch.length; index += 2) {
      const low = scratch[index] ?? 0;
      const second = scratch[index + 1] ?? 0;
      if ((second & MAX_COUNT) === 0) continue;
      const target = ((second >>> (32 - segment.bits)) & 1) === 1 ? upper : segment;
      const to = find(target.words, low, second);
      target.words[to] = low;
      target.words[to + 1] = second;
      target.used += 1;
    }
  }

  return (low, high) => {
    const segment = directory[high >>> (32 - bits)];
    if (segment === undefined) throw new RangeError('needed two 32-bit integers');
    const { words } = segment;
    const index = find(words, low, high);
    const count = ((words[index + 1] ?? 0) & MAX_COUNT) + 1;
    if (count > MAX_COUNT) return MAX_COUNT;
    words[index] = low;
    words[index + 1] = (high & ~MAX_COUNT) | count;
    if (count === 1) {
      segment.used += 1;
      if (segment.used > MAX_USED) split(segment, high);
    }
    return count;
  };
}

/** Index of the hash's first word, or of those of a free slot. */
function find(words: Int32Array, low: number, high: number): number {
  let slot = low & (SEGMENT_SLOTS - 1);
  for (;;) {
    const second = words[slot * 2 + 1] ?? 0;
    if ((second & MAX_COUNT) === 0) return slot * 2;
    if (words[slot * 2] === low && (second ^ high) >>> 7 === 0) return slot * 2;
    slot = (slot + 1) & (SEGMENT_SLOTS - 1);
  }
}
