import { knownErrorCode } from '../../errors.js';

interface CodedError {
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The outcome of an operation as a metric label: `OK`, or the code of its first error. Codes that are not known are masked. */
export function outcomeOf(errors: readonly CodedError[] | undefined): string {
  const [first] = errors ?? [];
  if (first === undefined) return 'OK';
  const code = first.extensions?.code;
  return typeof code === 'string' ? knownErrorCode(code) : 'INTERNAL_SERVER_ERROR';
}
