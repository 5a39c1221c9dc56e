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
  /** An integration is already active, or the `clientRequestId` was used before. */
  CONFLICT: { httpStatus: 409, retryable: false },
  /** The budget of calls is spent; `retryAfterSeconds` says when there is room again. */
  RATE_LIMITED: { httpStatus: 429, retryable: true },
  PAYLOAD_TOO_LARGE: { httpStatus: 413, retryable: false },
  /** The gateway's own disk is full or cannot be written; uploads wait there on their way. */
  STORAGE_UNAVAILABLE: { httpStatus: 503, retryable: true },
  /** The schema push would delete values and `allowDataLoss` was not given; the plan comes with it. */
  SCHEMA_DATA_LOSS: { httpStatus: 409, retryable: false },
  /** Gong refused the credentials, the gateway's or the caller's own, or they lack a scope. */
  UPSTREAM_UNAUTHENTICATED: { httpStatus: 502, retryable: false },
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
      ...options.details,
    };
  }
}

/** Whether the same call may succeed later, unchanged. */
export function isRetryable(error: unknown): boolean {
  return error instanceof GatewayError && ERROR_KINDS[error.code].retryable;
}

export interface InputProblem {
  /** Where it stands, e.g. `input.fields[2].referenceTo`. */
  readonly argument: string;
  readonly message: string;
}

const MAX_SHOWN_PROBLEMS = 5;
const MAX_LISTED_PROBLEMS = 100;

/** Several problems of arguments as one error; the message shows the first few. */
export function badUserInput(
  problems: readonly InputProblem[],
  details: Record<string, unknown> = {},
): GatewayError {
  const rest = problems.length - MAX_SHOWN_PROBLEMS;
  const lines = problems
    .slice(0, MAX_SHOWN_PROBLEMS)
    .map(({ argument, message }) => `${argument}: ${message}`);
  return new GatewayError(
    'BAD_USER_INPUT',
    [...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; '),
    {
      details: { problems: problems.slice(0, MAX_LISTED_PROBLEMS), ...details },
    },
  );
}
