const SHARDS = 1024;

/**
 * A map of many Maps. A Map of a million entries stops the process for tens of milliseconds each time it doubles;
 * small ones do so in microseconds, at different times.
 */
export class ShardedMap<V> {
  readonly #shards: (Map<string, V> | undefined)[] = new Array(SHARDS).fill(undefined);

  get(key: string): V | undefined {
    return this.#shards[shardOf(key)]?.get(key);
  }

  has(key: string): boolean {
    return this.#shards[shardOf(key)]?.has(key) ?? false;
  }

  set(key: string, value: V): void {
    const index = shardOf(key);
    const shard = this.#shards[index];
    if (shard === undefined) this.#shards[index] = new Map([[key, value]]);
    else shard.set(key, value);
  }

  delete(key: string): void {
    this.#shards[shardOf(key)]?.delete(key);
  }
}

function shardOf(key: string): number {
  let hash = key.length;
  for (let at = Math.max(0, key.length - 12); at < key.length; at += 1) {
    hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
  }
  return (hash ^ (hash >>> 15)) & (SHARDS - 1);
}
