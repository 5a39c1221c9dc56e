import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { isDate } from '../crm/dates.js';
import { isDateTimeText, isHttpUrl, shown } from '../crm/values.js';

/**
 * A string of one form. Input is checked and passed on as it came; output is what Gong gave, unchecked, so that
 * one odd value at Gong never hides an object from its readers.
 */
function stringScalar(name: string, description: string, isValid: (text: string) => boolean, needed: string) {
  const parse = (value: unknown): string => {
    if (typeof value === 'string' && isValid(value)) return value;
    throw new TypeError(`needed ${needed}, got ${shown(value)}`);
  };
  return new GraphQLScalarType<string, unknown>({
    name,
    description,
    serialize: (value) => value,
    parseValue: parse,
    parseLiteral: (node: ValueNode) => parse(node.kind === Kind.STRING ? node.value : literalText(node)),
  });
}

/** A literal of another kind, as something that is never a valid string. */
function literalText(node: ValueNode): unknown {
  return 'value' in node ? Number(node.value) : null;
}

export const DateTimeScalar = stringScalar(
  'DateTime',
  'A moment in ISO-8601 with a zone and without milliseconds, e.g. `2018-02-18T02:30:00-07:00` or `2018-02-18T08:00:00Z`.',
  isDateTimeText,
  'a datetime with a zone and without milliseconds such as 2018-02-18T02:30:00-07:00',
);

export const DateScalar = stringScalar(
  'Date',
  'A day of the calendar in ISO-8601, e.g. `2021-05-19`.',
  isDate,
  'a date that exists, such as 2021-05-19',
);

export const UrlScalar = stringScalar(
  'URL',
  'A full http or https URL, e.g. `https://crm.example.com/deals/8608553`.',
  isHttpUrl,
  'a full http or https URL',
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
