import { z } from 'zod';
import { FIELD_TYPES, REFERENCE_TARGETS, SCHEMA_OBJECT_TYPES } from '../../crm/object-types.js';
import type { SchemaField } from '../../crm/schema-field.js';
import { readJsonBody, requireJsonContentType } from '../body.js';
import type { Handler } from '../call.js';
import { DIALECT_RULES } from '../dialect-rules.js';
import { HttpError } from '../http.js';
import { INTEGRATION_ID, readParameters, SCHEMA_TYPE } from '../parameters.js';
import { MAX_PROBLEMS, parseElements } from './elements.js';

/** In both dialects, omitting `objectType` lists the schemas of all types. */
export const listSchema: Handler = ({ dialect, query, company }) => {
  const { integrationId } = readParameters(query, { integrationId: INTEGRATION_ID });
  const types = query.has('objectType')
    ? [readParameters(query, { objectType: SCHEMA_TYPE }).objectType]
    : SCHEMA_OBJECT_TYPES;
  const { schemas } = company.find(integrationId);
  const fields = Object.fromEntries(types.map((type) => [type, schemas[type].list(dialect).map(toListed)]));
  const json = JSON.stringify(fields);
  const members = DIALECT_RULES[dialect].listingNames.map((name) => [name, json] as const);
  return { status: 200, members };
};

function toListed(field: SchemaField) {
  const { uniqueName, label, type, lastModified, referenceTo, orderedValueList } = field;
  return {
    uniqueName,
    name: uniqueName,
    label,
    type,
    lastModified,
    isDeleted: false,
    referenceTo,
    orderedValueList,
  };
}

const text = z.string('must be a string').nullish();
const PushedField = z
  .object(
    {
      uniqueName: text,
      name: text,
      label: text,
      type: z.enum(FIELD_TYPES, `must be one of ${FIELD_TYPES.join(', ')}`).nullish(),
      lastModified: text,
      isDeleted: z.boolean('must be true or false').nullish(),
      referenceTo: z.enum(REFERENCE_TARGETS, `must be one of ${REFERENCE_TARGETS.join(', ')}`).nullish(),
      orderedValueList: z.array(z.string('must be a string'), 'must be an array of strings').nullish(),
    },
    'must be a JSON object',
  )
  .refine(({ uniqueName, name }) => uniqueName != null || name != null, {
    path: ['uniqueName'],
    message: 'is mandatory',
  })
  // `name` is the deprecated spelling of `uniqueName`.
  .transform(({ name, uniqueName, ...field }) => ({ ...field, uniqueName: uniqueName ?? name ?? '' }));

export const pushSchema: Handler = async ({ dialect, query, company, openBody }) => {
  const { integrationId, objectType } = readParameters(query, {
    integrationId: INTEGRATION_ID,
    objectType: SCHEMA_TYPE,
  });
  const schema = company.find(integrationId).schemas[objectType];
  const request = openBody();
  requireJsonContentType(request);
  const fields = parseElements(PushedField, await readJsonBody(request), 'fields');
  company.find(integrationId);
  const problems = schema.push(fields, dialect);
  if (problems.length > 0) throw new HttpError(400, problems.slice(0, MAX_PROBLEMS));
  return { status: 200 };
};
