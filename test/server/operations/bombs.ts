/** Documents that cost a server more to process than they cost their sender. */
export interface Bomb {
  readonly what: string;
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  /** Sent as it is, where JSON.stringify would not make it. */
  readonly rawVariables?: string;
  readonly code: string;
}

const PARSE = 'GRAPHQL_PARSE_FAILED';
const INVALID = 'GRAPHQL_VALIDATION_FAILED';
const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
const ID = 'deal(id: "1")';

export const BOMBS: readonly Bomb[] = [
  { what: '16 aliases', query: `{ ${times(16, (i) => `a${i}: __typename`)} }`, code: INVALID },
  { what: '5,000 aliases', query: `{ ${times(5_000, (i) => `a${i}: __typename`)} }`, code: PARSE },
  { what: '11 root fields', query: `{ ${times(11, () => '__typename')} }`, code: INVALID },
  {
    what: 'aliases in a fragment used many times',
    query: `{ ${times(8, (i) => `a${i}: ${ID} { ...F }`)} } fragment F on Deal { ${times(5, (i) => `b${i}: name`)} }`,
    code: INVALID,
  },
  {
    what: 'a depth of 11',
    query: `{ ${ID} ${'{ reference(field: "a") '.repeat(9)} { objectId }${'}'.repeat(9)} }`,
    code: INVALID,
  },
  { what: 'a depth of 3,000', query: `{ ${ID} ${'{ account '.repeat(3_000)}`, code: PARSE },
  { what: '21 directives', query: `{ integrations { id ${'@skip(if: false) '.repeat(21)}} }`, code: INVALID },
  { what: '900 unknown directives', query: `{ integrations { id ${'@x'.repeat(450)} } }`, code: INVALID },
  { what: 'more than 1,000 tokens', query: `{ ${'__typename '.repeat(1_000)} }`, code: PARSE },
  { what: 'more than 15,000 characters', query: `{ __typename } # ${'x'.repeat(15_000)}`, code: PARSE },
  { what: 'a string of 200 kB', query: `{ deal(id: "${'x'.repeat(200_000)}") { name } }`, code: PARSE },
  { what: '50,000 unknown fields', query: `{ ${times(20_000, (i) => `f${i}`)} }`, code: PARSE },
  { what: '900 unknown fields', query: `{ ${times(900, (i) => `f${i}`)} }`, code: INVALID },
  {
    what: 'a cycle of fragments',
    query: '{ deal(id: "1") { ...A } } fragment A on Deal { ...B } fragment B on Deal { ...A }',
    code: INVALID,
  },
  {
    what: 'a chain of 110 fragments',
    query: `{ ${ID} { ...F0 } } ${times(110, (i) => `fragment F${i} on Deal { ...F${i + 1} }`)} fragment F110 on Deal { nothing }`,
    code: INVALID,
  },
  {
    what: 'a chain of 6,000 fragments',
    query: `{ ${ID} { ...F0 } } ${times(6_000, (i) => `fragment F${i} on Deal{...F${i + 1}}`)}`,
    code: PARSE,
  },
  {
    what: 'fragments that double fifty times',
    query: `{ ${ID} { ...F0 } } ${times(50, (i) => `fragment F${i} on Deal { a${i}: account { ...G } ...F${i + 1} ...F${i + 1} }`)} fragment F50 on Deal { name } fragment G on Account { name }`,
    code: INVALID,
  },
  {
    what: 'overlapping fields',
    query: `{ ${ID} { ${times(90, (i) => `reference(field: "f${i % 2}") { objectId }`)} } }`,
    code: INVALID,
  },
  {
    what: 'deep list literals',
    query: `{ crmObjects(objectType: DEAL, ids: ${'['.repeat(450)}${']'.repeat(450)}) { objectId } }`,
    code: 'BAD_USER_INPUT',
  },
  {
    what: 'very deep list literals',
    query: `{ crmObjects(objectType: DEAL, ids: ${'['.repeat(7_000)}`,
    code: PARSE,
  },
  {
    what: 'introspection within introspection',
    query: `{ __schema { types { ${'fields { type { '.repeat(6)} name ${'}}'.repeat(6)} } } }`,
    code: INVALID,
  },
  {
    what: 'variables without end',
    query: 'query ($a: ID!) { deal(id: $a) { name } }',
    rawVariables: `{"a":${'['.repeat(25_000)}${']'.repeat(25_000)}}`,
    code: 'BAD_USER_INPUT',
  },
  {
    what: 'many variables that do not fit',
    query: 'query ($ids: [ID!]!) { crmObjects(objectType: DEAL, ids: $ids) { objectId } }',
    variables: { ids: Array.from({ length: 5_000 }, () => ({})) },
    code: 'BAD_USER_INPUT',
  },
  {
    what: '11 calls of objects',
    query: `query ($ids: [ID!]!) { crmObjects(objectType: DEAL, ids: $ids) { objectId } lead(id: "1") { firstName } }`,
    variables: { ids: Array.from({ length: 1_000 }, (_, i) => `d${i}`) },
    code: 'OPERATION_TOO_COMPLEX',
  },
];
