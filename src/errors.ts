import { VALUE_PROBLEM_CODES } from './crm/values.js';

/**
 * The closed catalogue of errors that leave the gateway. Everything else is masked as `INTERNAL_SERVER_ERROR`
 * with an id to look for in the logs. The same codes serve GraphQL (`extensions.code`) and the plain HTTP doors,
 * which also use `httpStatus`.
 */

export interface ErrorKind {
  readonly httpStatus: number;
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean;
}

export const ERROR_KINDS = {
  /** An argument is malformed or breaks a rule; nothing was sent upstream. */
  BAD_USER_INPUT: { httpStatus: 400, retryable: false },
  /** An operation would cost more calls to Gong than one may; the message says what to split. */
  OPERATION_TOO_COMPLEX: { httpStatus: 400, retryable: false },
  /** No credentials, or none that the gateway knows. */
  UNAUTHENTICATED: { httpStatus: 401, retryable: false },
  /** The caller lacks a scope, a page its origin, or an operation is not among the trusted ones. */
  FORBIDDEN: { httpStatus: 403, retryable: false },
  /** Whether a token is good cannot be found out: its issuer's keys cannot be fetched. */
  AUTH_UNAVAILABLE: { httpStatus: 503, retryable: true },
  /** No such integration, or no request with that id. */
  NOT_FOUND: { httpStatus: 404, retryable: false },
  /** An integration is already active, or the `clientRequestId` was used for something else, or for all that is known. */
  CONFLICT: { httpStatus: 409, retryable: false },
  /** The budget of calls is spent; `retryAfterSeconds` says when there is room again. */
  RATE_LIMITED: { httpStatus: 429, retryable: true },
  PAYLOAD_TOO_LARGE: { httpStatus: 413, retryable: false },
  /** The body of a request came too slowly; nothing was sent upstream. */
  REQUEST_TIMEOUT: { httpStatus: 408, retryable: true },
  /** The gateway's own disk is full or cannot be written; uploads wait there on their way. */
  STORAGE_UNAVAILABLE: { httpStatus: 503, retryable: true },
  /** The schema push would delete values and `allowDataLoss` was not given; the plan comes with it. */
  SCHEMA_DATA_LOSS: { httpStatus: 409, retryable: false },
  /** Gong refused the credentials, the gateway's or the caller's own. */
  UPSTREAM_UNAUTHENTICATED: { httpStatus: 502, retryable: false },
  /** The credentials for Gong lack a scope (`scope`), or Gong does not accept calls from this network address. */
  UPSTREAM_FORBIDDEN: { httpStatus: 502, retryable: false },
  /** Gong cannot be reached (`reason`), answers 500, 502, 503 or 504, or is left alone after failures. */
  UPSTREAM_UNAVAILABLE: { httpStatus: 503, retryable: true },
  UPSTREAM_TIMEOUT: { httpStatus: 504, retryable: true },
  /** Gong answered something that its documents do not allow. */
  UPSTREAM_INVALID_RESPONSE: { httpStatus: 502, retryable: false },
  /** Gong answered with an error that is none of the above. */
  UPSTREAM_ERROR: { httpStatus: 502, retryable: false },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

/** What Gong said, for its support and for the caller. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly requestId: string | null;
  readonly errors: readonly string[];
}

export interface GatewayErrorOptions {
  readonly upstream?: UpstreamAnswer;
  /** Seconds until another try makes sense. */
  readonly retryAfterSeconds?: number;
  /** Further facts for the caller, by name; must be plain JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** For the log only. */
  readonly cause?: unknown;
}

/** An error of the catalogue. The message says what was needed, what was got and how to mend it. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  /** In the form GraphQL gives to callers. */
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: GatewayErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
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

/** Whether the same call may succeed later, unchanged. */
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
  /** None of the others: the message says what was needed. */
  'INVALID_VALUE',
] as const;
export type InputProblemCode = (typeof INPUT_PROBLEM_CODES)[number];

/**
 * Names and list indexes, as in the `path` of a GraphQL error, beginning with the argument's name. Of a plain HTTP
 * request it begins with `path`, `query`, `header` or `body`. Empty: the request as a whole.
 */
export type ProblemPath = readonly (string | number)[];

/** One entry of `extensions.problems`, which every BAD_USER_INPUT error has. */
export interface InputProblem {
  /** E.g. `['input', 'fields', 2, 'referenceTo']`. */
  readonly path: ProblemPath;
  readonly code: InputProblemCode;
  /** What was needed and what was got. */
  readonly message: string;
}

const MAX_SHOWN_PROBLEMS = 5;
/** How many problems an error lists. Whoever looks for problems need not look for more. */
export const MAX_LISTED_PROBLEMS = 100;
const MAX_NAME_CHARS = 100;

/** Problems of arguments as one error; the message shows the first few. */
export function badUserInput(
  problems: readonly InputProblem[],
  details: Record<string, unknown> = {},
): GatewayError {
  return new GatewayError('BAD_USER_INPUT', problemsText(problems), {
    details: { problems: problems.slice(0, MAX_LISTED_PROBLEMS), ...details },
  });
}

/** The message of an error with these problems. */
export function problemsText(problems: readonly InputProblem[]): string {
  const rest = problems.length - MAX_SHOWN_PROBLEMS;
  const lines = problems
    .slice(0, MAX_SHOWN_PROBLEMS)
    .map(({ path, message }) => (path.length === 0 ? message : `${pathText(path)}: ${message}`));
  return [...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}

/** E.g. `input.fields[2].referenceTo`; a name that is no identifier stands in brackets. */
function pathText(path: ProblemPath): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = key.slice(0, MAX_NAME_CHARS);
    if (!/^[\w-]+$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** For errors of which nobody knows a place. */
export function wholeRequest(message: string): InputProblem {
  return { path: [], code: 'INVALID_VALUE', message };
}
