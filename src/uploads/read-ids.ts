import { createLineSplitter, decodeLine } from '../crm/ldjson.js';
import type { FileBody } from '../gong/types.js';
import { SENT_OBJECTS_LIMITS } from './sent-objects.js';

const { maxFileBytes, maxLines } = SENT_OBJECTS_LIMITS;

/** A file on its way, and the IDs of its objects by line once it has been read to its end. */
export interface ReadFile {
  readonly body: FileBody;
  /** `null` where it was not read to its end; empty where it is too large. */
  ids(): readonly (string | null)[] | null;
}

/** So that one line of a caller's cannot hold up the event loop; a longer one has no ID that can be told. */
const MAX_LINE_BYTES = 1_048_576;

/** Reads the objects' IDs out of a file while Gong is sent it, so that errors can name objects. */
export function readIds(body: FileBody): ReadFile {
  let ids: readonly (string | null)[] | null = null;

  async function* stream(): AsyncGenerator<Uint8Array> {
    const found: (string | null)[] = [];
    const splitter = createLineSplitter({
      maxLineBytes: MAX_LINE_BYTES,
      onLine: (bytes, start, end, _at, _line, encoding) => {
        if (found.length <= maxLines) found.push(idIn(decodeLine(bytes, start, end, encoding)));
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

function idIn(line: string | undefined): string | null {
  if (line === undefined || line.trim() === '') return null;
  try {
    const object: unknown = JSON.parse(line);
    const id = typeof object === 'object' && object !== null && 'objectId' in object ? object.objectId : null;
    return typeof id === 'string' ? id : null;
  } catch {
    return null;
  }
}
