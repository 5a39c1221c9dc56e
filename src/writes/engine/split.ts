import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createFileWriter, type FileReader, openFileReader } from './disk-file.js';
import { createLineCount } from './file-check.js';
import type { ArrangedPart, ArrangeSpec } from './protocol.js';
import { SpoolError } from './spool-error.js';

const LF = 10;
const WINDOW_BYTES = 1024 * 1024;

/**
 * Splits an unchecked file of `lines` lines at line ends without changing its bytes. A file within the limit is its own
 * part; an empty one has none. Repeated objects were not looked for, so every part waits for the one before.
 */
export function splitAtLineEnds(
  path: string,
  spec: Pick<ArrangeSpec, 'folder' | 'maxPartBytes'>,
  lines: number,
  throwIfStopped: () => void,
): ArrangedPart[] {
  using file = openFileReader(path, WINDOW_BYTES);
  if (file.bytes > 0 && file.bytes <= spec.maxPartBytes) {
    return [{ path, bytes: file.bytes, lines, afterPrevious: false }];
  }
  const parts: ArrangedPart[] = [];
  let start = 0;
  while (start < file.bytes) {
    const end = start + spec.maxPartBytes < file.bytes ? lineEndBefore(file, start, spec) : file.bytes;
    const target = join(spec.folder, `part-1-${parts.length + 1}`);
    const lines = copyRange(file, start, end, target, throwIfStopped);
    parts.push({ path: target, bytes: end - start, lines, afterPrevious: parts.length > 0 });
    start = end;
  }
  rmSync(path);
  return parts;
}

/** Returns the position after the last LF that a part beginning at `start` has room for. */
function lineEndBefore(file: FileReader, start: number, spec: { readonly maxPartBytes: number }): number {
  let end = start + spec.maxPartBytes;
  while (end > start) {
    const from = Math.max(start, end - WINDOW_BYTES);
    const last = file.read(from, end - from).lastIndexOf(LF);
    if (last !== -1) return from + last + 1;
    end = from;
  }
  throw new SpoolError(
    'TOO_LARGE',
    `A file must have a line end at least every ${spec.maxPartBytes} bytes to be split, got none in as many`,
  );
}

/** Copies bytes `[start, end)` of the file and returns their number of lines, counting a last one without LF. */
function copyRange(
  file: FileReader,
  start: number,
  end: number,
  target: string,
  throwIfStopped: () => void,
): number {
  using part = createFileWriter(target, WINDOW_BYTES);
  const count = createLineCount();
  for (let at = start; at < end; at += WINDOW_BYTES) {
    throwIfStopped();
    const window = file.read(at, Math.min(WINDOW_BYTES, end - at));
    count.push(window);
    part.write(window, 0, window.length);
  }
  part.finish();
  return count.end().report.lines;
}
