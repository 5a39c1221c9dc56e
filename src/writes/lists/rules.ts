import type { ApiDialect } from '../../crm/dialects.js';
import { createProblemLog, type LineProblem } from '../../crm/ldjson-problems.js';
import { compileObjectCheck, isWarningCode } from '../../crm/object-rules.js';
import type { UploadObjectType } from '../../crm/object-types.js';
import type { SchemaField } from '../../crm/schema-field.js';
import { badUserInput, type InputProblem, type ProblemPath } from '../../errors.js';

/** How many warnings a result lists; all are counted. */
const MAX_LISTED_WARNINGS = 1000;

export interface ListRules {
  /** The dialect whose rules apply. */
  readonly dialect: ApiDialect;
  readonly objectType: UploadObjectType;
  /** The type's live schema; empty where no custom fields are given. */
  readonly schema: readonly SchemaField[];
  /** Applies to the legacy dialect only. */
  readonly requirePhone: boolean;
  /** Returns where a field of the object at `index` is in the arguments. */
  readonly pathOf: (index: number, field: string) => ProblemPath;
}

export interface ListWarnings {
  /** The first 1,000; `line` is the object's position in the list, from 1. */
  readonly warnings: readonly LineProblem[];
  readonly warningCount: number;
}

export interface ListFindings extends ListWarnings {
  readonly problems: readonly InputProblem[];
}

/** Checks objects in the form in which they will be sent. */
export function checkRows(
  rows: readonly Readonly<Record<string, unknown>>[],
  { pathOf, ...rules }: ListRules,
): ListFindings {
  const checkObject = compileObjectCheck({ ...rules, reportWarnings: true });
  const problems: InputProblem[] = [];
  const log = createProblemLog(MAX_LISTED_WARNINGS);
  rows.forEach((row, index) => {
    checkObject(row, ({ field, code, message }) => {
      if (isWarningCode(code)) log.add(code, index + 1, String(row.objectId), field, () => message);
      else problems.push({ path: pathOf(index, field), code, message });
    });
  });
  return { problems, warnings: log.listed(), warningCount: log.warningCount };
}

/**
 * Throws if there are problems, sorted by object. A `broken` rule is left out where another problem concerns the same
 * field.
 *
 * @throws GatewayError BAD_USER_INPUT
 */
export function refuseProblems(problems: readonly InputProblem[], broken: readonly InputProblem[]): void {
  const reported = new Set(problems.map(({ path }) => path.join('\n')));
  const all = [...problems, ...broken.filter(({ path }) => !reported.has(path.join('\n')))];
  const placeOf = ({ path: [, index] }: InputProblem) => (typeof index === 'number' ? index : -1);
  if (all.length > 0) throw badUserInput(all.sort((left, right) => placeOf(left) - placeOf(right)));
}
