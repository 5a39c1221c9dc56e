import { isUtf8 } from 'node:buffer';

/** Checks a text that comes in pieces. A character may be split between two of them. */
export class Utf8Check {
  #valid = true;
  #tail: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    if (!this.#valid) return;
    const bytes = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    const complete = bytes.length - incompleteBytes(bytes);
    this.#valid = isUtf8(bytes.subarray(0, complete));
    this.#tail = bytes.subarray(complete);
  }

  /** Whether the whole text is valid. */
  end(): boolean {
    return this.#valid && this.#tail.length === 0;
  }
}

/** How many bytes at the end begin a character that is not complete: 0 to 3. */
function incompleteBytes(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? back : 0;
    }
  }
  return 0;
}
