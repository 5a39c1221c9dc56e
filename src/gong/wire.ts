import { z } from 'zod';
import { isIntegrationId } from '../crm/identifiers.js';
import {
  isFieldType,
  isReferenceTarget,
  REQUEST_STATES,
  SCHEMA_OBJECT_TYPES,
  type SchemaObjectType,
} from '../crm/object-types.js';
import type { RequestStatus } from '../crm/request-status.js';
import type { SchemaField } from '../crm/schema-field.js';
import type { CrmRecord, GongIntegration } from './types.js';

/**
 * Gong's answers, read with care: fields that we do not know pass, fields that we need and do not find fail.
 * Every reader takes parsed JSON.
 *
 * @throws WireProblem
 */

/** What is wrong with an answer. The message names places in it, never values. */
export class WireProblem extends Error {
  override readonly name = 'WireProblem';
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 5);
  throw new WireProblem(
    issues.map((issue) => `${issue.path.map(String).join('.') || 'the answer'}: ${issue.message}`).join('; '),
  );
}

const integrationId = z
  .union([z.string(), z.int()])
  .transform(String)
  .refine(isIntegrationId, 'needed a 64-bit integer');

const integrations = z.object({
  integrations: z
    .array(z.object({ integrationId, name: z.string(), ownerEmail: z.string() }))
    .nullable()
    .transform((list) => list ?? []),
});

export function readIntegrations(body: unknown): GongIntegration[] {
  return read(integrations, body).integrations;
}

const registered = z.object({ integrationId });

export function readRegistered(body: unknown): string {
  return read(registered, body).integrationId;
}

const acknowledgement = z.object({});

/** Of operations whose status says all. */
export function readAcknowledgement(body: unknown): void {
  read(acknowledgement, body);
}

const accepted = z.object({ clientRequestId: z.string() });

/** Of asynchronous operations. */
export function readAccepted(body: unknown): void {
  read(accepted, body);
}

const wireField = z
  .object({
    uniqueName: z.string().nullish(),
    name: z.string().nullish(),
    label: z.string().nullish(),
    type: z.string().nullish(),
    lastModified: z.string().nullish(),
    isDeleted: z.boolean().nullish(),
    referenceTo: z.string().nullish(),
    orderedValueList: z.array(z.string()).nullish(),
  })
  .refine((field) => (field.uniqueName ?? field.name) != null, 'needed uniqueName or name');

const wireFields = z.array(wireField).nullish();
const wireSchemas = z.object({
  ACCOUNT: wireFields,
  CONTACT: wireFields,
  DEAL: wireFields,
  LEAD: wireFields,
} satisfies Record<SchemaObjectType, typeof wireFields>);

const schemaListing = z
  .object({ objectTypeToSelectedFields: wireSchemas.nullish(), selectedFields: wireSchemas.nullish() })
  .transform((body) => body.objectTypeToSelectedFields ?? body.selectedFields)
  .pipe(wireSchemas);

/**
 * The fields of each object type. A field whose type or reference target Gong invented after this was written
 * must not hide all others: it is read as a STRING, or without its target, and `reportOddity` is told.
 */
export function readSchemaListing(
  body: unknown,
  reportOddity: (message: string) => void,
): Map<SchemaObjectType, SchemaField[]> {
  const schemas = read(schemaListing, body);
  const listing = new Map<SchemaObjectType, SchemaField[]>();
  for (const objectType of SCHEMA_OBJECT_TYPES) {
    const fields = schemas[objectType]?.filter((field) => field.isDeleted !== true);
    if (fields !== undefined)
      listing.set(
        objectType,
        fields.map((field) => schemaField(field, reportOddity)),
      );
  }
  return listing;
}

function schemaField(
  field: z.output<typeof wireField>,
  reportOddity: (message: string) => void,
): SchemaField {
  const uniqueName = field.uniqueName ?? field.name ?? '';
  const { referenceTo } = field;
  const type = isFieldType(field.type) ? field.type : 'STRING';
  if (type !== field.type) reportOddity(`field ${uniqueName} has the unknown type ${field.type}`);
  if (referenceTo != null && !isReferenceTarget(referenceTo)) {
    reportOddity(`field ${uniqueName} refers to the unknown object type ${referenceTo}`);
  }
  return {
    uniqueName,
    label: field.label ?? uniqueName,
    type,
    lastModified: field.lastModified ?? null,
    referenceTo: isReferenceTarget(referenceTo) ? referenceTo : null,
    orderedValueList: field.orderedValueList ?? null,
  };
}

const isRecord = (value: unknown): value is CrmRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// Objects are passed on as they are. z.record would copy every one of them and drop an id named __proto__.
const objects = z.object({ crmObjectsMap: z.custom<CrmRecord>(isRecord, 'needed an object').nullable() });

/** Those of the ids that Gong has. Ids that were not asked for are ignored. */
export function readObjects(body: unknown, ids: readonly string[]): Map<string, CrmRecord> {
  const map = read(objects, body).crmObjectsMap ?? {};
  const found = new Map<string, CrmRecord>();
  for (const id of ids) {
    // An id may be named like a method that every object inherits.
    const object = Object.hasOwn(map, id) ? map[id] : null;
    if (object === null || object === undefined) continue;
    if (!isRecord(object)) throw new WireProblem('crmObjectsMap: needed objects or null under the ids');
    found.set(id, object);
  }
  return found;
}

const count = z
  .int()
  .nonnegative()
  .nullish()
  .transform((value) => value ?? null);

const requestStatus = z
  .object({
    status: z.enum(REQUEST_STATES),
    errors: z.array(z.object({ line: z.int().nonnegative(), description: z.string() })).nullish(),
    totalErrorCount: count,
    totalSuccessCount: count,
  })
  .transform(
    ({ status, errors, ...counts }): RequestStatus => ({ state: status, errors: errors ?? [], ...counts }),
  );

export function readRequestStatus(body: unknown): RequestStatus {
  return read(requestStatus, body);
}
