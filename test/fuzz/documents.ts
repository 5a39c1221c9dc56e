import { readFileSync } from 'node:fs';
import { toUSVString } from 'node:util';
import fc from 'fast-check';
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

/** A grammar of operations, most of them valid in the schema. */

const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));

const HOSTILE = [
  '',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  'a\r\nHost: evil',
  '\u0000',
  '\ud800',
  '%0d%0a&objectType=DEAL',
  '<script>alert(1)</script>',
  'x'.repeat(600),
  '9223372036854775808',
  '00 x!',
  '\u202e\u2028',
];

const text = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ maxLength: 30 }),
  fc.constantFrom('a1', 'd1', 'up-1'),
);
const literal = (value: string) => JSON.stringify(toUSVString(value));

function scalarLiteral(name: string): fc.Arbitrary<string> {
  switch (name) {
    case 'Int':
    case 'Float':
      return fc.oneof(
        fc.integer().map(String),
        fc.constantFrom('1e400', '-0', '99999999999999999999', '"5"', '1.5'),
      );
    case 'Boolean':
      return fc.constantFrom('true', 'false', '"true"', '1');
    case 'DateTime':
      return fc.constantFrom(
        '"2024-03-01T12:00:00Z"',
        '"2024-03-01T12:00:00.123Z"',
        '"2024-02-31T00:00:00Z"',
        '5',
      );
    case 'Date':
      return fc.constantFrom('"2024-03-01"', '"2024-02-31"', '[]');
    case 'URL':
      return fc.constantFrom('"https://crm.example.com/1"', '"javascript:alert(1)"', '"http://[::1"');
    case 'JSON':
    case 'JSONObject':
      return fc.constantFrom(
        '{a: 1}',
        '{__proto__: {a: 1}}',
        '{n: 99999999999999999999}',
        '[[[[{a: [1]}]]]]',
        'null',
        '"x"',
      );
    case 'Upload':
      return fc.constantFrom('null', '"a file"');
    default:
      return text.map(literal);
  }
}

function inputLiteral(type: GraphQLInputType, depth: number): fc.Arbitrary<string> {
  if (isNonNullType(type)) {
    return fc.oneof(
      { weight: 30, arbitrary: inputLiteral(type.ofType, depth) },
      { weight: 1, arbitrary: fc.constant('null') },
    );
  }
  if (isListType(type)) {
    return fc
      .array(inputLiteral(type.ofType, depth + 1), { maxLength: depth > 2 ? 1 : 4 })
      .map((items) => `[${items.join(', ')}]`);
  }
  if (isEnumType(type)) {
    return fc.constantFrom(...type.getValues().map(({ name }) => name), 'NOTHING');
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).map((field) =>
      fc
        .tuple(
          isNonNullType(field.type) ? fc.integer({ min: 0, max: 40 }) : fc.integer({ min: 0, max: 1 }),
          inputLiteral(field.type, depth + 1),
        )
        .map(([dice, value]) => (dice === 0 ? '' : `${field.name}: ${value}`)),
    );
    return fc.tuple(...fields).map((parts) => `{${parts.filter((part) => part !== '').join(', ')}}`);
  }
  return fc.oneof(
    { weight: 20, arbitrary: scalarLiteral(type.name) },
    { weight: 1, arbitrary: fc.constant('null') },
  );
}

function argumentsOf(args: readonly GraphQLArgument[]): fc.Arbitrary<string> {
  if (args.length === 0) return fc.constant('');
  const each = args.map((argument) =>
    fc
      .tuple(
        fc.integer({ min: 0, max: isNonNullType(argument.type) ? 40 : 2 }),
        inputLiteral(argument.type, 0),
      )
      .map(([dice, value]) => (dice === 0 ? '' : `${argument.name}: ${value}`)),
  );
  return fc.tuple(...each).map((parts) => {
    const given = parts.filter((part) => part !== '');
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  });
}

function selection(type: GraphQLOutputType, depth: number): fc.Arbitrary<string> {
  const named = getNamedType(type);
  if (isAbstractType(named)) {
    const possible = schema.getPossibleTypes(named);
    const each = possible.map((one) =>
      selection(one, depth + 1).map((fields) => `... on ${one.name} ${fields}`),
    );
    return fc.tuple(...each).map((parts) => `{ __typename ${parts.join(' ')} }`);
  }
  if (!isObjectType(named)) return fc.constant('');
  if (depth > 3) return fc.constant('{ __typename }');
  const fields = Object.values(named.getFields());
  return fc
    .subarray(fields, { minLength: 1, maxLength: Math.min(3, fields.length) })
    .chain((some) => fc.tuple(...some.map((field) => fieldText(field, depth))))
    .map((parts) => `{ ${parts.join(' ')} }`);
}

function fieldText(field: GraphQLField<unknown, unknown>, depth: number): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom('', '', '', 'alias: ', '__proto__: '),
      argumentsOf(field.args),
      fc.constantFrom('', '', '', ' @skip(if: false)', ' @include(if: true)', ' @nothing'),
      selection(field.type, depth + 1),
    )
    .map(([alias, args, directive, inner]) => `${alias}${field.name}${args}${directive} ${inner}`);
}

function operations(kind: 'query' | 'mutation' | 'subscription', type: GraphQLOutputType | null | undefined) {
  if (!isObjectType(type)) throw new TypeError(`needed the type of a ${kind}`);
  const fields = Object.values(type.getFields());
  const max = kind === 'subscription' ? 1 : 3;
  return fc
    .subarray(fields, { minLength: 1, maxLength: max })
    .chain((some) => fc.tuple(...some.map((field) => fieldText(field, 0))))
    .map((parts) => `${kind} Fuzz { ${parts.join('\n')} }`);
}

/** Removes, repeats or replaces a piece of a text. */
function damaged(source: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(source, fc.nat(), fc.nat(20), fc.constantFrom('', '{', '}', '"""', '...', '$', '\u0000', '@'))
    .map(([whole, place, length, instead]) => {
      const at = place % (whole.length + 1);
      return whole.slice(0, at) + instead + whole.slice(at + length);
    });
}

const query = operations('query', schema.getQueryType());
const mutation = operations('mutation', schema.getMutationType());
export const subscription = operations('subscription', schema.getSubscriptionType());

export const operation = fc.oneof(
  { weight: 4, arbitrary: query },
  { weight: 4, arbitrary: mutation },
  { weight: 1, arbitrary: damaged(query) },
  { weight: 1, arbitrary: damaged(mutation) },
);
