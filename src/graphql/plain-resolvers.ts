import { type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { Extensions, getMetadataStorage } from 'type-graphql';
import { needScope } from '../auth/caller.js';
import type { Context } from './context.js';

class PlainMethod {
  constructor(
    readonly prototype: object,
    readonly name: string,
  ) {}
}

/**
 * Has the method called directly, after its scopes and arguments were checked. type-graphql resolves every field with
 * arguments through promises, which was half the cost of a query for a hundred objects. The method may take `@Root()`,
 * `@Ctx()` and checked arguments that are no input objects, and must not use `this`.
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

type Resolver = GraphQLFieldResolver<unknown, Context>;

function resolverOf({ prototype, name }: PlainMethod): Resolver {
  const { params, queries } = getMetadataStorage();
  const isThis = (one: { readonly target: unknown; readonly methodName: string }) =>
    one.target === prototype.constructor && one.methodName === name;
  const method = Reflect.get(prototype, name);
  const scopes = queries.find(isThis)?.roles ?? [];
  const readers = params
    .filter(isThis)
    .toSorted((left, right) => left.index - right.index)
    .map(readerOf);
  return (root, args, context, info) => {
    for (const scope of scopes) needScope(context.caller, scope, `"${info.fieldName}"`);
    const values = [];
    for (const read of readers) values.push(read(root, args, context, info));
    return Reflect.apply(method, undefined, values);
  };
}

type Params = ReturnType<typeof getMetadataStorage>['params'];

function readerOf(param: Params[number]): Resolver {
  switch (param.kind) {
    case 'root':
      return (root) => root;
    case 'context':
      return (_root, _args, context) => context;
    case 'arg': {
      const { name, validateFn } = param;
      return (root, args, context, info) => {
        const value: unknown = args[name];
        void validateFn?.(value, param.getType(), { root, args, context, info });
        return value;
      };
    }
    default:
      throw new TypeError(`needed a parameter that a plain resolver may take, got ${param.kind}`);
  }
}
