const SHARDS = 1024;

/** A map split into many Maps: one Map of a million entries blocks the process for 100 ms when it grows. */
export class ShardedMap<V> {
  readonly #shards: (Map<string, V> | undefined)[] = new Array(SHARDS).fill(undefined);

  get(key: string): V | undefined {
    return this.#shards[hashOf(key) % SHARDS]?.get(key);
  }

  has(key: string): boolean {
    return this.#shards[hashOf(key) % SHARDS]?.has(key) ?? false;
  }

  set(key: string, value: V): void {
    const index = hashOf(key) % SHARDS;
    const shard = this.#shards[index];
    if (shard === undefined) this.#shards[index] = new Map([[key, value]]);
    else shard.set(key, value);
  }

  delete(key: string): void {
    this.#shards[hashOf(key) % SHARDS]?.delete(key);
  }
}

/** FNV-1a over UTF-16 code units, as an unsigned 32-bit integer. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
