import { ERROR_KINDS } from '../../errors.js';

/** Apollo's own, beside those of the catalogue. */
const FURTHER_CODES = [
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'INTERNAL_SERVER_ERROR',
];
const CODES: ReadonlySet<unknown> = new Set([...Object.keys(ERROR_KINDS), ...FURTHER_CODES]);

interface CodedError {
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** How an operation ended, in one of a few words: `OK`, or the code of its first error. */
export function outcomeOf(errors: readonly CodedError[] | undefined): string {
  const [first] = errors ?? [];
  if (first === undefined) return 'OK';
  const code = first.extensions?.code;
  return typeof code === 'string' && CODES.has(code) ? code : 'INTERNAL_SERVER_ERROR';
}
