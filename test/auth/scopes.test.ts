import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeApiKey } from '../../src/auth/api-keys.js';
import { isScope } from '../../src/auth/scopes.js';
import { createSchema } from '../../src/graphql/schema.js';
import { openSocket } from '../clients/clients.js';
import { type Harness, startHarness } from '../support/harness.js';

const schema = await createSchema();
const rootTypes = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
const rootFields = rootTypes.flatMap((type) =>
  Object.values(type?.getFields() ?? {}).map((field) => ({ type, field })),
);
const scopes = new Map(
  getMetadataStorage().authorizedFields.map(({ fieldName, roles }) => [fieldName, roles]),
);

test('every root field of the schema needs one of Gong’s scopes', () => {
  expect(rootFields.length).toBeGreaterThanOrEqual(22);
  const open = rootFields.filter(({ field }) => {
    const [scope, ...more] = scopes.get(field.name) ?? [];
    return !isScope(scope) || more.length > 0;
  });
  expect(open.map(({ field }) => field.name)).toEqual([]);
});

describe('a caller without the scope of a field', () => {
  let harness: Harness;
  const other = makeApiKey('nothing-much', ['api:crm:integrations:read']);
  const reader = makeApiKey('reader', ['api:crm:get-objects']);
  beforeAll(async () => {
    harness = await startHarness({ gateway: { auth: { mode: 'api-key', keys: [other.kept, reader.kept] } } });
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  // The two mutations with files need a multipart request: callers.test.ts.
  const writable = rootFields.filter(({ field }) => !field.args.some(holdsFile));
  test('is tested with all fields but the two that take a file', () => {
    expect(rootFields.length - writable.length).toBe(2);
  });

  test.each(writable.map(({ type, field }) => [field.name, type?.name.toLowerCase() ?? '', field] as const))(
    'gets FORBIDDEN from %s with the name of the scope, and Gong is not called',
    async (name, operation, field) => {
      const [scope] = scopes.get(name) ?? [];
      const { key } = scope === 'api:crm:integrations:read' ? reader : other;
      const query = `${operation} { ${minimal(field)} }`;
      const errors = operation === 'subscription' ? await overSocket(query, key) : await overHttp(query, key);
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', scope } }]);
      expect(errors[0]?.message).toContain(`needs the scope ${scope}`);
      expect(harness.calls).toHaveLength(0);
    },
  );

  async function overHttp(query: string, key: string): Promise<{ message: string }[]> {
    const response = await fetch(`${harness.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query }),
    });
    return ((await response.json()) as { errors: { message: string }[] }).errors;
  }

  async function overSocket(query: string, key: string): Promise<{ message: string }[]> {
    await using bare = await openSocket(harness.url);
    bare.send({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } });
    await bare.message();
    bare.send({ type: 'subscribe', id: '1', payload: { query } });
    const { type, payload } = await bare.message();
    return type === 'error' ? (payload as []) : (payload as { errors: [] }).errors;
  }
});

function holdsFile({ type }: GraphQLArgument): boolean {
  const named = getNamedType(type);
  return (
    isInputObjectType(named) &&
    Object.values(named.getFields()).some((field) => getNamedType(field.type).name === 'Upload')
  );
}

/** The field with just enough arguments to be valid. */
function minimal(field: GraphQLField<unknown, unknown>): string {
  const args = field.args
    .filter((arg) => isNonNullType(arg.type))
    .map((arg) => `${arg.name}: ${literal(arg.type)}`);
  const named = getNamedType(field.type);
  const selection = isLeafType(named) ? '' : ' { __typename }';
  return `${field.name}${args.length === 0 ? '' : `(${args.join(', ')})`}${selection}`;
}

function literal(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literal(type.ofType);
  if (isListType(type)) return `[${literal(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const needed = type.isOneOf ? fields.slice(0, 1) : fields.filter((field) => isNonNullType(field.type));
    return `{${needed.map((field) => `${field.name}: ${literal(field.type)}`).join(', ')}}`;
  }
  switch (type.name) {
    case 'Boolean':
      return 'true';
    case 'Int':
    case 'Float':
      return '1';
    case 'Date':
      return '"2024-01-01"';
    case 'DateTime':
      return '"2024-01-01T00:00:00Z"';
    default:
      return '"1"';
  }
}
