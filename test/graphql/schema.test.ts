import 'reflect-metadata';
import { readdirSync, readFileSync } from 'node:fs';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  parse,
  type SelectionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { costOf, LookUpCost } from '../../src/graphql/costs.js';
import { createSchema } from '../../src/graphql/schema.js';

const schema = await createSchema();
const ownTypes = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

type Described = GraphQLField<unknown, unknown> | GraphQLInputField | GraphQLArgument;

test('every type, field, argument and enum value has a description', () => {
  const missing: string[] = [];
  let looked = 0;
  const look = (name: string, { description }: { readonly description?: string | null | undefined }) => {
    looked += 1;
    if (!description) missing.push(name);
  };
  for (const type of ownTypes) {
    look(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) look(`${type.name}.${value.name}`, value);
    if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
      for (const field of Object.values<Described>(type.getFields())) {
        look(`${type.name}.${field.name}`, field);
        if ('args' in field)
          for (const arg of field.args) look(`${type.name}.${field.name}(${arg.name})`, arg);
      }
    }
  }
  expect(missing).toEqual([]);
  expect(looked).toBeGreaterThan(250);
});

test('every custom scalar says what specifies its format', () => {
  const scalars = ownTypes.filter(isScalarType);
  expect(scalars.length).toBeGreaterThanOrEqual(6);
  for (const { name, specifiedByURL } of scalars) expect(specifiedByURL, name).toMatch(/^https:\/\//);
});

test('what has a closed set of values is an enum: no field is called `code`, `status` or `kind` and a String', () => {
  const fields = ownTypes
    .filter((type) => isObjectType(type) || isInputObjectType(type))
    .flatMap((type) => Object.values<GraphQLField<unknown, unknown> | GraphQLInputField>(type.getFields()))
    .filter(({ name }) => /^(code|kind|phase|mode|severity|status)$/.test(name));
  expect(fields.length).toBeGreaterThanOrEqual(10);
  for (const { name, type } of fields) expect(isEnumType(getNamedType(type)), `${name}: ${type}`).toBe(true);
});

test('every committed operation asks for what client caches need: `__typename`, and `id` where there is one', () => {
  const folder = new URL('../../schema/operations/', import.meta.url);
  const selections: string[] = [];
  for (const name of readdirSync(folder)) {
    const types = new TypeInfo(schema);
    visit(
      parse(readFileSync(new URL(name, folder), 'utf8')),
      visitWithTypeInfo(types, {
        Field({ name: { value: field }, selectionSet }) {
          const type = types.getType();
          if (selectionSet === undefined || type == null) return;
          const fields = new Set(selectionSet.selections.map(selectedName));
          const isSpread = [...fields].every((one) => one === undefined);
          const named = getNamedType(type);
          const hasId = (isObjectType(named) || isInterfaceType(named)) && 'id' in named.getFields();
          selections.push(`${name}: ${field}`);
          expect(isSpread || fields.has('__typename'), `${name}: ${field}`).toBe(true);
          if (hasId) expect(fields.has('id'), `${name}: ${field}`).toBe(true);
        },
      }),
    );
  }
  expect(selections.length).toBeGreaterThanOrEqual(40);
});

test('every root field, and every field that follows a reference, states its cost in calls to Gong', () => {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const rootFields = roots.flatMap((type) => Object.values(type?.getFields() ?? {}));
  expect(rootFields.length).toBeGreaterThanOrEqual(22);
  expect(rootFields.filter((field) => costOf(field) === undefined).map(({ name }) => name)).toEqual([]);

  const crmObject = schema.getType('CrmObject');
  if (!isInterfaceType(crmObject)) throw new TypeError('needed the interface CrmObject');
  const objects: readonly GraphQLNamedType[] = [crmObject, ...schema.getImplementations(crmObject).objects];
  const nested = ownTypes
    .filter((type) => !roots.some((root) => root === type))
    .flatMap((type) => (isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : []))
    .filter(({ type }) => objects.includes(getNamedType(type)));
  expect(nested.length).toBeGreaterThanOrEqual(9);
  const readers = [...nested, ...rootFields.filter(({ type }) => objects.includes(getNamedType(type)))];
  expect(readers.filter((field) => !(costOf(field) instanceof LookUpCost)).map(({ name }) => name)).toEqual(
    [],
  );
});

test('every list that an upload takes says how long a request may be, and what to use for more', () => {
  const lists = Object.values(schema.getMutationType()?.getFields() ?? {})
    .flatMap(({ args }) => args)
    .filter(({ name, type }) => isListType(getNullableType(type)) && name !== 'ids');
  expect(lists.map(({ name }) => name)).toHaveLength(9);
  for (const { name, description } of lists)
    expect(description, name).toMatch(/256 KiB \(`LIMIT_BODY_BYTES`\).* with `uploadFile`/);
});

test('whatever is deprecated says what to use instead', () => {
  const reasons = ownTypes.flatMap((type) =>
    isObjectType(type) || isInputObjectType(type)
      ? Object.values<Described>(type.getFields()).flatMap((field) =>
          field.deprecationReason ? [field.deprecationReason] : [],
        )
      : [],
  );
  expect(reasons.length).toBeGreaterThanOrEqual(13);
  expect(reasons.filter((reason) => !/Use `\w+`/.test(reason))).toEqual([]);
});

test('every input type has a zod schema that names each of its fields', () => {
  const classes = getMetadataStorage().inputTypes.flatMap(({ name, target }) =>
    'check' in target && target.check instanceof z.ZodObject ? [{ name, check: target.check }] : [],
  );
  const inputs = ownTypes.filter(isInputObjectType);
  expect(inputs.length).toBeGreaterThanOrEqual(13);
  for (const input of inputs) {
    const inputClass = classes.find((candidate) => candidate.name === input.name);
    expect(inputClass, `${input.name} has a class with a zod schema`).toBeDefined();
    expect(Object.keys(inputClass?.check.shape ?? {}).sort(), input.name).toEqual(
      Object.keys(input.getFields()).sort(),
    );
  }
});

test('every argument that is not an enum or a boolean is checked', () => {
  const args = getMetadataStorage().params.filter((param) => param.kind === 'arg');
  expect(args.length).toBeGreaterThan(30);
  const unchecked = args.filter((param) => param.kind === 'arg' && param.validateFn === undefined);
  expect(unchecked.map((param) => (param.kind === 'arg' ? param.name : ''))).toEqual([
    'objectType',
    'objectType',
  ]);
});

/** `undefined` for a fragment. */
function selectedName(selection: SelectionNode): string | undefined {
  return selection.kind === 'Field' ? selection.name.value : undefined;
}

test.each([
  ['graphql', '16.15.0'],
  ['@apollo/server', '5.5.0'],
  ['fastify', '5.12.2'],
  ['undici', '7.29.0'],
  ['ws', '8.21.0'],
  ['find-my-way', '9.7.0'],
])('%s is not older than %s, before which it has known holes', (name, floor) => {
  const { packages } = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));
  const versions = Object.entries<{ version: string }>(packages)
    .filter(([path]) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`))
    .map(([, { version }]) => version);
  if (name !== 'ws') expect(versions.length).toBeGreaterThan(0);
  for (const version of versions) {
    const [older] = [version, floor].sort((left, right) =>
      left.localeCompare(right, 'en', { numeric: true }),
    );
    expect(older).toBe(floor);
  }
});
