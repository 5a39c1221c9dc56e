/** What a byte may be part of, as a set of bits: one look into a table instead of several comparisons. */

/** Stands for itself in a JSON string: neither a quotation mark nor a backslash nor a control character. */
export const PLAIN = 1;
/** A letter, a digit or a hyphen. */
export const ID = 2;
/** Visible ASCII that is plain: what may follow the host of a URL. */
export const VISIBLE = 4;
/** A lower-case letter, a digit or a hyphen. */
export const HOST = 8;
export const LOWER = 16;
export const DIGIT = 32;
/** Punctuation of phone numbers, and the space. */
export const PHONE = 64;
/** White space between JSON tokens, except LF. */
export const SPACE = 128;

const CLASSES = new Uint8Array(256);

function put(bits: number, from: number | string, to: number | string = from): void {
  const code = (char: number | string) => (typeof char === 'number' ? char : char.charCodeAt(0));
  for (let byte = code(from); byte <= code(to); byte += 1) CLASSES[byte] = (CLASSES[byte] ?? 0) | bits;
}

put(PLAIN, 0x20, 0xff);
put(VISIBLE, 0x21, 0x7f);
for (const special of '"\\') CLASSES[special.charCodeAt(0)] = 0;
put(ID | HOST | DIGIT, '0', '9');
put(ID | HOST | LOWER, 'a', 'z');
put(ID, 'A', 'Z');
put(ID | HOST, '-');
for (const char of '()[]./- ') put(PHONE, char);
for (const char of ' \t\r') put(SPACE, char);

/** Whether the byte has one of these bits; `false` past the end. */
export function isOf(byte: number | undefined, bits: number): boolean {
  return ((CLASSES[byte ?? 0] ?? 0) & bits) !== 0;
}
