/** An entry of `errors` in an answer of the gateway. */
export interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** What is wrong with an argument: an entry of `problems`. */
export interface InputProblem {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
}

export interface GatewayErrorFacts {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterSeconds?: number | undefined;
  readonly httpStatus?: number | undefined;
  readonly errors?: readonly GraphqlError[];
  readonly data?: unknown;
  readonly cause?: unknown;
}

/**
 * Every failure of a call, except an abort, which rejects with the reason of its signal. Each code has a class below;
 * an answer with several errors has that of the first one.
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  /** Whether the same call may succeed later. The client has tried again already where that was safe. */
  readonly retryable: boolean;
  /** How long the gateway asks to wait. */
  readonly retryAfterSeconds: number | undefined;
  /** Of the answer, if there was one. An event stream has 200. */
  readonly httpStatus: number | undefined;
  /** All errors of the answer. */
  readonly errors: readonly GraphqlError[];
  /** What the answer has beside the errors: fields that did not fail. */
  readonly data: unknown;

  constructor(message: string, facts: GatewayErrorFacts) {
    super(message, { cause: facts.cause });
    this.code = facts.code;
    this.retryable = facts.retryable;
    this.retryAfterSeconds = facts.retryAfterSeconds;
    this.httpStatus = facts.httpStatus;
    this.errors = facts.errors ?? [];
    this.data = facts.data;
  }

  /** The facts of the first error, by name, e.g. `scope`, `plan`, `largestIds`. */
  get extensions(): Readonly<Record<string, unknown>> {
    return this.errors[0]?.extensions ?? {};
  }

  /** Under which the gateway's log has an INTERNAL_SERVER_ERROR. */
  get errorId(): string | undefined {
    const { errorId } = this.extensions;
    return typeof errorId === 'string' ? errorId : undefined;
  }

  /** What is wrong with which argument, for BAD_USER_INPUT. */
  get problems(): readonly InputProblem[] {
    const { problems } = this.extensions;
    return Array.isArray(problems) ? problems : [];
  }
}

/** An argument is malformed or breaks a rule: see `problems`. */
export class BadUserInputError extends GatewayError {}
/** The text of the operation, or the request that carries it, is malformed or unknown. */
export class InvalidOperationError extends GatewayError {}
/** `extensions.largestIds` says how many IDs fit. */
export class OperationTooComplexError extends GatewayError {}
/** The gateway does not know the credentials, and a renewed token did not help. */
export class UnauthenticatedError extends GatewayError {}
/** The caller lacks `extensions.scope`. */
export class ForbiddenError extends GatewayError {}
export class NotFoundError extends GatewayError {}
export class ConflictError extends GatewayError {}
/** A limit on calls, connections or uploads is reached: see `retryAfterSeconds`. */
export class RateLimitedError extends GatewayError {}
/** More than `extensions.limit`. Send long lists as a file. */
export class PayloadTooLargeError extends GatewayError {}
/** The push would delete values: see `extensions.plan`. */
export class SchemaDataLossError extends GatewayError {}
/** The operator has not set the gateway up for this: the message names the setting. */
export class NotConfiguredError extends GatewayError {}
/** The gateway itself cannot work now: its disk, its issuer of tokens, or a body that arrived too slowly. */
export class UnavailableError extends GatewayError {}
/** Gong failed or refused: see `code`, and `extensions.upstream` if it answered. */
export class UpstreamError extends GatewayError {}
/** A bug in the gateway: see `errorId`. */
export class InternalServerError extends GatewayError {}
/** There was no answer, or an event stream ended too early: see `cause`. */
export class ConnectionError extends GatewayError {}
/** The answer is not the gateway's, e.g. a page of a proxy: see `httpStatus`. */
export class InvalidAnswerError extends GatewayError {}

const CLASSES = {
  BAD_USER_INPUT: BadUserInputError,
  BAD_REQUEST: InvalidOperationError,
  GRAPHQL_PARSE_FAILED: InvalidOperationError,
  GRAPHQL_VALIDATION_FAILED: InvalidOperationError,
  OPERATION_RESOLUTION_FAILURE: InvalidOperationError,
  PERSISTED_QUERY_NOT_FOUND: InvalidOperationError,
  PERSISTED_QUERY_NOT_SUPPORTED: InvalidOperationError,
  OPERATION_TOO_COMPLEX: OperationTooComplexError,
  UNAUTHENTICATED: UnauthenticatedError,
  FORBIDDEN: ForbiddenError,
  NOT_FOUND: NotFoundError,
  CONFLICT: ConflictError,
  RATE_LIMITED: RateLimitedError,
  PAYLOAD_TOO_LARGE: PayloadTooLargeError,
  SCHEMA_DATA_LOSS: SchemaDataLossError,
  NOT_CONFIGURED: NotConfiguredError,
  AUTH_UNAVAILABLE: UnavailableError,
  STORAGE_UNAVAILABLE: UnavailableError,
  REQUEST_TIMEOUT: UnavailableError,
  UPSTREAM_UNAUTHENTICATED: UpstreamError,
  UPSTREAM_FORBIDDEN: UpstreamError,
  UPSTREAM_UNAVAILABLE: UpstreamError,
  UPSTREAM_TIMEOUT: UpstreamError,
  UPSTREAM_INVALID_RESPONSE: UpstreamError,
  UPSTREAM_ERROR: UpstreamError,
  INTERNAL_SERVER_ERROR: InternalServerError,
  CONNECTION_FAILED: ConnectionError,
  INVALID_ANSWER: InvalidAnswerError,
} as const satisfies Record<string, typeof GatewayError>;

/** The codes of the gateway, CONNECTION_FAILED and INVALID_ANSWER of this client, and those of later gateways. */
export type ErrorCode = keyof typeof CLASSES | (string & {});

/** The error of an answer. It is retryable if all of its errors are. */
export function errorOf(errors: readonly GraphqlError[], response?: Response, data?: unknown): GatewayError {
  const code = String(errors[0]?.extensions?.code ?? 'UNKNOWN');
  const Class = Object.hasOwn(CLASSES, code) ? CLASSES[code as keyof typeof CLASSES] : GatewayError;
  const waits = errors.map(({ extensions }) => Number(extensions?.retryAfterSeconds ?? 0));
  const asked = Math.max(...waits.filter((seconds) => seconds > 0), retryAfter(response) ?? 0);
  return new Class(errors.map(explain).join('\n'), {
    code,
    retryable: errors.every(({ extensions }) => extensions?.retryable === true),
    retryAfterSeconds: asked > 0 ? asked : undefined,
    httpStatus: response?.status,
    errors,
    data,
  });
}

/** Proxies answer like this while a gateway restarts or is busy. */
const TEMPORARY: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export function invalidAnswer(response: Response, text: string): InvalidAnswerError {
  const { status } = response;
  return new InvalidAnswerError(
    `needed an answer of the gateway, got HTTP ${status} with ${JSON.stringify(text.slice(0, 200))}`,
    {
      code: 'INVALID_ANSWER',
      retryable: TEMPORARY.has(status),
      retryAfterSeconds: retryAfter(response),
      httpStatus: status,
    },
  );
}

export function connectionFailed(what: string, cause?: unknown): ConnectionError {
  const reason = reasonOf(cause);
  return new ConnectionError(reason === '' ? what : `${what}: ${reason}`, {
    ...{ code: 'CONNECTION_FAILED', retryable: true, cause },
  });
}

/** `fetch` hides the reason in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const code = 'code' in error ? String(error.code) : '';
  return (error.cause instanceof Error ? reasonOf(error.cause) : '') || error.message || code;
}

function retryAfter(response?: Response): number | undefined {
  const seconds = Number(response?.headers.get('retry-after') ?? 0);
  return seconds > 0 ? seconds : undefined;
}

function explain({ message, path, extensions }: GraphqlError): string {
  const where = path === undefined ? '' : ` at ${path.join('.')}`;
  return `${String(extensions?.code ?? 'UNKNOWN')}${where}: ${message}`;
}
