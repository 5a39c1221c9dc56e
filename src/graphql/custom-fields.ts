import {
  type DocumentNode,
  extendSchema,
  type GraphQLField,
  type GraphQLFieldResolver,
  GraphQLID,
  type GraphQLInputObjectType,
  GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isObjectType,
  parse,
} from 'graphql';
import type { CustomField, CustomFieldPlan } from '../crm/custom-fields.js';
import { isSchemaObjectType, type SchemaObjectType } from '../crm/object-types.js';
import { badUserInput, GatewayError, type InputProblem, type ProblemPath } from '../errors.js';
import { type CrmObjectSource, placeOf, valueIn } from '../loaders/object-source.js';
import type { Context } from './context.js';
import { LookUpCost } from './costs.js';
import { TYPE_NAMES } from './crm-object.type.js';
import { IMMEDIATE } from './plain-resolvers.js';
import { EmailAddressScalar, ExactNumberScalar, PhoneNumberScalar } from './scalars.js';

/** The custom fields of each object type, as an integration's live schema has them. */
export type CustomFieldPlans = ReadonlyMap<SchemaObjectType, CustomFieldPlan>;

type Resolver = GraphQLFieldResolver<CrmObjectSource, Context>;

/**
 * The schema with each object type's custom fields as typed fields: `Deal.custom` to read them and `DealInput.custom` to
 * write them. The schema that is given stays as it is, and operations that run against it are not disturbed.
 */
export function withCustomFields(base: GraphQLSchema, plans: CustomFieldPlans): GraphQLSchema {
  const extended = [...plans].filter(([, { fields }]) => fields.length > 0);
  if (extended.length === 0) return base;
  const config = base.toConfig();
  const scalars = [ExactNumberScalar, EmailAddressScalar, PhoneNumberScalar];
  const withScalars = new GraphQLSchema({ ...config, types: [...config.types, ...scalars] });
  const schema = extendSchema(withScalars, definitions(extended));
  for (const [objectType, { fields }] of extended) addResolvers(schema, objectType, fields);
  flattenInputs(schema, new Map(extended));
  return schema;
}

function definitions(extended: readonly (readonly [SchemaObjectType, CustomFieldPlan])[]): DocumentNode {
  const text = extended.flatMap(([objectType, { fields }]) => {
    const type = TYPE_NAMES[objectType];
    const enums = fields.flatMap(({ name, enumValues, description }) =>
      enumValues === null
        ? []
        : [`${quoted(description)} enum ${enumName(type, name)} { ${enumValues.join(' ')} }`],
    );
    const outputs = fields.map(
      (field) => `${quoted(field.description)} ${field.name}: ${outputType(type, field)}`,
    );
    const inputs = fields.map(
      (field) => `${quoted(field.description)} ${field.name}: ${inputType(type, field)}`,
    );
    const what = `${type.toLowerCase()}’s custom fields`;
    return [
      ...enums,
      `"The ${what}, from the live schema at Gong." type ${type}CustomFields { ${outputs.join(' ')} }`,
      `"The ${what}, from the live schema at Gong." input ${type}CustomFieldsInput { ${inputs.join(' ')} }`,
      `extend type ${type} { "The ${what}." custom: ${type}CustomFields! }`,
      `extend input ${type}Input { "The ${what}, typed. One that is given here cannot be in \`customFields\`, too." custom: ${type}CustomFieldsInput }`,
    ];
  });
  return parse(text.join('\n'), { noLocation: true });
}

/** A GraphQL string: its escapes are JSON's. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** The underscore keeps it apart from every other type's name. */
function enumName(type: string, field: string): string {
  return `${type}Custom_${field}`;
}

function outputType(type: string, field: CustomField): string {
  if (refersToObject(field)) return TYPE_NAMES[field.referenceTo];
  return inputType(type, field);
}

/** References to CRM users are IDs: Gong does not return users. */
function refersToObject(
  field: CustomField,
): field is CustomField & { readonly referenceTo: SchemaObjectType } {
  return field.type === 'REFERENCE' && isSchemaObjectType(field.referenceTo);
}

function inputType(type: string, { type: fieldType, name, enumValues }: CustomField): string {
  switch (fieldType) {
    case 'BOOLEAN':
      return 'Boolean';
    case 'NUMBER':
    case 'PERCENT':
    case 'CURRENCY':
      return ExactNumberScalar.name;
    case 'DATE':
      return 'Date';
    case 'DATETIME':
      return 'DateTime';
    case 'URL':
      return 'URL';
    case 'EMAILADDRESS':
      return EmailAddressScalar.name;
    case 'PHONENUMBER':
      return PhoneNumberScalar.name;
    case 'PICKLIST':
      return enumValues === null ? 'String' : enumName(type, name);
    case 'ID':
    case 'REFERENCE':
      return GraphQLID.name;
    case 'STRINGARRAY':
      return '[String!]';
    case 'STRING':
      return 'String';
  }
}

function addResolvers(
  schema: GraphQLSchema,
  objectType: SchemaObjectType,
  fields: readonly CustomField[],
): void {
  const type = TYPE_NAMES[objectType];
  const custom = fieldOf(schema, type, 'custom');
  custom.resolve = (source: unknown) => source;
  custom.extensions = IMMEDIATE;
  for (const field of fields) {
    const defined = fieldOf(schema, `${type}CustomFields`, field.name);
    defined.resolve = resolverOf(field);
    defined.extensions = refersToObject(field) ? { cost: new LookUpCost(false) } : IMMEDIATE;
  }
}

function resolverOf(field: CustomField): Resolver {
  const { uniqueName, enumValues } = field;
  if (refersToObject(field)) {
    const { referenceTo } = field;
    return (source, _args, { loaders }) => {
      const id = valueIn(source, uniqueName);
      if (id === undefined || id === null || id === '') return null;
      return loaders.objects.follow(placeOf(source).integrationId, referenceTo, String(id));
    };
  }
  if (enumValues !== null) {
    const known = new Set<unknown>(enumValues);
    return (source) => {
      const value = valueIn(source, uniqueName);
      return known.has(value) ? value : null;
    };
  }
  return (source) => valueIn(source, uniqueName);
}

function fieldOf(schema: GraphQLSchema, type: string, name: string): GraphQLField<CrmObjectSource, Context> {
  const owner = schema.getType(type);
  const field = isObjectType(owner) ? owner.getFields()[name] : undefined;
  if (field === undefined) throw new TypeError(`needed the field ${type}.${name}`);
  return field;
}

/**
 * Lets every mutation that takes typed objects read `custom` as part of their `customFields`: those that take a list of
 * them, and the one whose list has them as members of `CrmChange`.
 */
function flattenInputs(schema: GraphQLSchema, plans: CustomFieldPlans): void {
  const inputs = new Map<GraphQLInputObjectType, UniqueNames>();
  for (const [objectType, { fields }] of plans) {
    const input = schema.getType(`${TYPE_NAMES[objectType]}Input`);
    if (!isInputObjectType(input)) throw new TypeError(`needed the input type of ${objectType}`);
    inputs.set(input, new Map(fields.map(({ name, uniqueName }) => [name, uniqueName])));
  }
  for (const mutation of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    for (const { name, type } of mutation.args) {
      const input = getNamedType(type);
      const places = isInputObjectType(input) ? placesOf(input, inputs) : [];
      const { resolve } = mutation;
      if (places.length === 0 || resolve === undefined) continue;
      mutation.resolve = async (source, args, context, info) => {
        const given: readonly Values[] = args[name];
        const { items, problems } = flattened(name, given, places);
        if (problems.length > 0) throw badUserInput(problems);
        try {
          return await resolve(source, { ...args, [name]: items }, context, info);
        } catch (error) {
          throw withGivenPaths(error, given, places);
        }
      };
    }
  }
}

/** Where an item of a list has a typed object, and the names of that object's custom fields. */
interface Place {
  /** The item's member; `null`: the item itself. */
  readonly member: string | null;
  readonly uniqueNames: UniqueNames;
}

function placesOf(
  input: GraphQLInputObjectType,
  inputs: ReadonlyMap<GraphQLInputObjectType, UniqueNames>,
): Place[] {
  const own = inputs.get(input);
  if (own !== undefined) return [{ member: null, uniqueNames: own }];
  return Object.values(input.getFields()).flatMap(({ name, type }) => {
    const member = getNamedType(type);
    const uniqueNames = isInputObjectType(member) ? inputs.get(member) : undefined;
    return uniqueNames === undefined ? [] : [{ member: name, uniqueNames }];
  });
}

type Values = Readonly<Record<string, unknown>>;

interface GivenObject {
  readonly custom?: Values | null;
  readonly customFields?: Values | null;
}

type UniqueNames = ReadonlyMap<string, string>;

function flattened(argument: string, given: readonly Values[], places: readonly Place[]) {
  const problems: InputProblem[] = [];
  const items = given.map((item, index) => {
    let flat = item;
    for (const { member, uniqueNames } of places) {
      const path = member === null ? [argument, index] : [argument, index, member];
      const object = objectAt(item, member);
      if (object?.custom == null) continue;
      const merged = mergedFields(object, uniqueNames, path, problems);
      flat = member === null ? merged : { ...flat, [member]: merged };
    }
    return flat;
  });
  return { items, problems };
}

function objectAt(item: Values, member: string | null): GivenObject | null {
  return member === null ? item : ((item[member] as GivenObject | undefined) ?? null);
}

function mergedFields(
  { custom, ...object }: GivenObject,
  uniqueNames: UniqueNames,
  path: ProblemPath,
  problems: InputProblem[],
): Values {
  const typed = Object.entries(custom ?? {}).map(
    ([name, value]) => [uniqueNames.get(name) ?? name, value] as const,
  );
  for (const [uniqueName] of typed) {
    if (!Object.hasOwn(object.customFields ?? {}, uniqueName)) continue;
    problems.push({
      path: [...path, 'customFields', uniqueName],
      code: 'INVALID_VALUE',
      message: `needed each custom field once, got "${uniqueName}" in custom, too`,
    });
  }
  return { ...object, customFields: { ...object.customFields, ...Object.fromEntries(typed) } };
}

/** What is wrong with a field is told where the caller has given it. */
function withGivenPaths(error: unknown, given: readonly Values[], places: readonly Place[]): unknown {
  if (!(error instanceof GatewayError) || error.code !== 'BAD_USER_INPUT') return error;
  const { problems, code: _, retryable: __, ...details } = error.extensions;
  const told = (problems as readonly InputProblem[]).map((problem) => {
    const [, index] = problem.path;
    const item = typeof index === 'number' ? given[index] : undefined;
    if (item === undefined) return problem;
    for (const { member, uniqueNames } of places) {
      const at = member === null ? 2 : 3;
      if (member !== null && problem.path[2] !== member) continue;
      const [where, uniqueName, ...rest] = problem.path.slice(at);
      const name = [...uniqueNames].find(([, unique]) => unique === uniqueName)?.[0];
      const isTyped = name !== undefined && Object.hasOwn(objectAt(item, member)?.custom ?? {}, name);
      if (where === 'customFields' && isTyped)
        return { ...problem, path: [...problem.path.slice(0, at), 'custom', name, ...rest] };
    }
    return problem;
  });
  return badUserInput(told, details);
}
