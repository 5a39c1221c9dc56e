/** A set of names that is searched for the bytes of a JSON string, without making a string of them. */
export interface ByteNames {
  /** The index of the name that `bytes[start, end)` spell; `NOT_FOUND` if there is none. */
  find(bytes: Uint8Array, start: number, end: number): number;
  /** Where the name of that index ends if it is at `start`; 0 if it is not. */
  endAt(bytes: Uint8Array, start: number, index: number): number;
}

export const NOT_FOUND = -1;

/** @param names different ones; those that JSON has to escape are not found */
export function createByteNames(names: readonly string[]): ByteNames {
  const encoded = names.map((name) => (JSON.stringify(name) === `"${name}"` ? Buffer.from(name) : undefined));
  const pool = Uint8Array.from(Buffer.concat(encoded.filter((name) => name !== undefined)));
  const starts = new Int32Array(names.length);
  const ends = new Int32Array(names.length);
  // At most half full, so that probing ends soon, and ends at all.
  const mask = 2 ** Math.ceil(Math.log2(names.length * 2 + 2)) - 1;
  const slots = new Int32Array(mask + 1).fill(NOT_FOUND);
  let used = 0;
  encoded.forEach((name, index) => {
    if (name === undefined) return;
    starts[index] = used;
    used += name.length;
    ends[index] = used;
    let slot = hash(name, 0, name.length) & mask;
    while (slots[slot] !== NOT_FOUND) slot = (slot + 1) & mask;
    slots[slot] = index;
  });

  function endAt(bytes: Uint8Array, start: number, index: number): number {
    const to = ends[index] ?? 0;
    let at = start;
    for (let from = starts[index] ?? 0; from < to; from += 1) {
      if (bytes[at] !== pool[from]) return 0;
      at += 1;
    }
    return at;
  }

  return {
    endAt,
    find(bytes, start, end) {
      let slot = hash(bytes, start, end) & mask;
      for (;;) {
        const index = slots[slot] ?? NOT_FOUND;
        if (index === NOT_FOUND || endAt(bytes, start, index) === end) return index;
        slot = (slot + 1) & mask;
      }
    },
  };
}

/** FNV-1a. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let result = 0x811c9dc5;
  for (let at = start; at < end; at += 1) result = Math.imul(result ^ (bytes[at] ?? 0), 0x01000193);
  return result ^ (result >>> 15);
}
