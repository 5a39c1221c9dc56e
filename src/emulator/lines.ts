/** Lines of more bytes are refused: parsing one would keep the process from answering others. */
export const MAX_LINE_BYTES = 1024 * 1024;

/** A line that was skipped for its length. */
export const TOO_LONG = Symbol('too long');

const LF = 10;
const BOM = '\uFEFF';

/**
 * Reads the lines of a file that lies in memory in pieces, in UTF-8, separated by LF. Each piece is let go when its
 * last line has been read.
 */
export class LineReader {
  #index = 0;
  #at = 0;
  #isFirst = true;

  constructor(private readonly chunks: (Buffer | undefined)[]) {}

  /** The next line without its LF, or `undefined` after the last. A byte order mark is left out. */
  next(): string | typeof TOO_LONG | undefined {
    const line = this.#read();
    if (!this.#isFirst) return line;
    this.#isFirst = false;
    return typeof line === 'string' && line.startsWith(BOM) ? line.slice(1) : line;
  }

  #read(): string | typeof TOO_LONG | undefined {
    const pieces: Buffer[] = [];
    let length = 0;
    for (;;) {
      const chunk = this.chunks[this.#index];
      if (chunk === undefined) return length === 0 ? undefined : join(pieces, length);
      const end = chunk.indexOf(LF, this.#at);
      const start = this.#at;
      this.#advance(chunk, end === -1 ? chunk.length : end + 1);
      if (end !== -1 && length === 0) {
        return end - start > MAX_LINE_BYTES ? TOO_LONG : chunk.toString('utf8', start, end);
      }
      const piece = chunk.subarray(start, end === -1 ? chunk.length : end);
      length += piece.length;
      if (length <= MAX_LINE_BYTES) pieces.push(piece);
      if (end !== -1) return join(pieces, length);
    }
  }

  #advance(chunk: Buffer, at: number): void {
    this.#at = at;
    if (at < chunk.length) return;
    this.chunks[this.#index] = undefined;
    this.#index += 1;
    this.#at = 0;
  }
}

function join(pieces: readonly Buffer[], length: number): string | typeof TOO_LONG {
  return length > MAX_LINE_BYTES ? TOO_LONG : Buffer.concat(pieces, length).toString('utf8');
}
