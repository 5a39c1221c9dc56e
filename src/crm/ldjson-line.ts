import { decodeLine, type LineEncoding } from './ldjson.js';
import { shown } from './values.js';

export type LineFaultCode = 'INVALID_UTF8' | 'INVALID_JSON' | 'NOT_AN_OBJECT';

/** Why a line is not an object. */
export class LineFault {
  constructor(
    readonly code: LineFaultCode,
    /** What was needed and what was got. */
    readonly message: string,
  ) {}
}

export type LdjsonObject = Readonly<Record<string, unknown>>;

/**
 * The JSON object in `bytes[start, end)`, for checking only: numbers beyond 2^53 are rounded, so send the bytes.
 * The last value of a duplicate key wins.
 */
export function parseLine(
  bytes: Buffer,
  start: number,
  end: number,
  encoding: LineEncoding,
): LdjsonObject | LineFault {
  const text = decodeLine(bytes, start, end, encoding);
  if (text === undefined) return invalidUtf8(bytes, start, end);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return new LineFault('INVALID_JSON', `The line must be one JSON object, got invalid JSON: ${why(error)}`);
  }
  if (isObject(value)) return value;
  return new LineFault(
    'NOT_AN_OBJECT',
    `The line must be one JSON object, got ${Array.isArray(value) ? 'an array' : shown(value)}`,
  );
}

function isObject(value: unknown): value is LdjsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalidUtf8(bytes: Buffer, start: number, end: number): LineFault {
  // An invalid sequence decodes to U+FFFD, so encoding the text again differs at its first byte.
  const text = bytes.toString('utf8', start, end);
  const again = Buffer.from(text);
  let offset = 0;
  while (again[offset] === bytes[start + offset]) offset += 1;
  const byte = (bytes[start + offset] ?? 0).toString(16).padStart(2, '0');
  return new LineFault(
    'INVALID_UTF8',
    `The line must be UTF-8, got the byte 0x${byte} at byte ${offset + 1} of the line`,
  );
}

/** V8's message, shortened. It quotes at most a few characters of the line. */
function why(error: unknown): string {
  const message = error instanceof Error ? error.message.replace(/ is not valid JSON$/, '') : String(error);
  return message.length > 120 ? `${message.slice(0, 119)}…` : message;
}
