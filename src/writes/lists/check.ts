import { parseDateTime, withoutFraction } from '../../crm/dates.js';
import type { ApiDialect } from '../../crm/dialects.js';
import { isGongField } from '../../crm/gong-fields.js';
import type { FieldType, UploadObjectType } from '../../crm/object-types.js';
import { isSchemaObjectType } from '../../crm/object-types.js';
import type { SchemaField } from '../../crm/schema-field.js';
import { translateObject } from '../../crm/typed-objects.js';
import { isLongInteger } from '../../crm/values.js';
import type { InputProblem, ProblemPath } from '../../errors.js';
import { readLiveSchema, type SchemaReads } from '../live-schema.js';
import { checkRows, type ListWarnings, refuseProblems } from './rules.js';

/** An object as the caller gave it: Gong's own fields by their current names, custom ones apart. */
export interface TypedObject {
  readonly objectId: string;
  readonly modifiedDate?: string | null;
  readonly customFields?: Readonly<Record<string, unknown>> | null;
}

export interface TypedList {
  readonly objectType: UploadObjectType;
  readonly objects: readonly TypedObject[];
  /** The name of the GraphQL argument, for messages. */
  readonly argument: string;
  /** Problems found in the arguments before; reported together with those found here. */
  readonly problems: readonly InputProblem[];
  /** May cost a call, so it is not called for a bad list without custom fields. */
  readonly integrationId: () => Promise<string>;
}

export interface ListChecker {
  readonly reads: SchemaReads;
  readonly dialect: ApiDialect;
  readonly requirePhone: boolean;
}

export interface CheckedList extends ListWarnings {
  readonly integrationId: string;
  /** By `modifiedDate`, equal dates in the order given. */
  readonly lines: readonly ListLine[];
}

/** An object as it will be sent. */
export interface ListLine {
  readonly objectId: string;
  /** Its `modifiedDate` in milliseconds since 1970; 0 without one, which stages need not have. */
  readonly instant: number;
  /** A line of LDJSON in the dialect's form, with its end. */
  readonly text: string;
}

/**
 * Translates a list of typed objects for the dialect, checks it and sorts it. Custom fields are checked against the
 * integration's live schema, which costs a call even where other things are wrong.
 *
 * @throws GatewayError BAD_USER_INPUT with every problem; if there is none, the error that kept the schema from being read
 */
export async function checkList(list: TypedList, checker: ListChecker): Promise<CheckedList> {
  const { objectType, objects, argument } = list;
  const { dialect, requirePhone } = checker;
  const problems = [...list.problems, ...duplicates(list)];
  const own = objects.map((object, index) =>
    translateObject(dialect, objectType, gongFieldsOf(object), ({ field, ...problem }) =>
      problems.push({ path: [argument, index, field], ...problem }),
    ),
  );
  const custom = objects.map((object, index) => customFieldsOf(list, object, index, problems));

  const isTargetBad = list.problems.some(({ path }) => path[0] === 'integrationId');
  const needsSchema = !isTargetBad && custom.some((fields) => fields.length > 0);
  const live = needsSchema ? await readSchema(list, checker) : undefined;
  const schema = live?.schema ?? [];
  const types = new Map(schema.map(({ uniqueName, type }) => [uniqueName, type]));
  const rows = own.map((fields, index) => {
    const given = custom[index] ?? [];
    return {
      ...fields,
      ...Object.fromEntries(given.map(([name, value]) => [name, customValue(value, types.get(name))])),
    };
  });
  const pathOf = (index: number, field: string): ProblemPath =>
    isGongField(objectType, field) ? [argument, index, field] : [argument, index, 'customFields', field];
  const { problems: broken, ...warnings } = checkRows(
    rows.map((row) => withNumbers(row, types)),
    { dialect, objectType, schema, requirePhone, pathOf },
  );
  refuseProblems(problems, broken);
  if (live !== undefined && 'error' in live) throw live.error;

  const lines = rows.map((row, index) => {
    const { objectId = '', modifiedDate } = objects[index] ?? {};
    const instant = modifiedDate == null ? 0 : (parseDateTime(modifiedDate) ?? 0);
    return { objectId, instant, text: ldjsonLine(row, types) };
  });
  return {
    ...warnings,
    integrationId: live?.integrationId ?? (await list.integrationId()),
    lines: byDate(lines),
  };
}

/** Sorts by date; equal dates stay in order, and stages without one come first. */
export function byDate(lines: readonly ListLine[]): ListLine[] {
  return [...lines].sort((left, right) => left.instant - right.instant);
}

type Row = Readonly<Record<string, unknown>>;
type FieldTypes = ReadonlyMap<string, FieldType>;

/** Leaves out fields without a value. */
function gongFieldsOf({ customFields: _, ...own }: TypedObject): Row {
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined && value !== null));
}

/** Reports and leaves out fields that are Gong's own. */
function customFieldsOf(
  { objectType, argument }: TypedList,
  { customFields }: TypedObject,
  index: number,
  problems: InputProblem[],
): [string, unknown][] {
  return Object.entries(customFields ?? {}).filter(([name]) => {
    if (!isGongField(objectType, name)) return true;
    problems.push({
      path: [argument, index, 'customFields', name],
      code: 'INVALID_VALUE',
      message: `needed a custom field, got "${name}", which is Gong's own: give it beside customFields`,
    });
    return false;
  });
}

interface LiveSchema {
  readonly integrationId: string;
  readonly schema: readonly SchemaField[];
}

/** Returns an error instead of throwing it: other problems take precedence. */
async function readSchema(
  { objectType, integrationId }: TypedList,
  { reads }: ListChecker,
): Promise<LiveSchema | { readonly error: unknown; readonly schema?: undefined } | undefined> {
  if (!isSchemaObjectType(objectType)) return undefined;
  try {
    const id = await integrationId();
    return { integrationId: id, schema: await readLiveSchema(reads, id, objectType) };
  } catch (error) {
    return { error };
  }
}

/** Gong requires a DATETIME without a fraction of a second. */
function customValue(value: unknown, type: FieldType | undefined): unknown {
  return type === 'DATETIME' && typeof value === 'string' ? withoutFraction(value) : value;
}

const NUMBERS: ReadonlySet<FieldType | undefined> = new Set(['NUMBER', 'CURRENCY', 'PERCENT']);

/** For the checks alone: integers beyond 2^53, which come as strings, become rounded numbers. */
function withNumbers(row: Row, types: FieldTypes): Row {
  const long = Object.entries(row).filter(
    ([name, value]) => NUMBERS.has(types.get(name)) && isLongInteger(value),
  );
  return long.length === 0
    ? row
    : { ...row, ...Object.fromEntries(long.map(([name, value]) => [name, Number(value)])) };
}

/** Integers beyond 2^53, which come as strings, are written with the digits given. */
function ldjsonLine(row: Row, types: FieldTypes): string {
  const members = Object.entries(row).map(([name, value]) => {
    const isDigits = NUMBERS.has(types.get(name)) && isLongInteger(value);
    return `${JSON.stringify(name)}:${isDigits ? value : JSON.stringify(value)}`;
  });
  return `{${members.join(',')}}\n`;
}

function duplicates({ argument, objects }: TypedList): InputProblem[] {
  const seen = new Map<string, number>();
  return objects.flatMap(({ objectId }, index) => {
    const first = seen.get(objectId);
    if (first === undefined) {
      seen.set(objectId, index);
      return [];
    }
    const message = `needed every object once, got "${objectId}" at [${first}] too: send the later version in a second upload`;
    return [{ path: [argument, index, 'objectId'], code: 'DUPLICATE_OBJECT', message }];
  });
}
