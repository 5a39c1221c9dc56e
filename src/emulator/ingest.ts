import { createLineSplitter, isBlank } from '../crm/ldjson.js';
import type { DataFile } from './multipart.js';
import { generalError, LineTally, type Outcome } from './requests.js';
import type { TimeSlices } from './slices.js';

/** Stores the object of a line, or returns what is wrong with it. */
export type LineTaker = (object: Readonly<Record<string, unknown>>, line: string) => readonly string[];

/** A longer line is refused: parsing it would block the process. */
export const MAX_LINE_BYTES = 1024 * 1024;
/** Read before looking at the clock: even two-byte lines then take a few milliseconds. */
const PIECE_BYTES = 4 * 1024;

/**
 * Reads a file with one JSON object per line (reference, sections 4 and 6). Good lines are stored even if others are
 * bad, but a file that is not UTF-8, or has no line at all, is refused as a whole.
 */
export async function ingest(file: DataFile, take: LineTaker, slices: TimeSlices): Promise<Outcome> {
  if (!file.isUtf8) return generalError('The file is not valid UTF-8');
  const tally = new LineTally();
  const splitter = createLineSplitter({
    maxLineBytes: MAX_LINE_BYTES,
    onLongLine: (number) => tally.failure(number, `The line is longer than ${MAX_LINE_BYTES} bytes`),
    onLine(bytes, start, end, _at, number, encoding) {
      if (isBlank(bytes, start, end)) return;
      const problems = takeLine(bytes.toString(encoding === 'ASCII' ? 'latin1' : 'utf8', start, end), take);
      if (problems.length === 0) tally.success();
      else tally.failure(number, problems.join('; '));
    },
  });
  for (let chunk = file.chunks.shift(); chunk !== undefined; chunk = file.chunks.shift()) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      splitter.push(chunk.subarray(at, at + PIECE_BYTES));
      if (slices.isOver) await slices.pause();
    }
  }
  splitter.end();
  return tally.isEmpty ? generalError('The file contains no objects') : tally.outcome();
}

function takeLine(line: string, take: LineTaker): readonly string[] {
  let object: unknown;
  try {
    object = JSON.parse(line);
  } catch {
    return ['The line is not valid JSON'];
  }
  if (!isRecord(object)) return ['The line must be a JSON object'];
  try {
    return take(object, line);
  } catch (error) {
    // Thrown when a value nested thousands of levels deep is put into a message.
    if (error instanceof RangeError) return ['The object is nested too deeply'];
    throw error;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
