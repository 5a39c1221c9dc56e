import {
  extendSchema,
  type GraphQLField,
  type GraphQLSchema,
  isUnionType,
  parse,
  printSchema,
} from 'graphql';
import { z } from 'zod';
import { type Caller, needScope } from '../auth/caller.js';
import { SCHEMA_OBJECT_TYPES, type SchemaObjectType } from '../crm/object-types.js';
import { badUserInput, GatewayError, MAX_LISTED_PROBLEMS } from '../errors.js';
import { readError } from '../loaders/object-batcher.js';
import type { CrmObjectSource } from '../loaders/object-source.js';
import { checks, inputProblems, MAX_IDS, refuseBadValue } from './checked-arg.js';
import { type Context, integrationIdOf } from './context.js';
import { CallCost, type NamedObject, NamedObjectsCost } from './costs.js';
import { TYPE_NAMES, typeNameOf } from './crm-object.type.js';

/*
 * Apollo Federation: a router joins the gateway's objects with those of other subgraphs (docs/federation.md). CONTRIBUTING.md
 * says why there is no library.
 */

const ENTITY_TYPES = new Map<string, SchemaObjectType>(
  SCHEMA_OBJECT_TYPES.map((objectType) => [TYPE_NAMES[objectType], objectType]),
);
const ENTITY_NAMES = [...ENTITY_TYPES.keys()];

/** The oldest version that has all that is used here, so that every router of Federation 2 accepts it. */
const SPECIFICATION = 'https://specs.apollo.dev/federation/v2.0';

/**
 * The schema as composition takes it: with the key of each entity, and without the fields that only routers use. Nothing
 * needs `@shareable`: keys may be shared as they are, and no other subgraph has the rest.
 */
export function subgraphSdl(schema: GraphQLSchema): string {
  return [
    `extend schema @link(url: "${SPECIFICATION}", import: ["@key"])`,
    printSchema(schema),
    ...ENTITY_NAMES.map((name) => `extend type ${name} @key(fields: "objectId")`),
  ].join('\n\n');
}

const ROUTER_FIELDS = parse(
  `
  "What identifies an entity: an object with \`__typename\` and \`objectId\`, and \`integrationId\` if it is not the active one."
  scalar _Any

  "The objects that other subgraphs can refer to."
  union _Entity = ${ENTITY_NAMES.join(' | ')}

  "This schema as a subgraph."
  type _Service {
    "The schema with the directives of Apollo Federation, for composition."
    sdl: String!
  }

  extend type Query {
    "This schema as a subgraph. Only where introspection is allowed."
    _service: _Service!

    "For routers: up to 1,000 objects, in the order of \`representations\`, with null for each that Gong does not have."
    _entities(
      "What identifies each object. One that cannot be read is an error in its place."
      representations: [_Any!]!
    ): [_Entity]!
  }
`,
  { noLocation: true },
);

export interface SubgraphOptions {
  /** Decides who gets the SDL, which says as much as introspection. */
  readonly mayIntrospect: (caller: Caller | null) => boolean;
}

/** The schema with what a router needs, `_service` and `_entities`. The schema that is given stays as it is. */
export function withFederation(base: GraphQLSchema, { mayIntrospect }: SubgraphOptions): GraphQLSchema {
  const sdl = subgraphSdl(base);
  const schema = extendSchema(base, ROUTER_FIELDS);

  const service = queryField(schema, '_service');
  service.extensions = { cost: new CallCost(() => 0) };
  service.resolve = (_source, _args, context) => {
    if (mayIntrospect(context.caller)) return { sdl };
    throw new GatewayError(
      'FORBIDDEN',
      '"_service" is answered where introspection is allowed. `npm run schema -- --subgraph` writes the SDL.',
    );
  };

  const entities = queryField(schema, '_entities');
  entities.extensions = { cost: new NamedObjectsCost(({ representations }) => named(representations)) };
  entities.resolve = (_source, { representations }: { representations: readonly unknown[] }, context) => {
    needScope(context.caller, 'api:crm:get-objects', '"_entities"');
    refuseBadValue('representations', representations, REPRESENTATIONS);
    return loadEntities(context, representations);
  };

  const entity = schema.getType('_Entity');
  if (!isUnionType(entity)) throw new TypeError('needed the union _Entity');
  entity.resolveType = typeNameOf;
  return schema;
}

function queryField(schema: GraphQLSchema, name: string): GraphQLField<unknown, Context> {
  const field = schema.getQueryType()?.getFields()[name];
  if (field === undefined) throw new TypeError(`needed the field Query.${name}`);
  return field;
}

const REPRESENTATIONS = z.array(z.unknown()).max(MAX_IDS, `at most ${MAX_IDS} of them`);

const ID = z.string('an ID, which is a string or an integer within ±(2^53 - 1)');

/** Like the scalar ID, which takes integers, too. */
const idOf = <T extends z.ZodType<string, string>>(check: T) =>
  z.preprocess((id) => (Number.isSafeInteger(id) ? String(id) : id), ID.pipe(check));

const Representation = z.object(
  {
    __typename: z.enum(ENTITY_NAMES, `one of ${ENTITY_NAMES.join(', ')}`),
    objectId: idOf(checks.objectId),
    integrationId: idOf(checks.integrationId).nullish(),
  },
  'an object with `__typename` and `objectId`',
);

/**
 * Objects of one type share calls, and the error of a call is that of its objects alone. A representation that cannot be
 * read is an error in its place.
 *
 * @throws GatewayError BAD_USER_INPUT for more problems than one error lists: it takes seconds to report thousands apart
 */
async function loadEntities(
  context: Context,
  representations: readonly unknown[],
): Promise<(CrmObjectSource | Error | null)[]> {
  const read = representations.map((given, index) => {
    const { data, error } = Representation.safeParse(given);
    return data ?? inputProblems(['representations', index], given, error.issues);
  });
  const problems = read.flatMap((found) => (Array.isArray(found) ? found : []));
  if (problems.length > MAX_LISTED_PROBLEMS) throw badUserInput(problems);
  // An error in the place of each, so that none rejects for all.
  return Promise.all(
    read.map((found) =>
      Array.isArray(found) ? badUserInput(found) : loadEntity(context, found).catch(readError),
    ),
  );
}

async function loadEntity(
  context: Context,
  { __typename, objectId, integrationId }: z.infer<typeof Representation>,
): Promise<CrmObjectSource | null> {
  const integration = await integrationIdOf(context, integrationId);
  return context.loaders.objects.load(integration, entityType(__typename), objectId);
}

function entityType(name: string): SchemaObjectType {
  const objectType = ENTITY_TYPES.get(name);
  if (objectType === undefined) throw new TypeError(`needed an entity, got ${name}`);
  return objectType;
}

/** What the representations cost: those that cannot be read make no call. */
function named(representations: unknown): NamedObject[] {
  const given: readonly unknown[] = Array.isArray(representations) ? representations : [representations];
  return given.slice(0, MAX_IDS).flatMap((representation) => {
    const { data } = Representation.safeParse(representation);
    return data === undefined
      ? []
      : [{ type: data.__typename, id: data.objectId, integrationId: data.integrationId }];
  });
}
