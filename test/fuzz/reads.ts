import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
} from 'graphql';

/** Queries for objects, nearly all of them valid, in every form that GraphQL has for the same selection. */

const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));

export interface Read {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What the upstream of the test has: see `recordOf`. */
export const IDS = ['one', 'two', 'odd', 'bare', 'missing', 'flawed'];
const FIELDS = ['name', 'status', 'accountId', 'custom', '__proto__', 'none'];
const LITERALS = [
  ...IDS,
  '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74dglobalThis.isInjected=1',
  '"});x(`${',
];

/** A text, and the variables that it uses: their names, types and values. */
interface Piece {
  readonly text: string;
  readonly uses: readonly { readonly name: string; readonly type: string; readonly value: unknown }[];
}

const plain = (text: string): Piece => ({ text, uses: [] });
const together = (pieces: readonly Piece[], join = (texts: readonly string[]) => texts.join(' ')): Piece => ({
  text: join(pieces.map(({ text }) => text)),
  uses: pieces.flatMap(({ uses }) => uses),
});

let names = 0;

/** A value as a literal, or as a variable of that type. */
function given<T>(values: fc.Arbitrary<T>, type: string): fc.Arbitrary<Piece> {
  return fc.tuple(values, fc.boolean()).map(([value, isLiteral]) => {
    if (isLiteral) return plain(JSON.stringify(value));
    names = (names + 1) % 10_000;
    const name = `v${names}`;
    return { text: `$${name}`, uses: [{ name, type, value }] };
  });
}

const condition = fc.oneof(
  { weight: 5, arbitrary: fc.constant(plain('')) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('skip', 'include'), given(fc.boolean(), 'Boolean!'))
      .map(([directive, value]) => ({ ...value, text: `@${directive}(if: ${value.text})` })),
  },
);

function argumentsOf(field: GraphQLField<unknown, unknown>): fc.Arbitrary<Piece> {
  const each = field.args.map(({ name, type }) => {
    const value = argumentOf(name, String(type));
    return value.map((piece) => ({ ...piece, text: piece.text === '' ? '' : `${name}: ${piece.text}` }));
  });
  if (each.length === 0) return fc.constant(plain(''));
  return fc
    .tuple(...each)
    .map((pieces) =>
      together(pieces, (texts) => (texts.some((text) => text !== '') ? `(${texts.join(' ')})` : '')),
    );
}

function argumentOf(name: string, type: string): fc.Arbitrary<Piece> {
  switch (name) {
    case 'id':
      return given(fc.constantFrom(...LITERALS), type);
    case 'ids':
      return given(fc.array(fc.constantFrom(...LITERALS), { maxLength: 5 }), type);
    case 'integrationId':
      return fc.oneof(fc.constant(plain('"1"')), given(fc.constantFrom('1', null), type));
    case 'objectType':
      return fc.constantFrom('ACCOUNT', 'CONTACT', 'DEAL', 'LEAD').map(plain);
    case 'names':
      return fc.oneof(
        fc.constant(plain('')),
        given(fc.subarray([...FIELDS, ''], { minLength: 0, maxLength: 4 }), type),
      );
    default:
      return given(fc.constantFrom(...FIELDS), type);
  }
}

function fieldText(field: GraphQLField<unknown, unknown>, depth: number): fc.Arbitrary<Piece> {
  const type = getNamedType(field.type);
  const inner = isCompositeType(type) ? selection(type.name, depth + 1) : fc.constant(plain(''));
  const alias = fc.oneof(
    { weight: 8, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom('x: ', 'name: ', 'constructor: ', '__proto__: ') },
  );
  return fc
    .tuple(alias, argumentsOf(field), condition, inner)
    .map(([as, args, directive, below]) => together([plain(`${as}${field.name}`), args, directive, below]));
}

function fieldsOf(type: GraphQLObjectType, depth: number): fc.Arbitrary<Piece> {
  const fields = Object.values(type.getFields()).filter(
    (field) => depth < 3 || !isCompositeType(getNamedType(field.type)),
  );
  return fc
    .subarray(fields, { minLength: 1, maxLength: 5 })
    .chain((some) =>
      fc.tuple(...some.map((field) => fieldText(field, depth)), fc.constantFrom('', '__typename')),
    )
    .map((parts) => together(parts.map((part) => (typeof part === 'string' ? plain(part) : part))));
}

/** In braces; a part of it may be in an inline fragment, with or without a type. */
function selection(typeName: string, depth: number): fc.Arbitrary<Piece> {
  const type = schema.getType(typeName);
  const types = isAbstractType(type) ? [...schema.getPossibleTypes(type)] : isObjectType(type) ? [type] : [];
  const parts = types.map((one) =>
    fc
      .tuple(fieldsOf(one, depth), condition, fc.boolean())
      .map(([fields, directive, isWrapped]) =>
        isWrapped || types.length > 1
          ? together([plain(`... on ${one.name}`), directive, plain('{'), fields, plain('}')])
          : fields,
      ),
  );
  const own = isAbstractType(type)
    ? fc.constantFrom(
        '__typename',
        'objectId',
        'id url',
        '... on CrmObject { modifiedDate } ...Shared',
        '...Shared',
      )
    : fc.constantFrom('', '...Shared', '... @include(if: true) { id }');
  return fc
    .tuple(own, ...parts)
    .map(([first, ...rest]) => together([plain(`{ ${first}`), ...rest, plain('}')]));
}

const ROOTS = ['account', 'accounts', 'contact', 'contacts', 'deal', 'deals', 'lead', 'leads', 'crmObjects'];
const roots = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(({ name }) =>
  ROOTS.includes(name),
);

const shared = fc
  .subarray(
    ['id', 'objectType', 'field(name: "name")', 'fields', 'reference(field: "accountId") { id url }'],
    {
      minLength: 1,
    },
  )
  .chain((some) => fc.tuple(fc.constant(some), condition))
  .map(([some, directive]) =>
    together([
      plain(`fragment Shared on CrmObject { ${some[0]}`),
      directive,
      plain(`${some.slice(1).join(' ')} }`),
    ]),
  );

export const read: fc.Arbitrary<Read> = fc
  .subarray(roots, { minLength: 1, maxLength: 2 })
  .chain((some) => fc.tuple(shared, ...some.map((field) => fieldText(field, 0))))
  .map(([fragment, ...fields]) => {
    const body = together(fields);
    const uses = [...body.uses, ...fragment.uses];
    const definitions = uses.map(({ name, type }) => `$${name}: ${type}`).join(', ');
    return {
      query: `query Read${uses.length > 0 ? `(${definitions})` : ''} { ${body.text} }${body.text.includes('...Shared') ? ` ${fragment.text}` : ''}`,
      variables: Object.fromEntries(uses.map(({ name, value }) => [name, value])),
    };
  });
