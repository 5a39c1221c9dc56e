import { type FieldNode, type GraphQLFieldResolver, type GraphQLSchema, isInterfaceType } from 'graphql';
import type { z } from 'zod';
import type { CrmObjectSource } from '../loaders/object-source.js';
import { refuseBadValue } from './checked-arg.js';
import type { Context } from './context.js';
import { CrmObjectFields, FIELD_NAME, FIELD_NAMES } from './crm-object.resolver.js';
import { CrmObject } from './crm-object.type.js';

type Resolver = GraphQLFieldResolver<CrmObjectSource, Context>;

/**
 * Lets `fields` and `field` of objects be read at once. type-graphql resolves a field with arguments through promises of
 * its own, and looks at the arguments anew for each object: for a hundred objects that was half of what a query cost.
 */
export function resolvePlainly(schema: GraphQLSchema): void {
  const object = new CrmObjectFields();
  const resolvers: Readonly<Record<string, Resolver>> = {
    fields: checkedOnce('names', FIELD_NAMES.nullish(), (source, names) => object.fields(source, names)),
    field: checkedOnce('name', FIELD_NAME, (source, name) => object.field(source, name)),
  };
  const type = schema.getType(CrmObject.name);
  if (!isInterfaceType(type)) throw new TypeError(`needed the interface ${CrmObject.name} in the schema`);
  for (const implementation of schema.getImplementations(type).objects) {
    for (const [name, resolve] of Object.entries(resolvers)) {
      const field = implementation.getFields()[name];
      if (field === undefined) throw new TypeError(`needed the field ${implementation.name}.${name}`);
      field.resolve = resolve;
    }
  }
}

/** Of all objects in a list a field has the very same nodes, and so the same arguments. */
function checkedOnce<T>(
  argument: string,
  check: z.ZodType<T>,
  read: (source: CrmObjectSource, value: T) => unknown,
): Resolver {
  const checked = new WeakSet<readonly FieldNode[]>();
  return (source, args, _context, { fieldNodes }) => {
    if (!checked.has(fieldNodes)) {
      refuseBadValue(argument, args[argument], check);
      checked.add(fieldNodes);
    }
    return read(source, args[argument]);
  };
}
