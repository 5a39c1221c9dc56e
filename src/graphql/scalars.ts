import {
  GraphQLError,
  GraphQLID,
  type GraphQLLeafType,
  GraphQLScalarType,
  GraphQLString,
  valueFromASTUntyped,
} from 'graphql';
import { GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import GraphQLUpload from 'graphql-upload/GraphQLUpload.mjs';
import { withoutFraction } from '../crm/dates.js';
import { isLongInteger, shown } from '../crm/values.js';
import { ChosenFields } from './chosen-fields.js';

/** Whether a string is serialized as it is. */
export function passesStrings(type: GraphQLLeafType): boolean {
  return type === GraphQLString || type === GraphQLID || type.extensions.passesStrings === true;
}

/**
 * A string in some format. Output is passed through unchecked, so that one odd value at Gong never hides an object. Input
 * is unchecked, too: the rules for uploads report all problems of a list at once.
 */
function stringScalar(
  name: string,
  description: string,
  specifiedByURL: string | null,
  read = (text: string) => text,
) {
  const parse = (value: unknown) => (typeof value === 'string' ? read(value) : value);
  return new GraphQLScalarType<unknown, unknown>({
    name,
    description,
    specifiedByURL,
    serialize: (value) => value,
    parseValue: parse,
    parseLiteral: (node, variables) => parse(valueFromASTUntyped(node, variables)),
    extensions: { passesStrings: true },
  });
}

export const DateTimeScalar = stringScalar(
  'DateTime',
  'A date and time in ISO 8601 with a time zone and without milliseconds, e.g. `2018-02-18T02:30:00-07:00` or ' +
    '`2018-02-18T08:00:00Z`. In input, a fraction of a second such as JavaScript’s `toISOString` writes is removed, ' +
    'because Gong does not accept it.',
  'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  withoutFraction,
);

export const DateScalar = stringScalar(
  'Date',
  'A date in ISO 8601, e.g. `2021-05-19`.',
  'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
);

export const UrlScalar = stringScalar(
  'URL',
  'A full http or https URL, e.g. `https://crm.example.com/deals/8608553`.',
  'https://url.spec.whatwg.org/',
);

const JSON_SPECIFICATION = 'https://ecma-international.org/publications-and-standards/standards/ecma-404/';

/** Numbers that JavaScript would round never get here: bad-literals.ts and bad-variables.ts refuse them. */
function jsonScalar(scalar: GraphQLScalarType, description: string): GraphQLScalarType {
  return new GraphQLScalarType({ ...scalar.toConfig(), specifiedByURL: JSON_SPECIFICATION, description });
}

export const JsonScalar = jsonScalar(
  GraphQLJSON,
  'Any JSON value. Integers beyond ±(2^53 - 1) are strings of their digits, in input and output.',
);

export const JsonObjectScalar = jsonScalar(
  new GraphQLScalarType({
    ...GraphQLJSONObject.toConfig(),
    serialize: (value) =>
      GraphQLJSONObject.serialize(value instanceof ChosenFields ? value.toObject() : value),
  }),
  'A JSON object. Integers beyond ±(2^53 - 1) are strings of their digits, in input and output.',
);

export const UploadScalar = new GraphQLScalarType({
  ...GraphQLUpload.toConfig(),
  description: 'A file in a multipart request.',
  specifiedByURL: 'https://github.com/jaydenseric/graphql-multipart-request-spec',
});

export const EmailAddressScalar = stringScalar(
  'EmailAddress',
  'An e-mail address, e.g. `jane.doe@acme.com`.',
  'https://www.rfc-editor.org/rfc/rfc5322#section-3.4.1',
);

/** No specification describes the many notations that Gong accepts. */
export const PhoneNumberScalar = stringScalar('PhoneNumber', 'A phone number, e.g. `+14055766687`.', null);

export const ExactNumberScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'ExactNumber',
  description:
    'A JSON number. An integer beyond ±(2^53 - 1), which JavaScript would round, is a string of its digits, both ways.',
  specifiedByURL: JSON_SPECIFICATION,
  serialize(value) {
    if (typeof value === 'number' || isLongInteger(value)) return value;
    throw new GraphQLError(`needed a number, got ${shown(value)}`);
  },
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});
