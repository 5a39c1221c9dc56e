export const HIDDEN = '[hidden]';

/** Shorter ones of the gateway's own are refused at start: they would be hidden in every number of the log. */
export const MIN_SECRET_CHARS = 8;

/** Values that must never be written. They come and go while the program runs: with tokens, and with callers. */
export interface Secrets {
  /** Gives a function that takes them out again; one that was added twice is hidden until both are taken out. */
  add(values: readonly string[]): () => void;
  /** A finished line without them: as they are, as JSON escapes them and as a URL encodes them. */
  scrub(line: string): string;
}

/** Longer ones are found by how they begin, however many there are. */
const INDEXED_CHARS = 12;
const SLOTS = 4096;

interface LongSecret {
  count: number;
  /** For each length of a beginning of the text, how much of its end is a beginning, too (Knuth, Morris, Pratt). */
  readonly borders: Uint32Array;
}

/**
 * @param fixed known for the life of the program
 *
 * A hundred callers' secrets are three hundred texts to look for in every line. One after the other they take twenty
 * times as long as to look up what begins at each place, and one regular expression of all of them takes longer still
 * to compile whenever a caller comes or goes. Those whose beginning stands in the line are each looked for in one pass
 * over it: callers choose these texts, and may choose them alike but for the last character.
 */
export function createSecrets(fixed: readonly string[] = []): Secrets {
  const short = new Map<string, number>();
  const long = new Map<string, Map<string, LongSecret>>();
  /** How many long ones begin like this, so that most places in a line need no look-up. */
  const beginnings = new Uint32Array(SLOTS);

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
    const beginning = text.slice(0, INDEXED_CHARS);
    const alike = long.get(beginning) ?? new Map<string, LongSecret>();
    const secret = alike.get(text) ?? { count: 0, borders: bordersOf(text) };
    secret.count += change;
    if (secret.count > 0) alike.set(text, secret);
    else alike.delete(text);
    beginnings[slotAt(text, 0)] = (beginnings[slotAt(text, 0)] ?? 0) + change;
    if (alike.size > 0) long.set(beginning, alike);
    else long.delete(beginning);
  }

  /** Those whose beginning stands in the line. */
  function candidatesIn(line: string): ReadonlySet<Map<string, LongSecret>> | undefined {
    let found: Set<Map<string, LongSecret>> | undefined;
    for (let at = 0; at + INDEXED_CHARS <= line.length; at += 1) {
      if (beginnings[slotAt(line, at)] === 0) continue;
      const alike = long.get(line.slice(at, at + INDEXED_CHARS));
      if (alike === undefined) continue;
      found ??= new Set();
      found.add(alike);
    }
    return found;
  }

  function withoutLong(line: string): string {
    const candidates = candidatesIn(line);
    if (candidates === undefined) return line;
    /** For each place, where the longest secret that begins there ends; 0: none does. */
    const ends = new Uint32Array(line.length);
    for (const alike of candidates) {
      for (const [text, { borders }] of alike) markEnds(line, text, borders, ends);
    }
    let kept = '';
    let from = 0;
    for (let at = 0; at < line.length; at += 1) {
      let end = ends[at] ?? 0;
      if (end === 0) continue;
      kept += line.slice(from, at) + HIDDEN;
      // One may begin inside another and end after it.
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
      const shortened = [...short.keys()].sort((left, right) => right.length - left.length);
      return shortened.reduce((text, secret) => text.replaceAll(secret, HIDDEN), withoutLong(line));
    },
  };
}

/** A line is JSON: what holds a quote stands there escaped only, and its bare form would match the line's own. */
function writtenForms(value: string): string[] {
  return [JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
}

function slotAt(text: string, at: number): number {
  return (text.charCodeAt(at) * 961 + text.charCodeAt(at + 1) * 31 + text.charCodeAt(at + 2)) & (SLOTS - 1);
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
