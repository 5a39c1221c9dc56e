import { GraphQLScalarType, valueFromASTUntyped } from 'graphql';
import { GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { withoutFraction } from '../crm/dates.js';

/**
 * A string of one form. Output is what Gong gave, unchecked, so that one odd value at Gong never hides an object from
 * its readers. Input is unchecked, too: the rules of whoever takes it find what is wrong, so that all problems of a
 * list are told at once.
 */
function stringScalar(name: string, description: string, read = (text: string) => text) {
  const parse = (value: unknown) => (typeof value === 'string' ? read(value) : value);
  return new GraphQLScalarType<unknown, unknown>({
    name,
    description,
    serialize: (value) => value,
    parseValue: parse,
    parseLiteral: (node, variables) => parse(valueFromASTUntyped(node, variables)),
  });
}

export const DateTimeScalar = stringScalar(
  'DateTime',
  'A moment in ISO-8601 with a zone and without milliseconds, e.g. `2018-02-18T02:30:00-07:00` or ' +
    '`2018-02-18T08:00:00Z`. A fraction of a second may be given, as JavaScript’s `toISOString` writes it, and is cut ' +
    'off: Gong takes none.',
  withoutFraction,
);

export const DateScalar = stringScalar('Date', 'A day of the calendar in ISO-8601, e.g. `2021-05-19`.');

export const UrlScalar = stringScalar(
  'URL',
  'A full http or https URL, e.g. `https://crm.example.com/deals/8608553`.',
);

/** The gateway refuses numbers that JavaScript would round before they get here. */
function described(scalar: GraphQLScalarType, description: string): GraphQLScalarType {
  return new GraphQLScalarType({ ...scalar.toConfig(), specifiedByURL: null, description });
}

export const JsonScalar = described(
  GraphQLJSON,
  'Any JSON value. Integers beyond ±(2^53 - 1) are strings of their digits, both ways.',
);

export const JsonObjectScalar = described(
  GraphQLJSONObject,
  'A JSON object: values by name. Integers beyond ±(2^53 - 1) are strings of their digits, both ways.',
);
