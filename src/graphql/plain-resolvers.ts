import { type FieldNode, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { Extensions, getMetadataStorage } from 'type-graphql';

class PlainMethod {
  constructor(
    readonly prototype: object,
    readonly name: string,
  ) {}
}

/**
 * Makes a field resolver synchronous and checks its arguments once per selection. type-graphql resolves every field with
 * arguments through promises and checks them again for each object, which was half the cost of a query for a hundred
 * objects. The method may take `@Root()` and checked arguments, and must not use `this`.
 */
export function PlainResolver() {
  return (prototype: object, name: string) =>
    Extensions({ plain: new PlainMethod(prototype, name) })(prototype, name);
}

/** Replaces type-graphql's resolvers of the fields marked with `@PlainResolver()`. */
export function installPlainResolvers(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      const { plain } = field.extensions;
      if (plain instanceof PlainMethod) field.resolve = resolverOf(plain);
    }
  }
}

function resolverOf({ prototype, name }: PlainMethod): GraphQLFieldResolver<unknown, object> {
  const method = Reflect.get(prototype, name);
  const params = getMetadataStorage()
    .params.filter(({ target, methodName }) => target === prototype.constructor && methodName === name)
    .toSorted((left, right) => left.index - right.index);
  // All objects of a list are resolved with the same array of nodes, and so with the same arguments.
  const checked = new WeakSet<readonly FieldNode[]>();
  return (root, args, context, info) => {
    if (!checked.has(info.fieldNodes)) {
      for (const param of params)
        if (param.kind === 'arg')
          void param.validateFn?.(args[param.name], param.getType(), { root, args, context, info });
      checked.add(info.fieldNodes);
    }
    return method(...params.map((param) => (param.kind === 'arg' ? args[param.name] : root)));
  };
}
