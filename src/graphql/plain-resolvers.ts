import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import { Extensions, getMetadataStorage } from 'type-graphql';
import { needScope } from '../auth/caller.js';
import type { Context } from './context.js';

class PlainMethod {
  constructor(
    readonly prototype: object,
    readonly name: string,
  ) {}
}

/** Marks a field whose resolver returns no promise and takes no info. */
export const IMMEDIATE = { immediate: true } as const;

/** Whether the field is resolved at once: it is a property of its object, or marked. */
export function isImmediate({ resolve, extensions }: GraphQLField<unknown, unknown>): boolean {
  return resolve === undefined || resolve === defaultFieldResolver || extensions.immediate === true;
}

/**
 * Has the method called directly, after its scopes and arguments were checked. type-graphql resolves every field with
 * arguments through promises, which was half the cost of a query for a hundred objects. The method may take `@Root()`,
 * `@Ctx()` and checked arguments that are no input objects, and must not use `this`. Only a root field's may return a promise.
 */
export function PlainResolver() {
  return (prototype: object, name: string) =>
    Extensions({ plain: new PlainMethod(prototype, name) })(prototype, name);
}

/** Replaces type-graphql's resolvers of the fields marked with `@PlainResolver()`. */
export function installPlainResolvers(schema: GraphQLSchema): void {
  const query = schema.getQueryType();
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      const { plain } = field.extensions;
      if (!(plain instanceof PlainMethod)) continue;
      field.resolve = resolverOf(plain, field.name);
      if (type !== query) field.extensions = { ...field.extensions, ...IMMEDIATE };
    }
  }
}

type Resolver = GraphQLFieldResolver<unknown, Context>;

function resolverOf({ prototype, name }: PlainMethod, fieldName: string): Resolver {
  const { params, queries } = getMetadataStorage();
  const isThis = (one: { readonly target: unknown; readonly methodName: string }) =>
    one.target === prototype.constructor && one.methodName === name;
  const method = Reflect.get(prototype, name);
  const scopes = queries.find(isThis)?.roles ?? [];
  const readers = params
    .filter(isThis)
    .toSorted((left, right) => left.index - right.index)
    .map(readerOf);
  const [first = nothing, second = nothing, third = nothing, fourth = nothing] = readers;
  if (readers.length > 4) throw new TypeError(`needed at most four parameters of the plain resolver ${name}`);
  return (root, args, context) => {
    for (const scope of scopes) needScope(context.caller, scope, `"${fieldName}"`);
    return method(
      first(root, args, context),
      second(root, args, context),
      third(root, args, context),
      fourth(root, args, context),
    );
  };
}

type Params = ReturnType<typeof getMetadataStorage>['params'];

const nothing = () => undefined;

type Reader = (root: unknown, args: Readonly<Record<string, unknown>>, context: Context) => unknown;

function readerOf(param: Params[number]): Reader {
  switch (param.kind) {
    case 'root':
      return (root) => root;
    case 'context':
      return (_root, _args, context) => context;
    case 'arg': {
      const { name } = param;
      const check = param.validateFn as ((value: unknown) => void) | undefined;
      /** Compiled queries pass the same arguments for all objects of a list. */
      let checked: unknown;
      return (_root, args) => {
        const value = args[name];
        if (args !== checked) check?.(value);
        checked = args;
        return value;
      };
    }
    default:
      throw new TypeError(`needed a parameter that a plain resolver may take, got ${param.kind}`);
  }
}
