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

/** By the hash's top bits. Shards grow one at a time, so that growing never doubles the memory of the whole. */
const SHARD_BITS = 5;
const FIRST_SLOTS = 64;

export function createIdTable(): IdTable {
  // Seeded, so that nobody can prepare ids that all collide.
  const seedLow = randomInt(2 ** 32);
  const seedHigh = randomInt(2 ** 32);
  const shards = Array.from({ length: 1 << SHARD_BITS }, createShard);
  let low = 0;
  let high = 0;

  function addHash(hashLow: number, hashHigh: number): number {
    return shards[hashHigh >>> (32 - SHARD_BITS)]?.(hashLow, hashHigh) ?? 1;
  }

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
/** Small shards grow faster: moving every entry at each doubling would cost as much as all the rest. */
const FAST_GROWTH_SLOTS = 16_384;

/** Open addressing with linear probing; two words a slot, the count in the low bits of the second, 0 for a free one. */
function createShard(): (low: number, high: number) => number {
  let slots = FIRST_SLOTS;
  let words = new Int32Array(slots * 2);
  let used = 0;

  /** Index of the hash's first word, or of those of a free slot. */
  function find(low: number, high: number): number {
    let slot = low & (slots - 1);
    for (;;) {
      const second = words[slot * 2 + 1] ?? 0;
      if ((second & MAX_COUNT) === 0) return slot * 2;
      if (words[slot * 2] === low && (second ^ high) >>> 7 === 0) return slot * 2;
      slot = (slot + 1) & (slots - 1);
    }
  }

  function grow(): void {
    const old = words;
    slots *= slots < FAST_GROWTH_SLOTS ? 4 : 2;
    words = new Int32Array(slots * 2);
    for (let index = 0; index < old.length; index += 2) {
      const low = old[index] ?? 0;
      const high = old[index + 1] ?? 0;
      if ((high & MAX_COUNT) === 0) continue;
      const to = find(low, high);
      words[to] = low;
      words[to + 1] = high;
    }
  }

  return (low, high) => {
    const index = find(low, high);
    const count = ((words[index + 1] ?? 0) & MAX_COUNT) + 1;
    if (count > MAX_COUNT) return MAX_COUNT;
    words[index] = low;
    words[index + 1] = (high & ~MAX_COUNT) | count;
    if (count === 1) {
      used += 1;
      if (used > slots * 0.75) grow();
    }
    return count;
  };
}
