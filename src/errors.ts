import { VALUE_PROBLEM_CODES } from './crm/values.js';

/**
 * The closed catalogue of errors that callers see. Any other error is masked as `INTERNAL_SERVER_ERROR` with an ID that
 * the logs have, too. GraphQL (`extensions.code`) and the plain HTTP routes share the codes.
 */

export interface ErrorKind {
  readonly httpStatus: number;
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
}

export const ERROR_KINDS = {
  /** An argument is malformed or breaks a rule; nothing was sent upstream. */
  BAD_USER_INPUT: { httpStatus: 400, retryable: false },
  /** An operation would need more calls to Gong than one may make; the message says what to split. */
  OPERATION_TOO_COMPLEX: { httpStatus: 400, retryable: false },
  /** No credentials, or none that the gateway knows. */
  UNAUTHENTICATED: { httpStatus: 401, retryable: false },
  /** The caller lacks a scope, a page's origin is not allowed, an operation is not a trusted document, or introspection is off. */
  FORBIDDEN: { httpStatus: 403, retryable: false },
  /** A token cannot be verified: its issuer's keys cannot be fetched. */
  AUTH_UNAVAILABLE: { httpStatus: 503, retryable: true },
  /** No such integration, or no request with that id. */
  NOT_FOUND: { httpStatus: 404, retryable: false },
  /** An integration is already active, or the `clientRequestId` was used, or may have been, for something else. */
  CONFLICT: { httpStatus: 409, retryable: false },
  /** A limit on calls, connections or files is reached; `retryAfterSeconds` says when to try again. */
  RATE_LIMITED: { httpStatus: 429, retryable: true },
  PAYLOAD_TOO_LARGE: { httpStatus: 413, retryable: false },
  /** The body of a request arrived too slowly; nothing was sent upstream. */
  REQUEST_TIMEOUT: { httpStatus: 408, retryable: true },
  /** The disk on which the gateway buffers uploads, or its store on disk or in Redis, is full or cannot be used. */
  STORAGE_UNAVAILABLE: { httpStatus: 503, retryable: true },
  /** The gateway is not set up for this; the message names the setting. */
  NOT_CONFIGURED: { httpStatus: 501, retryable: false },
  /** The schema push would delete values and `allowDataLoss` was not given; the error includes the plan. */
  SCHEMA_DATA_LOSS: { httpStatus: 409, retryable: false },
  /** Gong refused the credentials, the gateway's or the caller's own. */
  UPSTREAM_UNAUTHENTICATED: { httpStatus: 502, retryable: false },
  /** The credentials for Gong lack a scope (`scope`), or Gong does not accept calls from this network address. */
  UPSTREAM_FORBIDDEN: { httpStatus: 502, retryable: false },
  /** Gong cannot be reached (`reason`), answers 500, 502, 503 or 504, or is not called after repeated failures. */
  UPSTREAM_UNAVAILABLE: { httpStatus: 503, retryable: true },
  UPSTREAM_TIMEOUT: { httpStatus: 504, retryable: true },
  /** Gong's answer violates its documentation. */
  UPSTREAM_INVALID_RESPONSE: { httpStatus: 502, retryable: false },
  /** Gong answered with any other error. */
  UPSTREAM_ERROR: { httpStatus: 502, retryable: false },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

/** Codes of GraphQL's protocols for operations that cannot begin. Their messages hold nothing internal. */
export const PROTOCOL_CODES = [
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
] as const;

/** Every code that a caller can see. */
export type AnyErrorCode = ErrorCode | (typeof PROTOCOL_CODES)[number] | 'INTERNAL_SERVER_ERROR';

const ALL_CODES: ReadonlySet<string> = new Set([...Object.keys(ERROR_KINDS), ...PROTOCOL_CODES]);

/** The code, or that of unexpected errors in place of an unknown one, such as another version's. */
export function knownErrorCode(code: string): AnyErrorCode {
  return isKnownCode(code) ? code : 'INTERNAL_SERVER_ERROR';
}

function isKnownCode(code: string): code is AnyErrorCode {
  return ALL_CODES.has(code);
}

/** Gong's answer, for the caller and for Gong's support. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly requestId: string | null;
  readonly errors: readonly string[];
}

export interface GatewayErrorOptions {
  readonly upstream?: UpstreamAnswer;
  /** When to try again. */
  readonly retryAfterSeconds?: number;
  /** Further facts for the caller, by name, as plain JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Only logged. */
  readonly cause?: unknown;
}

/** An error of the catalogue. The message says what was needed, what was given and how to fix it. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  /** The `extensions` that callers see. */
  readonly extensions: Readonly<Record<string, unknown>>;
  /** Gong's answer, if that is the error. */
  readonly upstream: UpstreamAnswer | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: GatewayErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.upstream = options.upstream;
    this.extensions = {
      code,
      retryable: ERROR_KINDS[code].retryable,
      ...(options.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: options.retryAfterSeconds }),
      ...(options.upstream === undefined ? {} : { upstream: options.upstream }),
      ...(code === 'BAD_USER_INPUT' ? { problems: [wholeRequest(message)] } : {}),
      ...options.details,
    };
  }
}

/** Whether the same request may succeed later, unchanged. */
export function isRetryable(error: unknown): boolean {
  return error instanceof GatewayError && ERROR_KINDS[error.code].retryable;
}

/** What can be wrong with an argument. Stable: callers branch on these. */
export const INPUT_PROBLEM_CODES = [
  'MISSING_FIELD',
  ...VALUE_PROBLEM_CODES,
  'UNKNOWN_FIELD',
  'TOO_MANY',
  'DUPLICATE_OBJECT',
  /** Any other problem: the message says what was needed. */
  'INVALID_VALUE',
] as const;
export type InputProblemCode = (typeof INPUT_PROBLEM_CODES)[number];

/**
 * Names and list indexes as in the `path` of a GraphQL error, beginning with the argument's name. For a plain HTTP
 * request the path begins with `path`, `query`, `header` or `body`. An empty path means the whole request.
 */
export type ProblemPath = readonly (string | number)[];

/** An entry of `extensions.problems`, which every BAD_USER_INPUT error has. */
export interface InputProblem {
  /** E.g. `['input', 'fields', 2, 'referenceTo']`. */
  readonly path: ProblemPath;
  readonly code: InputProblemCode;
  /** What was needed and what was given. */
  readonly message: string;
}

const MAX_SHOWN_PROBLEMS = 5;
/** How many problems an error lists; code that finds problems may stop there. */
export const MAX_LISTED_PROBLEMS = 100;
const MAX_NAME_CHARS = 100;

/** Creates one error for all problems; its message shows the first few. */
export function badUserInput(
  problems: readonly InputProblem[],
  details: Record<string, unknown> = {},
): GatewayError {
  return new GatewayError('BAD_USER_INPUT', problemsText(problems), {
    details: { problems: problems.slice(0, MAX_LISTED_PROBLEMS), ...details },
  });
}

/** Formats the message of an error with these problems. */
export function problemsText(problems: readonly InputProblem[]): string {
  const rest = problems.length - MAX_SHOWN_PROBLEMS;
  const lines = problems
    .slice(0, MAX_SHOWN_PROBLEMS)
    .map(({ path, message }) => (path.length === 0 ? message : `${pathText(path)}: ${message}`));
  return [...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}

/** E.g. `input.fields[2].referenceTo`. A name that is not an identifier is quoted in brackets. */
function pathText(path: ProblemPath): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = key.slice(0, MAX_NAME_CHARS);
    if (!/^[\w-]+$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** A problem that cannot be attributed to an argument. */
export function wholeRequest(message: string): InputProblem {
  return { path: [], code: 'INVALID_VALUE', message };
}
