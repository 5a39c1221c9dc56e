import type { ChosenFields } from '../../../graphql/chosen-fields.js';

/** Thrown where what is written becomes longer than its limit, or too deep. */
export const TOO_LARGE = new RangeError('the answer is too large');

/** Recursion on values much deeper would exhaust the stack. */
const MAX_DEPTH = 500;
/** For longer strings `JSON.stringify` is faster. */
const MAX_SHORT = 200;
const FIRST_BYTES = 65_536;
/** What one large answer has needed is not kept for all the others. */
const MAX_KEPT_BYTES = 1_048_576;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;

let kept = Buffer.allocUnsafeSlow(FIRST_BYTES);

/** Writes JSON as UTF-8. One at a time: all of them use the same memory. */
export class JsonBytes {
  /** How many bytes there are. What is written after a place can be taken back by setting it to that place. */
  at = 0;
  private bytes = kept;
  private end = 0;
  private maxBytes = 0;

  /** How many more bytes may follow. */
  allow(count: number): void {
    this.maxBytes = this.at + count;
    this.end = Math.min(this.bytes.length, this.maxBytes);
  }

  /** A copy of what was written. */
  copy(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.at));
  }

  /** @param code of an ASCII character */
  character(code: number): void {
    this.reserve(1);
    this.bytes[this.at++] = code;
  }

  /** Bytes that are JSON already. */
  raw(bytes: Uint8Array, from = 0): void {
    this.reserve(bytes.length);
    const { bytes: target } = this;
    let { at } = this;
    for (let index = from; index < bytes.length; index += 1) target[at++] = bytes[index] as number;
    this.at = at;
  }

  /** A text in ASCII that is JSON already. */
  private ascii(text: string): void {
    this.reserve(text.length);
    for (let index = 0; index < text.length; index += 1) this.bytes[this.at++] = text.charCodeAt(index);
  }

  string(text: string): void {
    if (text.length > MAX_SHORT || !this.plain(text)) this.escaped(text);
  }

  /** Writes a string that needs no escapes and is ASCII; returns false for others. */
  private plain(text: string): boolean {
    const { length } = text;
    this.reserve(length + 2);
    const { bytes } = this;
    let { at } = this;
    bytes[at++] = QUOTE;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return false;
      bytes[at++] = code;
    }
    bytes[at++] = QUOTE;
    this.at = at;
    return true;
  }

  private escaped(text: string): void {
    const json = JSON.stringify(text);
    const length = Buffer.byteLength(json);
    this.reserve(length);
    this.bytes.write(json, this.at);
    this.at += length;
  }

  /** Whatever `JSON.stringify` takes, written as that does. */
  value(given: unknown, depth = 0): void {
    if (typeof given === 'string') this.string(given);
    else if (typeof given === 'number' && Number.isFinite(given)) this.ascii(String(given));
    else if (typeof given !== 'object' || given === null) this.ascii(JSON.stringify(given) ?? 'null');
    else if (depth > MAX_DEPTH) throw TOO_LARGE;
    else if (Array.isArray(given)) this.list(given, depth);
    else this.object(given as Readonly<Record<string, unknown>>, depth);
  }

  chosen(fields: ChosenFields): void {
    const { names } = fields;
    this.character(0x7b);
    let isFirst = true;
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index] as string;
      isFirst = this.member(name, fields.value(name), 0, isFirst);
    }
    this.character(0x7d);
  }

  private list(items: readonly unknown[], depth: number): void {
    this.character(0x5b);
    for (let index = 0; index < items.length; index += 1) {
      if (index > 0) this.character(COMMA);
      this.value(items[index], depth + 1);
    }
    this.character(0x5d);
  }

  private object(object: Readonly<Record<string, unknown>>, depth: number): void {
    if (typeof object.toJSON === 'function') {
      this.value(object.toJSON(), depth + 1);
      return;
    }
    this.character(0x7b);
    let isFirst = true;
    for (const name in object) isFirst = this.member(name, object[name], depth, isFirst);
    this.character(0x7d);
  }

  /** Returns whether the next member is still the first. */
  private member(name: string, value: unknown, depth: number, isFirst: boolean): boolean {
    if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return isFirst;
    if (!isFirst) this.character(COMMA);
    this.string(name);
    this.character(COLON);
    this.value(value, depth + 1);
    return false;
  }

  private reserve(count: number): void {
    if (this.at + count > this.end) this.grow(this.at + count);
  }

  private grow(needed: number): void {
    if (needed > this.maxBytes) throw TOO_LARGE;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(grown, 0, 0, this.at);
    this.bytes = grown;
    if (grown.length <= MAX_KEPT_BYTES) kept = grown;
    this.end = Math.min(grown.length, this.maxBytes);
  }
}
