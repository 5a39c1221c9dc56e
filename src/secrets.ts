export const HIDDEN = '[hidden]';

/** The gateway refuses to start with shorter secrets: to hide them would blank out other text, such as numbers. */
export const MIN_SECRET_CHARS = 8;

/** Values that must never be logged. They change at run time, with tokens and with callers. */
export interface Secrets {
  /** Returns a function that removes them again. A value that was added twice is hidden until it is removed twice. */
  add(values: readonly string[]): () => void;
  /** Hides them in a finished line: as they are, as JSON escapes them and as URLs encode them. */
  scrub(line: string): string;
}

/** Secrets of this length and more are indexed by their first characters. */
const INDEXED_CHARS = 12;
const SLOTS = 4096;

interface LongSecret {
  count: number;
  /** For each prefix of the text, the length of its longest proper prefix that is also its suffix (Knuth-Morris-Pratt). */
  readonly borders: Uint32Array;
}

/**
 * A hundred callers have three hundred texts to look for in every line. Searching for one after the other took twenty
 * times as long as this index of prefixes, and one regular expression for all of them takes even longer to compile
 * whenever a caller comes or goes. Candidates are matched in linear time (Knuth-Morris-Pratt): callers choose the texts,
 * and may choose a thousand that differ only in the last character.
 *
 * @param fixed hidden for the life of the program
 */
export function createSecrets(fixed: readonly string[] = []): Secrets {
  const short = new Map<string, number>();
  const long = new Map<string, Map<string, LongSecret>>();
  /** How many long secrets have a prefix in this slot: most positions of a line need no look-up in `long`. */
  const prefixes = new Uint32Array(SLOTS);

  function countShort(text: string, change: 1 | -1): void {
    const next = (short.get(text) ?? 0) + change;
    if (next > 0) short.set(text, next);
    else short.delete(text);
  }

  function count(text: string, change: 1 | -1): void {
    if (text.length < INDEXED_CHARS) {
      countShort(text, change);
      return;
    }
    const prefix = text.slice(0, INDEXED_CHARS);
    const samePrefix = long.get(prefix) ?? new Map<string, LongSecret>();
    const secret = samePrefix.get(text) ?? { count: 0, borders: bordersOf(text) };
    secret.count += change;
    if (secret.count > 0) samePrefix.set(text, secret);
    else samePrefix.delete(text);
    const slot = slotOf(text.charCodeAt(0), text.charCodeAt(1), text.charCodeAt(2));
    prefixes[slot] = (prefixes[slot] ?? 0) + change;
    if (samePrefix.size > 0) long.set(prefix, samePrefix);
    else long.delete(prefix);
  }

  /** The long secrets whose prefix is in the line; `undefined`: none is. */
  function candidatesIn(line: string): ReadonlySet<Map<string, LongSecret>> | undefined {
    let found: Set<Map<string, LongSecret>> | undefined;
    const end = line.length - INDEXED_CHARS;
    // Each character is read once: this is done for all that is logged.
    let first = line.charCodeAt(0);
    let second = line.charCodeAt(1);
    for (let at = 0; at <= end; at += 1) {
      const third = line.charCodeAt(at + 2);
      if (prefixes[slotOf(first, second, third)] !== 0) {
        const samePrefix = long.get(line.slice(at, at + INDEXED_CHARS));
        if (samePrefix !== undefined) found = (found ?? new Set()).add(samePrefix);
      }
      first = second;
      second = third;
    }
    return found;
  }

  function withoutLong(line: string): string {
    const candidates = candidatesIn(line);
    if (candidates === undefined) return line;
    /** For each position, the end of the longest secret that begins there; 0: none does. */
    const ends = new Uint32Array(line.length);
    for (const samePrefix of candidates) {
      for (const [text, { borders }] of samePrefix) markEnds(line, text, borders, ends);
    }
    let kept = '';
    let from = 0;
    for (let at = 0; at < line.length; at += 1) {
      let end = ends[at] ?? 0;
      if (end === 0) continue;
      kept += line.slice(from, at) + HIDDEN;
      // Secrets may overlap.
      for (at += 1; at < end; at += 1) end = Math.max(end, ends[at] ?? 0);
      from = end;
      at = end - 1;
    }
    return kept + line.slice(from);
  }

  for (const text of new Set(fixed.flatMap((value) => [value, ...writtenForms(value)])))
    if (text !== '') count(text, 1);
  return {
    add(values) {
      const texts = new Set(values.flatMap(writtenForms));
      texts.delete('');
      for (const text of texts) count(text, 1);
      return () => {
        for (const text of texts) count(text, -1);
        texts.clear();
      };
    },
    scrub(line) {
      if (short.size === 0) return withoutLong(line);
      const shortened = [...short.keys()].sort((left, right) => right.length - left.length);
      return shortened.reduce((text, secret) => text.replaceAll(secret, HIDDEN), withoutLong(line));
    },
  };
}

/** Lines are JSON: a secret with a quote is only ever escaped there, and its plain form could match the line's syntax. */
function writtenForms(value: string): string[] {
  return [JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
}

function slotOf(first: number, second: number, third: number): number {
  return (first * 961 + second * 31 + third) & (SLOTS - 1);
}

function bordersOf(text: string): Uint32Array {
  const borders = new Uint32Array(text.length + 1);
  let matched = 0;
  for (let at = 1; at < text.length; at += 1) {
    while (matched > 0 && text.charCodeAt(at) !== text.charCodeAt(matched)) matched = borders[matched] ?? 0;
    if (text.charCodeAt(at) === text.charCodeAt(matched)) matched += 1;
    borders[at + 1] = matched;
  }
  return borders;
}

function markEnds(line: string, text: string, borders: Uint32Array, ends: Uint32Array): void {
  let matched = 0;
  for (let at = 0; at < line.length; at += 1) {
    while (matched > 0 && line.charCodeAt(at) !== text.charCodeAt(matched)) matched = borders[matched] ?? 0;
    if (line.charCodeAt(at) === text.charCodeAt(matched)) matched += 1;
    if (matched < text.length) continue;
    const start = at + 1 - matched;
    ends[start] = Math.max(ends[start] ?? 0, at + 1);
    matched = borders[matched] ?? 0;
  }
}
