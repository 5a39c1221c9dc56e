import { isWellFormed } from '../../crm/identifiers.js';
import { UPLOAD_OBJECT_TYPES, type UploadObjectType } from '../../crm/object-types.js';
import { shown } from '../../crm/values.js';
import { GatewayError, type InputProblem } from '../../errors.js';
import { checkList, type ListChecker, type TypedObject } from '../lists/check.js';
import { type ListWarnings, refuseProblems } from '../lists/rules.js';
import type { Change } from './types.js';

/** A change as its caller gave it. */
export interface GivenChange {
  readonly objectType: UploadObjectType;
  /** Where in the argument's item the object is, e.g. `deal`. */
  readonly field: string;
  readonly object: TypedObject & { readonly accountId?: string | null; readonly isDeleted?: boolean | null };
}

export interface GivenChanges {
  readonly changes: readonly GivenChange[];
  /** The name of the GraphQL argument, for messages. */
  readonly argument: string;
  /** Problems found before; reported together with those found here. */
  readonly problems: readonly InputProblem[];
  readonly integrationId: () => Promise<string>;
}

export interface CheckedChanges extends ListWarnings {
  readonly integrationId: string;
  /** In the order given. */
  readonly changes: readonly Change[];
}

/**
 * Checks changes as uploads of each type are checked.
 *
 * @throws GatewayError BAD_USER_INPUT with every problem, or the error that kept the schema from being read
 */
export async function checkChanges(given: GivenChanges, checker: ListChecker): Promise<CheckedChanges> {
  const found = brokenIds(given);
  const warnings: ListWarnings['warnings'][number][] = [];
  const changes: Change[] = [];
  let warningCount = 0;
  let otherError: unknown;
  const targetProblems = given.problems.filter(({ path }) => path[0] === 'integrationId');

  for (const objectType of UPLOAD_OBJECT_TYPES) {
    const group = [...given.changes.entries()].filter(([, change]) => change.objectType === objectType);
    if (group.length === 0) continue;
    const positionOf = (index: number) => group[index]?.[0] ?? index;
    const list = {
      ...{ objectType, objects: group.map(([, { object }]) => object) },
      ...{ argument: given.argument, problems: targetProblems, integrationId: given.integrationId },
    };
    try {
      const checked = await checkList(list, checker);
      warningCount += checked.warningCount;
      warnings.push(
        ...checked.warnings.map((warning) => ({ ...warning, line: positionOf(warning.line - 1) + 1 })),
      );
      const lines = new Map(checked.lines.map((line) => [line.objectId, line]));
      for (const [position, { object }] of group) {
        const { objectId, accountId, isDeleted } = object;
        const { text = '', instant = 0 } = lines.get(objectId) ?? {};
        changes[position] = {
          ...{ objectType, objectId, line: text, modifiedAt: instant === 0 ? null : instant },
          accountId: isDeleted === true ? null : (accountId ?? null),
        };
      }
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'BAD_USER_INPUT') {
        found.push(...moved(error, positionOf, group[0]?.[1].field ?? ''));
      } else otherError ??= error;
    }
  }
  refuseProblems(given.problems, found);
  if (otherError !== undefined) throw otherError;
  return { integrationId: await given.integrationId(), changes, warnings, warningCount };
}

/** The problems of one type's list, at the places of its objects among all changes. */
function moved(error: GatewayError, positionOf: (index: number) => number, field: string): InputProblem[] {
  const { problems } = error.extensions;
  return (problems as readonly InputProblem[]).flatMap((problem) => {
    const [argument = '', index, ...rest] = problem.path;
    if (argument === 'integrationId') return [];
    return typeof index === 'number'
      ? [{ ...problem, path: [argument, positionOf(index), field, ...rest] }]
      : [problem];
  });
}

/** The store's keys are UTF-8. */
function brokenIds({ changes, argument }: GivenChanges): InputProblem[] {
  return changes.flatMap(({ field, object: { objectId } }, index) => {
    if (isWellFormed(objectId)) return [];
    const message = `needed an ID without halves of surrogate pairs, got ${shown(objectId)}`;
    return [{ path: [argument, index, field, 'objectId'], code: 'BAD_FORMAT', message }];
  });
}
