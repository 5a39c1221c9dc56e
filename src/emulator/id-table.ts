import type { Address } from './records.js';

const SHARDS = 1024;
const FIRST_SLOTS = 8;
const EMPTY = 0;
const DELETED = -1;

interface Shard {
  hashes: Uint32Array;
  addresses: Float64Array;
  /** Slots that are not empty: in use, or left by a deletion. */
  used: number;
}

/**
 * Finds records by their ids: hash tables with linear probing. They are many and small, for one of a million slots
 * would stop the process each time it grows.
 */
export class IdTable {
  readonly #shards: (Shard | undefined)[] = new Array(SHARDS).fill(undefined);

  /** @param idOf the id of a record, since the table keeps hashes only */
  constructor(private readonly idOf: (address: Address) => string) {}

  /** 0 = not found. */
  get(id: string): Address {
    const hash = hashOf(id);
    const shard = this.#shards[hash % SHARDS];
    const slot = shard === undefined ? -1 : this.#find(shard, id, hash);
    return slot === -1 ? 0 : (shard?.addresses[slot] ?? 0);
  }

  set(id: string, address: Address): void {
    const hash = hashOf(id);
    const shard = this.#shardFor(hash);
    const slot = this.#find(shard, id, hash);
    if (slot !== -1) {
      shard.addresses[slot] = address;
      return;
    }
    insert(shard, hash, address);
    if (shard.used * 2 > shard.hashes.length) grow(shard);
  }

  delete(id: string): void {
    const hash = hashOf(id);
    const shard = this.#shardFor(hash);
    const slot = this.#find(shard, id, hash);
    if (slot !== -1) shard.addresses[slot] = DELETED;
  }

  #shardFor(hash: number): Shard {
    const index = hash % SHARDS;
    const shard = this.#shards[index] ?? createShard(FIRST_SLOTS);
    this.#shards[index] = shard;
    return shard;
  }

  #find(shard: Shard, id: string, hash: number): number {
    const mask = shard.hashes.length - 1;
    for (let slot = firstSlot(hash, mask); ; slot = (slot + 1) & mask) {
      const address = shard.addresses[slot] ?? EMPTY;
      if (address === EMPTY) return -1;
      if (address !== DELETED && shard.hashes[slot] === hash && this.idOf(address) === id) return slot;
    }
  }
}

function createShard(slots: number): Shard {
  return { hashes: new Uint32Array(slots), addresses: new Float64Array(slots), used: 0 };
}

/** The low bits of a hash have chosen the shard; others choose the slot. */
function firstSlot(hash: number, mask: number): number {
  return (hash >>> 10) & mask;
}

function insert(shard: Shard, hash: number, address: Address): void {
  const mask = shard.hashes.length - 1;
  let slot = firstSlot(hash, mask);
  while (shard.addresses[slot] !== EMPTY) slot = (slot + 1) & mask;
  shard.hashes[slot] = hash;
  shard.addresses[slot] = address;
  shard.used += 1;
}

/** Also leaves out what deletions left. */
function grow(shard: Shard): void {
  const { hashes, addresses } = shard;
  const inUse = addresses.filter((address) => address > 0).length;
  let slots = FIRST_SLOTS;
  while (slots < inUse * 4) slots *= 2;
  Object.assign(shard, createShard(slots));
  for (const [slot, address] of addresses.entries()) {
    if (address > 0) insert(shard, hashes[slot] ?? 0, address);
  }
}

/** Jenkins' one-at-a-time: its low and its high bits are equally good. */
function hashOf(id: string): number {
  let hash = id.length;
  for (let at = 0; at < id.length; at += 1) {
    hash = (hash + id.charCodeAt(at)) | 0;
    hash = (hash + (hash << 10)) | 0;
    hash ^= hash >>> 6;
  }
  hash = (hash + (hash << 3)) | 0;
  hash ^= hash >>> 11;
  return (hash + (hash << 15)) >>> 0;
}
