import { InvalidAnswerError } from './errors.js';

/** An event of a stream: the two fields that the gateway sends. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

/** Larger than any answer of the gateway. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024;

/**
 * Reads server-sent events as the gateway writes them, one at a time as they are asked for; lines end with LF or CR LF.
 * An event that is cut off is dropped.
 *
 * @param read gives the next bytes
 */
export async function* readEvents(
  read: () => Promise<Uint8Array | undefined>,
): AsyncGenerator<ServerSentEvent, void, void> {
  const decoder = new TextDecoder();
  /** Pieces of a line that has not ended, so that a long line is not copied with each piece. */
  let pieces: string[] = [];
  let bytesSoFar = 0;
  let event = '';
  let data: string[] = [];
  for (let bytes = await read(); bytes !== undefined; bytes = await read()) {
    const [first = '', ...others] = decoder.decode(bytes, { stream: true }).split('\n');
    pieces.push(first);
    for (const next of others) {
      const line = pieces.join('').replace(/\r$/, '');
      pieces = [next];
      if (line === '') {
        if (event !== '' || data.length > 0) yield { event, data: data.join('\n') };
        event = '';
        data = [];
        bytesSoFar = 0;
      } else if (line.startsWith('event:')) event = line.slice(6).trim();
      else if (line.startsWith('data:')) data.push(line.slice(5).trimStart());
    }
    bytesSoFar += bytes.length;
    if (bytesSoFar > MAX_EVENT_BYTES) {
      const facts = { code: 'INVALID_ANSWER', retryable: false };
      throw new InvalidAnswerError(`needed events of at most ${MAX_EVENT_BYTES} bytes, got more`, facts);
    }
  }
}
