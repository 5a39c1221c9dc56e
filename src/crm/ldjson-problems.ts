import { OBJECT_PROBLEM_CODES, OBJECT_WARNING_CODES } from './object-rules.js';

/** Every error and warning about a line of a file. Stable, because callers branch on them. */
export const LINE_PROBLEM_CODES = [
  'INVALID_UTF8',
  'INVALID_JSON',
  'NOT_AN_OBJECT',
  'LINE_TOO_LONG',
  ...OBJECT_PROBLEM_CODES,
  'OUT_OF_ORDER',
  'DUPLICATE_OBJECT',
  'TOO_MANY_REPEATS',
  'NO_OBJECTS',
] as const;
export type LineProblemCode = (typeof LINE_PROBLEM_CODES)[number];

/** A WARNING never blocks: the gateway fixes it (order, duplicates) or Gong ignores it (unknown fields). */
export type LineProblemSeverity = 'ERROR' | 'WARNING';

export interface LineProblem {
  /** Counts from 1, including blank lines. */
  readonly line: number;
  /** `null` if the line has none or cannot be parsed. */
  readonly objectId: string | null;
  readonly field: string | null;
  readonly code: LineProblemCode;
  /** What was needed and what was got. */
  readonly message: string;
  readonly severity: LineProblemSeverity;
}

const WARNING_CODES: ReadonlySet<LineProblemCode> = new Set([
  ...OBJECT_WARNING_CODES,
  'OUT_OF_ORDER',
  'DUPLICATE_OBJECT',
]);

export function severityOf(code: LineProblemCode): LineProblemSeverity {
  return WARNING_CODES.has(code) ? 'WARNING' : 'ERROR';
}

/** Longer IDs and field names are cut in the response. */
const MAX_NAME_CHARACTERS = 100;

export interface ProblemLog {
  readonly errorCount: number;
  readonly warningCount: number;
  /** Counts a problem, and lists it while there is room. `message` is called only for listed problems. */
  add(
    code: LineProblemCode,
    line: number,
    objectId: string | null,
    field: string | null,
    message: () => string,
  ): void;
  countsByCode(): Partial<Record<LineProblemCode, number>>;
  /** In the order of lines. Warnings are listed only if errors leave room. */
  listed(): LineProblem[];
}

/** Counts all problems and stores the first `maxListed` of each severity. */
export function createProblemLog(maxListed: number): ProblemLog {
  const counts = new Map<LineProblemCode, number>();
  const listed = { ERROR: [] as LineProblem[], WARNING: [] as LineProblem[] };
  const totals = { ERROR: 0, WARNING: 0 };

  return {
    get errorCount() {
      return totals.ERROR;
    },
    get warningCount() {
      return totals.WARNING;
    },
    add(code, line, objectId, field, message) {
      const severity = severityOf(code);
      totals[severity] += 1;
      counts.set(code, (counts.get(code) ?? 0) + 1);
      const list = listed[severity];
      if (list.length >= maxListed) return;
      list.push({
        line,
        objectId: objectId && cut(objectId),
        field: field && cut(field),
        code,
        message: message(),
        severity,
      });
    },
    countsByCode: () => Object.fromEntries(counts),
    listed: () =>
      [...listed.ERROR, ...listed.WARNING.slice(0, maxListed - listed.ERROR.length)].sort(
        (left, right) => left.line - right.line,
      ),
  };
}

function cut(text: string): string {
  return text.length > MAX_NAME_CHARACTERS ? `${text.slice(0, MAX_NAME_CHARACTERS - 1)}…` : text;
}
