import type { ApiDialect } from '../../crm/dialects.js';
import { createProblemLog, type LineProblem } from '../../crm/ldjson-problems.js';
import { compileObjectCheck, isWarningCode } from '../../crm/object-rules.js';
import type { UploadObjectType } from '../../crm/object-types.js';
import type { SchemaField } from '../../crm/schema-field.js';
import { badUserInput, type InputProblem, type ProblemPath } from '../../errors.js';

/** Warnings listed in a result; all are counted. */
const MAX_LISTED_WARNINGS = 1000;

export interface ListRules {
  /** Whose rules the objects must keep. */
  readonly dialect: ApiDialect;
  readonly objectType: UploadObjectType;
  /** The type's live schema; empty where no custom fields are given. */
  readonly schema: readonly SchemaField[];
  /** On the legacy paths alone. */
  readonly requirePhone: boolean;
  /** Where the field of an object, which counts from 0, stands in the arguments. */
  readonly pathOf: (index: number, field: string) => ProblemPath;
}

export interface ListWarnings {
  /** The first 1,000; `line` is the object's place in the list, from 1. */
  readonly warnings: readonly LineProblem[];
  readonly warningCount: number;
}

export interface ListFindings extends ListWarnings {
  readonly problems: readonly InputProblem[];
}

/** Checks objects that are in the form in which they will be sent. */
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
 * Lists problems by the object that they are of; `broken` rules are told where nothing else is wrong with the same field.
 *
 * @throws GatewayError BAD_USER_INPUT unless there are none
 */
export function refuseProblems(problems: readonly InputProblem[], broken: readonly InputProblem[]): void {
  const told = new Set(problems.map(({ path }) => path.join('\n')));
  const all = [...problems, ...broken.filter(({ path }) => !told.has(path.join('\n')))];
  const placeOf = ({ path: [, index] }: InputProblem) => (typeof index === 'number' ? index : -1);
  if (all.length > 0) throw badUserInput(all.sort((left, right) => placeOf(left) - placeOf(right)));
}
