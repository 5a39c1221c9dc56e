import { randomInt } from 'node:crypto';

/**
 * A map by ID, for thousands of IDs that come and go. A `Map` replaces its table for every so many keys that are set, even if
 * as many are deleted, and each table refers to the next. So one table that has survived to the old generation keeps all
 * that come after it, and what was in them, until a full garbage collection. Here entries have slots, which are used again.
 */
export class IdTable<V> {
  /** The first slot of each bucket, and of each slot the next one; 0 is none. */
  private first = new Int32Array(FIRST_BUCKETS);
  private next = new Int32Array(FIRST_BUCKETS + 1);
  private readonly ids: (string | undefined)[] = [undefined];
  private readonly values: (V | undefined)[] = [undefined];
  /** The slots that are free for others, linked like those of a bucket. */
  private free = 0;

  get(id: string): V | undefined {
    return this.values[this.find(id, this.bucketOf(id))];
  }

  set(id: string, value: V): void {
    const bucket = this.bucketOf(id);
    const found = this.find(id, bucket);
    if (found !== 0) this.values[found] = value;
    else if (this.free === 0 && this.ids.length === this.next.length) this.grow().set(id, value);
    else this.add(id, value, bucket);
  }

  delete(id: string): void {
    const bucket = this.bucketOf(id);
    let before = 0;
    let slot = this.first[bucket] as number;
    while (slot !== 0 && this.ids[slot] !== id) {
      before = slot;
      slot = this.next[slot] as number;
    }
    if (slot === 0) return;
    const after = this.next[slot] as number;
    if (before === 0) this.first[bucket] = after;
    else this.next[before] = after;
    this.ids[slot] = undefined;
    this.values[slot] = undefined;
    this.next[slot] = this.free;
    this.free = slot;
  }

  private find(id: string, bucket: number): number {
    const { ids, next } = this;
    let slot = this.first[bucket] as number;
    while (slot !== 0 && ids[slot] !== id) slot = next[slot] as number;
    return slot;
  }

  private add(id: string, value: V, bucket: number): void {
    let slot = this.free;
    if (slot === 0) slot = this.ids.length;
    else this.free = this.next[slot] as number;
    this.ids[slot] = id;
    this.values[slot] = value;
    this.link(slot, bucket);
  }

  private link(slot: number, bucket: number): void {
    this.next[slot] = this.first[bucket] as number;
    this.first[bucket] = slot;
  }

  private grow(): this {
    const buckets = 2 * this.first.length;
    this.first = new Int32Array(buckets);
    this.next = new Int32Array(buckets + 1);
    for (const [slot, id] of this.ids.entries()) if (id !== undefined) this.link(slot, this.bucketOf(id));
    return this;
  }

  /** Nobody outside can tell which IDs share a bucket. */
  private bucketOf(id: string): number {
    let hash = SEED;
    for (let index = 0; index < id.length; index += 1)
      hash = Math.imul(hash ^ id.charCodeAt(index), MULTIPLIER);
    return (hash ^ (hash >>> 15)) & (this.first.length - 1);
  }
}

/** A power of two. */
const FIRST_BUCKETS = 256;
const SEED = randomInt(2 ** 31);
/** Odd, so that every bit of an ID counts. */
const MULTIPLIER = randomInt(2 ** 30) * 2 + 1;
