import { ERROR_KINDS } from '../../errors.js';

/** Codes of Apollo Server, beside those of the catalogue. */
const APOLLO_CODES = [
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'INTERNAL_SERVER_ERROR',
];
const CODES: ReadonlySet<unknown> = new Set([...Object.keys(ERROR_KINDS), ...APOLLO_CODES]);

interface CodedError {
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The outcome of an operation as a metric label: `OK`, or the code of its first error. Codes that are not known are masked. */
export function outcomeOf(errors: readonly CodedError[] | undefined): string {
  const [first] = errors ?? [];
  if (first === undefined) return 'OK';
  const code = first.extensions?.code;
  return typeof code === 'string' && CODES.has(code) ? code : 'INTERNAL_SERVER_ERROR';
}
