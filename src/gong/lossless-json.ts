/**
 * `JSON.parse` silently turns 5517027188234206123 into 5517027188234206000 (reference, section 1). Here integers that a
 * JavaScript number cannot hold become strings of their digits; all else is as in `JSON.parse`.
 *
 * Such integers are put into quotes in the text, which is then left to `JSON.parse`: a parser written in JavaScript takes
 * five to twelve times as long (`bench/json.ts`).
 */

/** The largest safe integer has 16 digits. */
const LONG = 16;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** @throws SyntaxError if the text is not JSON */
export function parseLossless(text: string): unknown {
  const spans = unsafeIntegers(text);
  if (spans.length === 0) return JSON.parse(text);
  try {
    return JSON.parse(inQuotes(text, spans));
  } catch {
    // Some of them are inside strings, which only a look at every quotation mark can tell. The first try cannot have
    // parsed something wrong: a mark put into a string ends it, and no JSON continues with a digit there.
    const insideString = stringTracker(text);
    return JSON.parse(
      inQuotes(
        text,
        spans.filter((span) => !insideString(span.start)),
      ),
    );
  }
}

function inQuotes(text: string, spans: readonly Span[]): string {
  let quoted = '';
  let copied = 0;
  for (const { start, end } of spans) {
    quoted += `${text.slice(copied, start)}"${text.slice(start, end)}"`;
    copied = end;
  }
  return quoted + text.slice(copied);
}

/** Also finds those inside strings, if they are between the same characters as a value. */
function unsafeIntegers(text: string): Span[] {
  const spans: Span[] = [];
  for (let at = nextLongRun(text, 0); at !== -1; ) {
    const end = endOfDigits(text, at);
    const start = text[at - 1] === '-' ? at - 1 : at;
    if (text[at] !== '0' && isWholeValue(text, start, end) && !isSafe(text.slice(start, end))) {
      spans.push({ start, end });
    }
    at = nextLongRun(text, end);
  }
  return spans;
}

function isSafe(digits: string): boolean {
  return Number.isSafeInteger(Number(digits));
}

/**
 * Returns where the next run of at least 16 digits begins, or -1. Such a run covers a position divisible by 16, so only
 * those positions are looked at: most texts have no such run, and cost next to nothing.
 */
function nextLongRun(text: string, from: number): number {
  for (let at = Math.ceil(from / LONG) * LONG; at < text.length; at += LONG) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let start = at;
    while (start > from && isDigit(text.charCodeAt(start - 1))) start--;
    const end = endOfDigits(text, at);
    if (end - start >= LONG) return start;
  }
  return -1;
}

function endOfDigits(text: string, from: number): number {
  let end = from;
  while (isDigit(text.charCodeAt(end))) end++;
  return end;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

const BEFORE_VALUE: ReadonlySet<string | undefined> = new Set([':', ',', '[', undefined]);
const AFTER_VALUE: ReadonlySet<string | undefined> = new Set([',', ']', '}', undefined]);
const WHITE_SPACE: ReadonlySet<string | undefined> = new Set([' ', '\t', '\n', '\r']);

function isWholeValue(text: string, start: number, end: number): boolean {
  let before = start - 1;
  while (WHITE_SPACE.has(text[before])) before--;
  let after = end;
  while (WHITE_SPACE.has(text[after])) after++;
  return BEFORE_VALUE.has(text[before]) && AFTER_VALUE.has(text[after]);
}

/** Returns a function that tells whether a position is inside a string. Ask for positions in ascending order. */
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
  while (text.charCodeAt(position - 1 - backslashes) === 92) backslashes++;
  return backslashes % 2 === 1;
}
