import { randomInt } from 'node:crypto';

/**
 * How often each object id came, for files of millions: 9 bytes a slot for a 64-bit hash and a count, instead of
 * the ids. Two ids with one hash (1 in 3 million files of 5 million objects) would make one of them a "repeat",
 * which is sent in a later part: harmless.
 */
export interface IdTable {
  /** The hash of the id last given to `add`. */
  readonly low: number;
  readonly high: number;
  /** Counts the id; gives how often it came so far, 1 the first time, never more than 255. */
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
      let first = seedLow;
      let second = seedHigh;
      for (let index = 0; index < id.length; index += 1) {
        const unit = id.charCodeAt(index);
        first = Math.imul(first ^ unit, 0x9e3779b1);
        second = Math.imul(second ^ unit, 0x5f356495);
        first ^= first >>> 15;
        second ^= second >>> 13;
      }
      // Each half ends up depending on all bits of both.
      first = Math.imul(first ^ (first >>> 16), 0x85ebca6b) ^ Math.imul(second ^ (second >>> 13), 0xc2b2ae35);
      second =
        Math.imul(second ^ (second >>> 16), 0x85ebca6b) ^ Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
      low = first >>> 0;
      high = second >>> 0;
      return addHash(low, high);
    },
  };
}

/** Open addressing with linear probing; a count of 0 marks a free slot. */
function createShard(): (low: number, high: number) => number {
  let slots = FIRST_SLOTS;
  let hashes = new Uint32Array(slots * 2);
  let counts = new Uint8Array(slots);
  let used = 0;

  function slotOf(low: number, high: number): number {
    let slot = low & (slots - 1);
    while (counts[slot] !== 0 && (hashes[slot * 2] !== low || hashes[slot * 2 + 1] !== high)) {
      slot = (slot + 1) & (slots - 1);
    }
    return slot;
  }

  function put(low: number, high: number, count: number): void {
    const slot = slotOf(low, high);
    hashes[slot * 2] = low;
    hashes[slot * 2 + 1] = high;
    counts[slot] = count;
  }

  function grow(): void {
    const [oldHashes, oldCounts] = [hashes, counts];
    slots *= 2;
    hashes = new Uint32Array(slots * 2);
    counts = new Uint8Array(slots);
    for (let slot = 0; slot < oldCounts.length; slot += 1) {
      const count = oldCounts[slot] ?? 0;
      if (count > 0) put(oldHashes[slot * 2] ?? 0, oldHashes[slot * 2 + 1] ?? 0, count);
    }
  }

  return (low, high) => {
    const slot = slotOf(low, high);
    const count = (counts[slot] ?? 0) + 1;
    if (count > 1) {
      if (count <= 255) counts[slot] = count;
      return Math.min(count, 255);
    }
    hashes[slot * 2] = low;
    hashes[slot * 2 + 1] = high;
    counts[slot] = 1;
    used += 1;
    if (used > slots * 0.75) grow();
    return 1;
  };
}
