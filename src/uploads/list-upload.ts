import { createHash } from 'node:crypto';
import { parseDateTime } from '../crm/dates.js';
import { isGongField } from '../crm/gong-fields.js';
import { compileObjectCheck, isWarningCode } from '../crm/object-rules.js';
import type { SchemaObjectType, UploadObjectType } from '../crm/object-types.js';
import { isSchemaObjectType } from '../crm/object-types.js';
import type { SchemaField } from '../crm/schema-field.js';
import { badUserInput, type InputProblem, type ProblemPath } from '../errors.js';
import type { GongClient } from '../gong/types.js';
import { type SubmissionLedger, submitKnown } from './submission-ledger.js';
import type { SubmittedRequest } from './submit-once.js';

/** An object as a caller typed it: Gong's fields, and custom ones apart. */
export interface TypedObject {
  readonly objectId: string;
  readonly modifiedDate: string;
  readonly customFields?: Readonly<Record<string, unknown>> | null;
}

export interface ListUpload {
  readonly objectType: UploadObjectType;
  readonly objects: readonly TypedObject[];
  /** The name of the GraphQL argument, for messages. */
  readonly argument: string;
  /** Asked only when the list is found good, for it may cost a call. */
  readonly integrationId: () => Promise<string>;
  readonly clientRequestId?: string | undefined;
}

export interface ListWarning {
  readonly line: number;
  readonly objectId: string;
  readonly field: string;
  readonly code: string;
  readonly message: string;
  readonly severity: 'WARNING';
}

export interface ListUploadResult extends SubmittedRequest {
  readonly objectType: UploadObjectType;
  readonly objectCount: number;
  readonly warnings: readonly ListWarning[];
}

export interface ListUploadDependencies {
  readonly gong: GongClient;
  readonly ledger: SubmissionLedger;
  readonly requirePhone: boolean;
}

/**
 * Checks a list of typed objects, sorts it as Gong demands and sends it as one request. Where custom fields are
 * given they are checked against the integration's live schema, which costs a call.
 *
 * @throws GatewayError BAD_USER_INPUT naming every field at fault; nothing has been sent then; CONFLICT where the
 *   `clientRequestId` is known to have been used for something else
 */
export async function uploadList(
  upload: ListUpload,
  deps: ListUploadDependencies,
): Promise<ListUploadResult> {
  const { objectType, objects } = upload;
  const rows = objects.map(toRow);
  refuse([
    ...duplicates(upload),
    ...customFieldClashes(upload),
    ...check(upload, rows, [], deps.requirePhone).problems,
  ]);

  const integrationId = await upload.integrationId();
  const warnings: ListWarning[] = [];
  if (isSchemaObjectType(objectType) && objects.some((object) => object.customFields != null)) {
    const schema = await liveSchema(deps.gong, integrationId, objectType);
    const checked = check(upload, rows, schema, deps.requirePhone);
    refuse(checked.problems);
    warnings.push(...checked.warnings);
  }

  const file = toLdjson(rows);
  const digest = createHash('sha256').update(`${objectType}\n${integrationId}\n`).update(file).digest();
  const clientRequestId =
    upload.clientRequestId ?? `${objectType.toLowerCase()}-${digest.toString('base64url')}`;
  const submitted = await submitKnown(
    deps.ledger,
    digest.toString('hex'),
    { integrationId, clientRequestId },
    (request) =>
      deps.gong.uploadObjects(objectType, { ...request, file: new Blob([file]) }, { priority: 'upload' }),
  );
  return { ...submitted, objectType, objectCount: rows.length, warnings };
}

type Row = Readonly<Record<string, unknown>> & TypedObject;

/** Gong's fields without the ones left out, then the custom fields. */
function toRow({ customFields, ...own }: TypedObject): Row {
  const { objectId, modifiedDate } = own;
  const given = Object.entries(own).filter(([, value]) => value !== undefined && value !== null);
  return { ...Object.fromEntries(given), ...customFields, objectId, modifiedDate };
}

async function liveSchema(
  gong: GongClient,
  integrationId: string,
  objectType: SchemaObjectType,
): Promise<readonly SchemaField[]> {
  return (await gong.listSchema(integrationId, objectType)).get(objectType) ?? [];
}

function check(
  upload: ListUpload,
  rows: readonly Row[],
  schema: readonly SchemaField[],
  requirePhone: boolean,
) {
  const checkObject = compileObjectCheck({
    dialect: 'legacy',
    objectType: upload.objectType,
    schema,
    requirePhone,
    reportWarnings: schema.length > 0,
  });
  const problems: InputProblem[] = [];
  const warnings: ListWarning[] = [];
  rows.forEach((row, index) => {
    checkObject(row, (problem) => {
      const { field, code, message } = problem;
      if (isWarningCode(code)) {
        warnings.push({ line: index + 1, objectId: row.objectId, field, code, message, severity: 'WARNING' });
      } else {
        problems.push({ path: pathOf(upload, index, field), code, message });
      }
    });
  });
  return { problems, warnings };
}

function pathOf({ argument, objectType }: ListUpload, index: number, field: string): ProblemPath {
  return [argument, index, ...(isGongField(objectType, field) ? [field] : ['customFields', field])];
}

function duplicates({ argument, objects }: ListUpload): InputProblem[] {
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

function customFieldClashes({ argument, objects, objectType }: ListUpload): InputProblem[] {
  return objects.flatMap(({ customFields }, index) =>
    Object.keys(customFields ?? {})
      .filter((name) => isGongField(objectType, name))
      .map((name) => ({
        path: [argument, index, 'customFields', name],
        code: 'INVALID_VALUE',
        message: `needed a custom field, got "${name}", which is Gong's own: give it beside customFields`,
      })),
  );
}

function refuse(problems: readonly InputProblem[]): void {
  if (problems.length > 0) throw badUserInput(problems);
}

/** One object a line, sorted by `modifiedDate` as instants; equal ones stay in the order given. */
function toLdjson(rows: readonly Row[]): string {
  return rows
    .map((row) => ({ row, instant: parseDateTime(row.modifiedDate) ?? 0 }))
    .sort((left, right) => left.instant - right.instant)
    .map(({ row }) => `${JSON.stringify(row)}\n`)
    .join('');
}
