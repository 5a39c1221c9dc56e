import { randomInt } from 'node:crypto';
import { createMemoryRelease } from './free-memory.js';

/**
 * Counts how often each object ID occurs, for files of millions: 8 bytes a slot for 57 bits of hash and 7 of count,
 * instead of the IDs. If two IDs share a hash (in 1 of 10,000 files of 5 million objects), one of them counts as a
 * repeat and is sent in a later part, which does no harm.
 */
export interface IdTable {
  /** Hash of the ID last added, as signed 32-bit integers: V8 would store unsigned ones as slow doubles. */
  readonly low: number;
  readonly high: number;
  /** Counts the ID and returns how often it has occurred so far: 1 the first time, at most 127. */
  add(id: string): number;
  /** The same for an ID of ASCII, `bytes[start, end)`. */
  addAscii(bytes: Uint8Array, start: number, end: number): number;
  addHash(low: number, high: number): number;
  /** Frees the memory; nothing can be added afterwards. */
  free(): void;
}

export function createIdTable(): IdTable {
  // Seeded, so that nobody can prepare IDs that all collide.
  const seedLow = randomInt(2 ** 32);
  const seedHigh = randomInt(2 ** 32);
  const { addHash, free } = createHashCounts();
  let low = 0;
  let high = 0;

  function begin(length: number): void {
    low = seedLow ^ length;
    high = seedHigh;
  }

  /** Two characters a step. One past the end counts as 0: the length distinguishes the two. */
  function mix(pair: number): void {
    low = Math.imul(low ^ pair, 0x9e3779b1);
    high = Math.imul(high ^ pair, 0x5f356495);
    low ^= low >>> 15;
    high ^= high >>> 13;
  }

  /** Makes each half depend on all bits of both. */
  function count(): number {
    low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
    high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
    return addHash(low, high);
  }

  return {
    get low() {
      return low;
    },
    get high() {
      return high;
    },
    addHash,
    free,
    add(id) {
      begin(id.length);
      // One past the end is NaN, which counts as 0.
      for (let index = 0; index < id.length; index += 2) {
        mix(id.charCodeAt(index) | (id.charCodeAt(index + 1) << 16));
      }
      return count();
    },
    addAscii(bytes, start, end) {
      begin(end - start);
      for (let at = start; at < end; at += 2) {
        mix((bytes[at] ?? 0) | (at + 1 < end ? (bytes[at + 1] ?? 0) << 16 : 0));
      }
      return count();
    },
  };
}

const MAX_COUNT = 127;
const SEGMENT_SLOTS = 8_192;
/** Linear probing becomes slow beyond three quarters. */
const MAX_USED = SEGMENT_SLOTS * 0.75;

/** Two words a slot, with the count in the low bits of the second: 0 in a free slot. */
interface Segment {
  readonly words: Int32Array;
  used: number;
  /** How many leading bits its hashes share. */
  bits: number;
}

const newSegment = (bits: number): Segment => ({ words: new Int32Array(SEGMENT_SLOTS * 2), used: 0, bits });

/**
 * Extendible hashing: a directory indexed by the hash's leading bits points to segments of equal size, and a full segment
 * is split in two. The table grows in small steps without garbage, whereas copying it to a larger array would briefly
 * need up to three times its memory.
 */
function createHashCounts(): Pick<IdTable, 'addHash' | 'free'> {
  /** The directory has `1 << bits` entries; neighbours may share a segment. */
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

  function addHash(low: number, high: number): number {
    const segment = directory[high >>> (32 - bits)];
    if (segment === undefined) throw new RangeError('The hash must be two 32-bit integers');
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
  }

  return {
    addHash,
    free() {
      createMemoryRelease()([...new Set(directory)].map(({ words }) => words));
      directory = [];
    },
  };
}

/** Returns the index of the hash's first word, or of a free slot for it. */
function find(words: Int32Array, low: number, high: number): number {
  let slot = low & (SEGMENT_SLOTS - 1);
  for (;;) {
    const second = words[slot * 2 + 1] ?? 0;
    if ((second & MAX_COUNT) === 0) return slot * 2;
    if (words[slot * 2] === low && (second ^ high) >>> 7 === 0) return slot * 2;
    slot = (slot + 1) & (SEGMENT_SLOTS - 1);
  }
}
