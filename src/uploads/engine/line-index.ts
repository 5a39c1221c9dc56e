import type { FileWriter } from './disk-file.js';
import { createFileWriter, openFileReader } from './disk-file.js';
import type { LineRecord } from './file-check.js';

/**
 * The places and sort keys of the valid lines, 32 bytes each, in a file beside the spool file: sorting and splitting
 * then need no second look at the JSON, and lines left out need no list.
 */
const RECORD_BYTES = 32;
const BUFFER_BYTES = 65_536;

export interface LineIndexWriter extends Disposable {
  add(record: LineRecord): void;
  finish(): void;
}

export function createLineIndex(path: string): LineIndexWriter {
  const file: FileWriter = createFileWriter(path, BUFFER_BYTES);
  const record = Buffer.alloc(RECORD_BYTES);
  return {
    add({ at, bytes, instant, idLow, idHigh }) {
      record.writeDoubleLE(at, 0);
      record.writeDoubleLE(instant, 8);
      record.writeUInt32LE(bytes, 16);
      record.writeUInt32LE(idLow, 20);
      record.writeUInt32LE(idHigh, 24);
      file.write(record, 0, RECORD_BYTES);
    },
    finish: () => file.finish(),
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

/** The records in file order. */
export function* readLineIndex(path: string): Generator<LineRecord> {
  using file = openFileReader(path, BUFFER_BYTES);
  for (let at = 0; at < file.bytes; at += RECORD_BYTES) {
    const record = file.read(at, RECORD_BYTES);
    yield {
      at: record.readDoubleLE(0),
      instant: record.readDoubleLE(8),
      bytes: record.readUInt32LE(16),
      idLow: record.readUInt32LE(20),
      idHigh: record.readUInt32LE(24),
    };
  }
}
