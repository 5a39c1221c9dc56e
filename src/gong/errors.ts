import { type ErrorCode, GatewayError, type UpstreamAnswer } from '../errors.js';
import { explainReason } from './failure-reason.js';
import type { TransportAnswer, TransportFailure } from './transport.js';

/** Turns what Gong and the network answer into errors of the catalogue. */

const MAX_TEXTS = 10;
const MAX_TEXT_LENGTH = 500;
const MAX_RETRY_AFTER_SECONDS = 86_400;

export type TextCleaner = (text: string) => string;

/**
 * Makes a text from Gong fit to be shown and logged: no control characters, no HTML tags, none of the gateway's
 * credentials (some proxies echo a request's headers), at most 500 characters.
 */
export function textCleaner(secrets: () => readonly string[]): TextCleaner {
  return (text) => {
    let clean = text;
    // Before the text is cut: half a secret would not be recognised.
    for (const secret of secrets()) clean = clean.replaceAll(secret, '[removed]');
    clean = clean
      .slice(0, 10_000)
      .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
      .replace(/<[a-z/!?][^<>]*>/gi, ' ')
      .replace(/ {2,}/g, ' ')
      .trim();
    return clean.length > MAX_TEXT_LENGTH ? `${clean.slice(0, MAX_TEXT_LENGTH - 1)}…` : clean;
  };
}

/** Extracts what describes the answer itself. `body` is the parsed JSON, or `undefined` where there is none. */
export function upstreamAnswer(status: number, body: unknown, clean: TextCleaner): UpstreamAnswer {
  const requestId = property(body, 'requestId');
  const errors = property(body, 'errors');
  const texts = Array.isArray(errors) ? errors.filter((text) => typeof text === 'string') : [];
  return {
    status,
    requestId: typeof requestId === 'string' && requestId !== '' ? clean(requestId) : null,
    errors: texts.slice(0, MAX_TEXTS).map(clean),
  };
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

/** Makes the error for a status other than 2xx. `extensions.scope` names a scope that the credentials lack. */
export function refusal(
  operation: string,
  upstream: UpstreamAnswer,
  retryAfterSeconds?: number,
): GatewayError {
  const scope = missingScope(upstream);
  const [code, explanation] = scope === undefined ? meaningOf(upstream) : lacking(scope);
  const said = upstream.errors.length === 0 ? '' : `: ${upstream.errors.join('; ')}`;
  return new GatewayError(code, `${explanation} (${operation}, status ${upstream.status})${said}`, {
    upstream,
    ...(scope === undefined ? {} : { details: { scope } }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

type Meaning = readonly [code: ErrorCode, explanation: string];

/**
 * Returns the scope that credentials lack which Gong otherwise accepts. The current paths answer 401, "You don't have
 * permission to use 'api:crm:schema' in your app." (reference, section 7), the legacy ones 403.
 */
export function missingScope({ status, errors }: UpstreamAnswer): string | undefined {
  if (status !== 401 && status !== 403) return undefined;
  for (const text of errors) {
    const [scope] = /\bapi:[a-z][a-z:-]{1,100}/.exec(text) ?? [];
    if (scope !== undefined) return scope;
  }
  return undefined;
}

function lacking(scope: string): Meaning {
  return ['UPSTREAM_FORBIDDEN', `The credentials for Gong lack the scope ${scope}`];
}

function meaningOf({ status, requestId, errors }: UpstreamAnswer): Meaning {
  switch (status) {
    case 400:
      return ['BAD_USER_INPUT', 'Gong refused the request as malformed'];
    case 401:
      return ['UPSTREAM_UNAUTHENTICATED', 'Gong refused the credentials'];
    case 403:
      return ['UPSTREAM_FORBIDDEN', 'Gong does not accept calls from this network address'];
    case 404:
      // A wrong path must not look like a missing object, which callers read as null.
      return requestId === null && errors.length === 0
        ? ['UPSTREAM_ERROR', 'Gong has no such path: check the base URL and the API dialect']
        : ['NOT_FOUND', 'Gong does not know what was asked for'];
    case 409:
      return ['CONFLICT', 'Gong says that this was done before'];
    case 413:
      return ['PAYLOAD_TOO_LARGE', 'Gong refused the file as too large'];
    case 429:
      return ['RATE_LIMITED', "Gong's limit of calls is used up"];
    // The gateway repeats all four by itself, so callers may repeat them too: the code must be a retryable one.
    case 500:
      return ['UPSTREAM_UNAVAILABLE', 'Gong failed'];
    case 502:
    case 503:
    case 504:
      return ['UPSTREAM_UNAVAILABLE', 'Gong is not available'];
    default:
      return status >= 300 && status < 400
        ? ['UPSTREAM_INVALID_RESPONSE', 'Gong answered with a redirect: check the base URL']
        : ['UPSTREAM_ERROR', 'Gong failed'];
  }
}

/**
 * Reads `Retry-After`, in seconds or as a date. A date is compared with the answer's own `Date`, since this machine's clock
 * may differ. Returns 1 where the header is missing or makes no sense, and a day at most.
 */
export function retryAfterSeconds(answer: Pick<TransportAnswer, 'header'>): number {
  const value = answer.header('retry-after')?.trim() ?? '';
  let seconds = 1;
  if (/^[0-9]+$/.test(value)) seconds = Number(value);
  else if (/^[A-Z][a-z]{2}, /.test(value)) {
    const now = Date.parse(answer.header('date') ?? '');
    seconds = Math.ceil((Date.parse(value) - (Number.isNaN(now) ? Date.now() : now)) / 1_000);
  }
  return seconds >= 1 ? Math.min(seconds, MAX_RETRY_AFTER_SECONDS) : 1;
}

/** Makes the error for a successful answer that does not have the documented form. */
export function invalidAnswer(
  operation: string,
  upstream: UpstreamAnswer,
  problem: string,
  cause?: unknown,
): GatewayError {
  return new GatewayError(
    'UPSTREAM_INVALID_RESPONSE',
    `Gong's answer to ${operation} cannot be used: ${problem}`,
    { upstream, cause },
  );
}

/** Makes the error for an attempt without a complete answer. `extensions.reason` says why, without addresses. */
export function unanswered(
  operation: string,
  failure: TransportFailure,
  upstream: UpstreamAnswer | undefined,
): GatewayError {
  const { sent, reason } = failure.detail;
  const failed = (code: ErrorCode, message: string): GatewayError =>
    new GatewayError(code, message, {
      cause: failure,
      ...(upstream === undefined ? {} : { upstream }),
      ...(reason === undefined ? {} : { details: { reason } }),
    });
  const why = reason === undefined ? '' : `: ${explainReason(reason)}`;
  const fate = sent ? '. Whether Gong received it is unknown' : '';
  switch (failure.kind) {
    case 'unreachable':
      return failed('UPSTREAM_UNAVAILABLE', `No connection to Gong could be made${why}`);
    case 'broken':
      return failed('UPSTREAM_UNAVAILABLE', `The connection to Gong broke during ${operation}${why}${fate}`);
    case 'timeout':
      return failed('UPSTREAM_TIMEOUT', `Gong did not answer ${operation} in time${why}${fate}`);
    case 'not-http':
      return failed(
        'UPSTREAM_INVALID_RESPONSE',
        `Gong's answer to ${operation} cannot be used: it is not HTTP`,
      );
    case 'given-up':
      return givenUp(operation, failure.detail.cause);
  }
}

/** Makes the error for an abandoned call: the reason itself where that is a `GatewayError`. */
export function givenUp(operation: string, reason: unknown): GatewayError {
  return reason instanceof GatewayError
    ? reason
    : new GatewayError('UPSTREAM_TIMEOUT', `${operation} was abandoned before Gong had answered`, {
        cause: reason,
      });
}
