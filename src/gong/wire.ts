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
import type { GatewayError } from '../errors.js';
import { isFlaw, type OrFlaw } from './flaw.js';
import type { CrmRecord, GongIntegration } from './types.js';

/*
 * Readers of Gong's answers, as parsed JSON. Unknown fields are ignored, missing fields that are needed are an error.
 * Readers of lists put an error in the place of each entry that cannot be used, and throw a WireProblem where nothing of
 * the answer can be used.
 */

/** Says what is wrong with an answer. The message names places in it, never values. */
export class WireProblem extends Error {
  override readonly name = 'WireProblem';
}

/** Makes the error that stands in for a part that cannot be used. */
type Invalid = (problem: string) => GatewayError;

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new WireProblem(problemsOf(result.error));
}

function readInPlace<T>(schema: z.ZodType<T>, value: unknown, place: string, invalid: Invalid): OrFlaw<T> {
  const result = schema.safeParse(value);
  return result.success ? result.data : invalid(problemsOf(result.error, place));
}

function problemsOf({ issues }: z.ZodError, place = ''): string {
  return issues
    .slice(0, 5)
    .map(({ path, message }) => {
      const where = [place, ...path.map(String)].filter((step) => step !== '').join('.');
      return `${where || 'the answer'}: ${message}`;
    })
    .join('; ');
}

const integrationId = z
  .union([z.string(), z.int()])
  .transform(String)
  .refine(isIntegrationId, 'needed a 64-bit integer');

const integration = z.object({ integrationId, name: z.string(), ownerEmail: z.string() });

const integrations = z.object({ integrations: z.array(z.unknown()).nullable() });

export function readIntegrations(body: unknown, invalid: Invalid): OrFlaw<GongIntegration>[] {
  const list = read(integrations, body).integrations ?? [];
  return list.map((entry, index) => readInPlace(integration, entry, `integrations.${index}`, invalid));
}

const registered = z.object({ integrationId });

export function readRegistered(body: unknown): string {
  return read(registered, body).integrationId;
}

const acknowledgement = z.object({});

/** For operations whose answer carries nothing but its status. */
export function readAcknowledgement(body: unknown): void {
  read(acknowledgement, body);
}

const accepted = z.object({ clientRequestId: z.string() });

/** For asynchronous operations. */
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

const anything = z.unknown().optional();
const wireSchemas = z.object({
  ACCOUNT: anything,
  CONTACT: anything,
  DEAL: anything,
  LEAD: anything,
} satisfies Record<SchemaObjectType, typeof anything>);

const schemaListing = z
  .object({ objectTypeToSelectedFields: wireSchemas.nullish(), selectedFields: wireSchemas.nullish() })
  .transform((body) => body.objectTypeToSelectedFields ?? body.selectedFields)
  .pipe(wireSchemas);

/**
 * A field whose type or reference target is unknown here may be new at Gong, and is no error: it is read as a STRING, or
 * without its target, and reported to `reportOddity`.
 */
export function readSchemaListing(
  body: unknown,
  invalid: Invalid,
  reportOddity: (message: string) => void,
): Map<SchemaObjectType, OrFlaw<SchemaField>[]> {
  const schemas = read(schemaListing, body);
  const listing = new Map<SchemaObjectType, OrFlaw<SchemaField>[]>();
  for (const objectType of SCHEMA_OBJECT_TYPES) {
    const entries = schemas[objectType];
    if (entries === undefined || entries === null) continue;
    if (!Array.isArray(entries)) {
      listing.set(objectType, [invalid(`${objectType}: needed a list of fields`)]);
      continue;
    }
    const fields = entries
      .map((entry, index) => readInPlace(wireField, entry, `${objectType}.${index}`, invalid))
      .filter((field) => isFlaw(field) || field.isDeleted !== true)
      .map((field) => (isFlaw(field) ? field : schemaField(field, reportOddity)));
    listing.set(objectType, fields);
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

// Objects are passed on as they are: z.record would copy every one of them and drop an id named __proto__.
const objects = z.object({ crmObjectsMap: z.custom<CrmRecord>(isRecord, 'needed an object') });

/** Gong's values are scalars and lists of them (reference, section 5). JSON.stringify overflows at some thousand levels. */
const MAX_DEPTH = 32;

/**
 * Returns an entry for each of `ids`: the object, `null` where Gong has none, or an error where the answer does not tell.
 * Other ids in the answer are ignored.
 */
export function readObjects(
  body: unknown,
  ids: readonly string[],
  invalid: Invalid,
): OrFlaw<CrmRecord | null>[] {
  const map = read(objects, body).crmObjectsMap;
  const names = Object.keys(map);
  const values = Object.values(map);
  // Not by `map[id]`: an id may have the name of a property that every object inherits, and V8 would look for each id in
  // its table of all names first, which takes longer than all the rest here.
  let byName: ReadonlyMap<string, unknown> | undefined;
  return ids.map((id, index) => {
    if (names[index] === id) return readObject(values[index], id, invalid);
    byName ??= new Map(Object.entries(map));
    return readObject(byName.get(id), id, invalid);
  });
}

function readObject(object: unknown, id: string, invalid: Invalid): OrFlaw<CrmRecord | null> {
  if (object === null) return null;
  if (object === undefined) return invalid('crmObjectsMap: it says nothing of an id that was asked for');
  if (!isRecord(object)) return invalid('crmObjectsMap: needed an object or null under an id');
  if (isDeeper(object, MAX_DEPTH))
    return invalid(`crmObjectsMap: an object is nested deeper than ${MAX_DEPTH}`);
  if (!isNamed(object, id))
    return invalid('crmObjectsMap: the objectId of an object is not the id it stands under');
  return object;
}

/** An object may omit its own id. */
function isNamed({ objectId }: CrmRecord, id: string): boolean {
  if (objectId === id || objectId === undefined || objectId === null) return true;
  return typeof objectId === 'number' && String(objectId) === id;
}

type Nested = CrmRecord | readonly unknown[];

const isNested = (value: unknown): value is Nested => typeof value === 'object' && value !== null;

/** Runs for every value of every object: `for … in` copies nothing, but takes eight times as long for a list. */
function isDeeper(value: Nested, levels: number): boolean {
  if (levels === 0) return true;
  if (!isRecord(value)) return value.some((inner) => isNested(inner) && isDeeper(inner, levels - 1));
  for (const name in value) {
    const inner = value[name];
    if (isNested(inner) && isDeeper(inner, levels - 1)) return true;
  }
  return false;
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
