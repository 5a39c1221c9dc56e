import { LineReader, MAX_LINE_BYTES, TOO_LONG } from './lines.js';
import type { DataFile } from './multipart.js';
import { generalError, LineTally, type Outcome } from './requests.js';
import type { TimeSlices } from './slices.js';

/** Stores the object of a line, or gives what is wrong with it. */
export type LineTaker = (object: Readonly<Record<string, unknown>>, line: string) => readonly string[];

const BLANK = /^[\t\r ]*$/;

/**
 * Reads a file of JSON objects, one a line (reference, sections 4 and 6). Good lines are stored though others are
 * bad; but a file that is not UTF-8, or has no line at all, is refused as a whole.
 */
export async function ingest(file: DataFile, take: LineTaker, slices: TimeSlices): Promise<Outcome> {
  if (!file.isUtf8) return generalError('The file is not valid UTF-8');
  const reader = new LineReader(file.chunks);
  const tally = new LineTally();
  for (let number = 1, line = reader.next(); line !== undefined; number += 1, line = reader.next()) {
    if (slices.isOver) await slices.pause();
    if (line === TOO_LONG) {
      tally.failure(number, `The line is longer than ${MAX_LINE_BYTES} bytes`);
      continue;
    }
    if (BLANK.test(line)) continue;
    const problems = takeLine(line, take);
    if (problems.length === 0) tally.success();
    else tally.failure(number, problems.join('; '));
  }
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
    // Thrown where a value nested thousands of levels deep is put into a message.
    if (error instanceof RangeError) return ['The object is nested too deeply'];
    throw error;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
