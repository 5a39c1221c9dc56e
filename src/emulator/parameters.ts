import { isClientRequestId, isIntegrationId } from '../crm/identifiers.js';
import {
  isSchemaObjectType,
  isUploadObjectType,
  SCHEMA_OBJECT_TYPES,
  type SchemaObjectType,
  UPLOAD_OBJECT_TYPES,
  type UploadObjectType,
} from '../crm/object-types.js';
import { shown } from '../crm/values.js';
import { HttpError } from './http.js';

/** A query parameter, how to check it, and what the error message says was needed. */
export interface Parameter<T> {
  readonly name: string;
  readonly needed: string;
  readonly parse: (text: string) => T | undefined;
}

export const INTEGRATION_ID: Parameter<string> = {
  name: 'integrationId',
  needed: 'a 64-bit integer',
  parse: (text) => (isIntegrationId(text) ? text : undefined),
};

export const CLIENT_REQUEST_ID: Parameter<string> = {
  name: 'clientRequestId',
  needed: '1 to 128 letters, digits, dashes and underscores',
  parse: (text) => (isClientRequestId(text) ? text : undefined),
};

export const SCHEMA_TYPE: Parameter<SchemaObjectType> = {
  name: 'objectType',
  needed: `one of ${SCHEMA_OBJECT_TYPES.join(', ')}`,
  parse: (text) => (isSchemaObjectType(text) ? text : undefined),
};

export const UPLOAD_TYPE: Parameter<UploadObjectType> = {
  name: 'objectType',
  needed: `one of ${UPLOAD_OBJECT_TYPES.join(', ')}`,
  parse: (text) => (isUploadObjectType(text) ? text : undefined),
};

type Parsed<P> = { readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never };

/**
 * Reads parameters, each of which must be given exactly once.
 *
 * @throws HttpError 400 that names every invalid parameter
 */
export function readParameters<const P extends Readonly<Record<string, Parameter<unknown>>>>(
  query: URLSearchParams,
  parameters: P,
): Parsed<P> {
  const problems: string[] = [];
  const parsed = Object.entries(parameters).map(([key, { name, needed, parse }]) => {
    const texts = query.getAll(name);
    const value = texts.length === 1 ? parse(texts[0] ?? '') : undefined;
    if (value === undefined) {
      const got = texts.length === 0 ? 'nothing' : texts.map(shown).join(' and ');
      problems.push(`Parameter ${name} must be ${needed}, got ${got}`);
    }
    return [key, value];
  });
  if (problems.length > 0) throw new HttpError(400, problems);
  return Object.fromEntries(parsed) as Parsed<P>;
}
