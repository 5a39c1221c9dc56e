import { isUtf8 } from 'node:buffer';

/** Validates UTF-8 that arrives in chunks, which may split a character. */
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

/** The number of bytes at the end, 0 to 3, that belong to an incomplete character. */
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
