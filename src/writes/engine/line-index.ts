import { endianness } from 'node:os';
import { createFileWriter, openFileReader } from './disk-file.js';
import type { LineRecord } from './file-check.js';

/**
 * A file beside the spool file with the position and sort key of each valid line, 32 bytes a line: the JSON need not be
 * read again to sort and split, and skipped lines need no list.
 */
const RECORD_BYTES = 32;
const BUFFER_BYTES = 65_536;
const IS_LITTLE_ENDIAN = endianness() === 'LE';

export interface LineIndexWriter extends Disposable {
  add(record: LineRecord): void;
  finish(): void;
}

export function createLineIndex(path: string): LineIndexWriter {
  const file = createFileWriter(path, 0);
  // Typed arrays in native byte order: with Buffer's writeDoubleLE the check would take a tenth longer.
  const buffer = Buffer.alloc(BUFFER_BYTES);
  const doubles = new Float64Array(buffer.buffer, buffer.byteOffset, BUFFER_BYTES / 8);
  const words = new Int32Array(buffer.buffer, buffer.byteOffset, BUFFER_BYTES / 4);
  let used = 0;

  function flush(): void {
    file.write(buffer, 0, used);
    used = 0;
  }

  return {
    add({ at, bytes, instant, idLow, idHigh }) {
      if (used === BUFFER_BYTES) flush();
      doubles[used / 8] = at;
      doubles[used / 8 + 1] = instant;
      words[used / 4 + 4] = bytes;
      words[used / 4 + 5] = idLow;
      words[used / 4 + 6] = idHigh;
      used += RECORD_BYTES;
    },
    finish() {
      flush();
      file.finish();
    },
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

/** Yields the records in file order. */
export function* readLineIndex(path: string): Generator<LineRecord> {
  using file = openFileReader(path, BUFFER_BYTES);
  for (let at = 0; at < file.bytes; at += BUFFER_BYTES) {
    const buffer = file.read(at, Math.min(BUFFER_BYTES, file.bytes - at));
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    for (let from = 0; from < buffer.length; from += RECORD_BYTES) {
      yield {
        at: view.getFloat64(from, IS_LITTLE_ENDIAN),
        instant: view.getFloat64(from + 8, IS_LITTLE_ENDIAN),
        bytes: view.getUint32(from + 16, IS_LITTLE_ENDIAN),
        idLow: view.getInt32(from + 20, IS_LITTLE_ENDIAN),
        idHigh: view.getInt32(from + 24, IS_LITTLE_ENDIAN),
      };
    }
  }
}
