import { createLineSplitter, decodeLine, type LineEncoding } from '../../crm/ldjson.js';
import type { FileBody } from '../../gong/types.js';
import { SENT_OBJECTS_LIMITS } from '../lists/sent-objects.js';

const { maxFileBytes, maxLines, maxParsedBytes } = SENT_OBJECTS_LIMITS;

export interface FileWithIds {
  /** The same file, searched for IDs as it is read. */
  readonly body: FileBody;
  /** The ID in each line; `null` until the file was read to its end, empty if it is too large to remember. */
  ids(): readonly (string | null)[] | null;
}

const MAX_LINE_BYTES = 1_048_576;
const ID_FIRST = Buffer.from('{"objectId":"');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Collects the objects' IDs while the file is sent to Gong, whose errors only name lines. */
export function collectObjectIds(body: FileBody): FileWithIds {
  let ids: readonly (string | null)[] | null = null;

  async function* stream(): AsyncGenerator<Uint8Array> {
    const found: (string | null)[] = [];
    const idIn = createIdReader();
    const splitter = createLineSplitter({
      maxLineBytes: MAX_LINE_BYTES,
      onLine: (bytes, start, end, _at, _line, encoding) => {
        if (found.length <= maxLines) found.push(idIn(bytes, start, end, encoding));
      },
      onLongLine: () => found.push(null),
    });
    for await (const chunk of body.stream()) {
      splitter.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
      yield chunk;
    }
    splitter.end();
    ids = found.length > maxLines ? [] : found;
  }

  if (body.size > maxFileBytes) return { body, ids: () => [] };
  return { body: { size: body.size, stream }, ids: () => ids };
}

/** Runs on the main thread: lines that do not begin with their ID are parsed, but only up to `maxParsedBytes` of them. */
function createIdReader() {
  let parsedBytes = 0;
  return (bytes: Buffer, start: number, end: number, encoding: LineEncoding): string | null => {
    const from = start + ID_FIRST.length;
    if (from < end && ID_FIRST.compare(bytes, start, from) === 0) {
      const rest = bytes.subarray(from, end);
      const to = rest.indexOf(QUOTE);
      const escaped = rest.indexOf(BACKSLASH);
      if (to > 0 && (escaped === -1 || escaped > to)) return rest.toString('utf8', 0, to);
    }
    parsedBytes += end - start;
    return parsedBytes > maxParsedBytes ? null : parsedId(decodeLine(bytes, start, end, encoding) ?? '');
  };
}

function parsedId(line: string): string | null {
  try {
    const object: unknown = JSON.parse(line);
    const id = typeof object === 'object' && object !== null && 'objectId' in object ? object.objectId : null;
    return typeof id === 'string' ? id : null;
  } catch {
    return null;
  }
}
