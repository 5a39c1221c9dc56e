/**
 * `JSON.parse` turns 5517027188234206123 into 5517027188234206000 without a word (reference, section 1). Here
 * integers that a JavaScript number cannot hold become strings of their digits; all else is as in `JSON.parse`.
 *
 * Such integers are put into quotes in the text, which is then left to `JSON.parse`: a parser written in
 * JavaScript takes several times as long (`bench/json.ts`).
 */

/**
 * A whole number of 16 digits or more where a value may stand. The largest safe integer has 16. Every part is
 * bounded by the separators around it, so the search is linear whatever the text.
 */
const LONG_INTEGER = /([:,[][ \t\n\r]*|^[ \t\n\r]*)(-?[1-9][0-9]{15,})(?=[ \t\n\r]*(?:[,}\]]|$))/g;

/** @throws SyntaxError if the text is not JSON */
export function parseLossless(text: string): unknown {
  return JSON.parse(/[0-9]{16}/.test(text) ? quoteUnsafeIntegers(text) : text);
}

function quoteUnsafeIntegers(text: string): string {
  const insideString = stringTracker(text);
  let quoted = '';
  let copied = 0;
  for (const match of text.matchAll(LONG_INTEGER)) {
    const [, before = '', digits = ''] = match;
    if (Number.isSafeInteger(Number(digits))) continue;
    const start = match.index + before.length;
    if (insideString(start)) continue;
    quoted += `${text.slice(copied, start)}"${digits}"`;
    copied = start + digits.length;
  }
  return copied === 0 ? text : quoted + text.slice(copied);
}

/** Tells whether a position stands inside a string of the text. Positions must be asked for in rising order. */
function stringTracker(text: string): (position: number) => boolean {
  let inside = false;
  let quote = text.indexOf('"');
  return (position) => {
    while (quote !== -1 && quote < position) {
      if (!inside || !isEscaped(text, quote)) inside = !inside;
      quote = text.indexOf('"', quote + 1);
    }
    return inside;
  };
}

function isEscaped(text: string, position: number): boolean {
  let backslashes = 0;
  while (text[position - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}
