import { isAscii, isUtf8 } from 'node:buffer';

/**
 * Splits LDJSON. Lines end at LF only, because a bare CR is JSON white space and U+2028 an ordinary character.
 * `node:readline` splits at both.
 */

const LF = 10;
export const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const EMPTY = Buffer.alloc(0);

/** What is known about a line's bytes. Checking a whole chunk at once is far cheaper than checking each line. */
export type LineEncoding = 'ASCII' | 'UTF8' | 'UNKNOWN';

/**
 * Receives the line in `bytes[start, end)`, without its LF. `at` is the offset of its first byte in the stream, not
 * counting a byte order mark; `line` counts from 1. The bytes are valid only during the call.
 */
export type LineReceiver = (
  bytes: Buffer,
  start: number,
  end: number,
  at: number,
  line: number,
  encoding: LineEncoding,
) => void;

export interface LineSplitterOptions {
  /** Bytes between two LFs, including a CR. A longer line is skipped and never held in memory. */
  readonly maxLineBytes: number;
  readonly onLine: LineReceiver;
  /** Called once per line over the limit, as soon as the limit is exceeded. */
  readonly onLongLine: (line: number) => void;
  /** Asked about most lines before their end is looked for. */
  readonly skim?: LineSkimmer;
}

/**
 * May take the line that begins at `bytes[start]`, valid UTF-8 up to its LF: returns the position of that, or `NOT_SKIMMED`
 * if the line is to be passed to `onLine` instead. It must not take one of more than `maxLineBytes`.
 */
export type LineSkimmer = (bytes: Buffer, start: number, at: number, line: number) => number;

export const NOT_SKIMMED = -1;

export interface LineSplitter {
  push(chunk: Buffer): void;
  /** Ends the last line, which needs no LF. Returns the number of lines, including blank ones. */
  end(): number;
}

export function createLineSplitter(options: LineSplitterOptions): LineSplitter {
  const { maxLineBytes, onLine, onLongLine, skim = () => NOT_SKIMMED } = options;
  const bom = createBomStripper();
  let line = 1;
  let at = 0;
  /** Bytes so far of the line begun in earlier chunks. `begun` holds them while they are within the limit. */
  let begunBytes = 0;
  let begun = EMPTY;

  function keep(chunk: Buffer, start: number, end: number): void {
    const before = begunBytes;
    begunBytes += end - start;
    if (begunBytes > maxLineBytes) {
      if (before <= maxLineBytes) onLongLine(line);
      return;
    }
    if (begunBytes > begun.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(maxLineBytes, Math.max(begunBytes * 2, 16_384)));
      begun.copy(grown, 0, 0, before);
      begun = grown;
    }
    chunk.copy(begun, before, start, end);
  }

  function finishBegun(): void {
    if (begunBytes <= maxLineBytes) onLine(begun, 0, begunBytes, at, line, 'UNKNOWN');
    at += begunBytes + 1;
    line += 1;
    begunBytes = 0;
  }

  function take(chunk: Buffer): void {
    let start = 0;
    const last = chunk.lastIndexOf(LF);
    if (last !== -1 && begunBytes > 0) {
      const end = chunk.indexOf(LF);
      keep(chunk, 0, end);
      finishBegun();
      start = end + 1;
    }
    const encoding = start > last ? 'UNKNOWN' : encodingOf(chunk.subarray(start, last));
    while (start <= last) {
      let end = encoding === 'UNKNOWN' ? NOT_SKIMMED : skim(chunk, start, at, line);
      if (end === NOT_SKIMMED) {
        end = chunk.indexOf(LF, start);
        if (end - start > maxLineBytes) onLongLine(line);
        else onLine(chunk, start, end, at, line, encoding);
      }
      at += end - start + 1;
      line += 1;
      start = end + 1;
    }
    if (start < chunk.length) keep(chunk, start, chunk.length);
  }

  return {
    push: (chunk) => take(bom.strip(chunk)),
    end() {
      take(bom.rest());
      if (begunBytes > 0) finishBegun();
      return line - 1;
    },
  };
}

function encodingOf(bytes: Buffer): LineEncoding {
  if (isAscii(bytes)) return 'ASCII';
  return isUtf8(bytes) ? 'UTF8' : 'UNKNOWN';
}

/** The text of `bytes[start, end)`, or `undefined` if it is not valid UTF-8. */
export function decodeLine(
  bytes: Buffer,
  start: number,
  end: number,
  encoding: LineEncoding,
): string | undefined {
  const known = encoding === 'UNKNOWN' ? encodingOf(bytes.subarray(start, end)) : encoding;
  if (known === 'UNKNOWN') return undefined;
  return bytes.toString(known === 'ASCII' ? 'latin1' : 'utf8', start, end);
}

/** Whether the line consists of JSON white space. */
export function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) {
    const byte = bytes[index];
    if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) return false;
  }
  return true;
}

export interface BomStripper {
  /** Returns the chunk without the byte order mark at the start of the stream, which may be split between chunks. */
  strip(chunk: Buffer): Buffer;
  /** At the end of the stream: the bytes held back because they might have begun a byte order mark. */
  rest(): Buffer;
  /** Whether there was a byte order mark. */
  readonly found: boolean;
}

export function createBomStripper(): BomStripper {
  let matched = 0;
  let undecided = true;
  return {
    strip(chunk) {
      if (!undecided) return chunk;
      const before = matched;
      let index = 0;
      while (matched < BOM.length && index < chunk.length && chunk[index] === BOM[matched]) {
        index += 1;
        matched += 1;
      }
      if (matched < BOM.length && index === chunk.length) return EMPTY;
      undecided = false;
      if (matched === BOM.length) return chunk.subarray(index);
      return before === 0 ? chunk : Buffer.concat([BOM.subarray(0, before), chunk]);
    },
    rest: () => (undecided ? BOM.subarray(0, matched) : EMPTY),
    get found() {
      return matched === BOM.length;
    },
  };
}
