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

/**
 * @param fixed known for the life of the program
 *
 * A hundred callers' secrets are three hundred texts to look for in every line. One after the other they take twenty
 * times as long as to look up what begins at each place, and one regular expression of all of them takes longer still
 * to compile whenever a caller comes or goes.
 */
export function createSecrets(fixed: readonly string[] = []): Secrets {
  const short = new Map<string, number>();
  const long = new Map<string, Map<string, number>>();
  /** How many long ones begin like this, so that most places in a line need no look-up. */
  const beginnings = new Uint32Array(SLOTS);

  function count(text: string, change: 1 | -1): void {
    const isShort = text.length < INDEXED_CHARS;
    const beginning = text.slice(0, INDEXED_CHARS);
    const known = isShort ? short : (long.get(beginning) ?? new Map<string, number>());
    const next = (known.get(text) ?? 0) + change;
    if (next > 0) known.set(text, next);
    else known.delete(text);
    if (isShort) return;
    beginnings[slotAt(text, 0)] = (beginnings[slotAt(text, 0)] ?? 0) + change;
    if (known.size > 0) long.set(beginning, known);
    else long.delete(beginning);
  }

  function longestAt(line: string, at: number): string | undefined {
    let longest: string | undefined;
    for (const text of long.get(line.slice(at, at + INDEXED_CHARS))?.keys() ?? []) {
      if (text.length > (longest?.length ?? 0) && line.startsWith(text, at)) longest = text;
    }
    return longest;
  }

  function withoutLong(line: string): string {
    let kept = '';
    let from = 0;
    for (let at = 0; at + INDEXED_CHARS <= line.length; at += 1) {
      if (beginnings[slotAt(line, at)] === 0) continue;
      const found = longestAt(line, at);
      if (found === undefined) continue;
      kept += line.slice(from, at) + HIDDEN;
      from = at + found.length;
      at = from - 1;
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
