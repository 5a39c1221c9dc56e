import type { LineProblem } from '../../crm/ldjson-problems.js';
import type { UploadReport } from '../engine/types.js';

export interface FileReport extends UploadReport {
  readonly errors: readonly LineProblem[];
  readonly warnings: readonly LineProblem[];
}

export function withSeverities(report: UploadReport): FileReport {
  return {
    ...report,
    errors: report.problems.filter((problem) => problem.severity === 'ERROR'),
    warnings: report.problems.filter((problem) => problem.severity === 'WARNING'),
  };
}

/** Adds an error if there is none: Gong would accept a file without objects and then fail it. */
export function explainedIfEmpty(report: FileReport): FileReport {
  if (report.errors.length > 0) return report;
  const problem: LineProblem = {
    line: 0,
    objectId: null,
    field: null,
    code: 'NO_OBJECTS',
    message: 'needed at least one object to send, got a file without any',
    severity: 'ERROR',
  };
  return {
    ...report,
    errorCount: report.errorCount + 1,
    countsByCode: { ...report.countsByCode, NO_OBJECTS: 1 },
    problems: [problem, ...report.problems],
    errors: [problem],
  };
}
