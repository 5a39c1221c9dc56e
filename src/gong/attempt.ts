import { GatewayError, type UpstreamAnswer } from '../errors.js';
import type { Sign } from './breaker.js';
import type { AuthorizedAnswer, AuthorizedTransport } from './credentials/authorized-transport.js';
import { type Operation, routeOf } from './dialects.js';
import {
  invalidAnswer,
  refusal,
  retryAfterSeconds,
  type TextCleaner,
  unanswered,
  upstreamAnswer,
} from './errors.js';
import { parseLossless } from './lossless-json.js';
import type { MultipartFile } from './multipart.js';
import { TransportFailure, type TransportRequest } from './transport.js';
import type { GongClientSettings, Permit } from './types.js';
import { WireProblem } from './wire.js';

/** The request of one operation, and how its answer is read. */
export interface AttemptPlan<T> {
  readonly operation: Operation;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly file?: MultipartFile;
  /**
   * @param invalid makes the error that stands in for a part of the answer that cannot be used
   * @throws WireProblem where nothing of the answer can be used
   */
  read(body: unknown, invalid: (problem: string) => GatewayError): T;
}

interface Failure {
  readonly sign: Sign;
  readonly error: GatewayError;
  readonly upstream: UpstreamAnswer | undefined;
}

export type Outcome<T> =
  | {
      readonly kind: 'answered';
      readonly sign: Sign;
      readonly value: T;
      readonly upstream: UpstreamAnswer;
      /** Errors within `value`. */
      readonly flaws: readonly GatewayError[];
    }
  /** Gong did not carry the request out, or repeating it is pointless. */
  | (Failure & { readonly kind: 'failed' })
  /** 429. */
  | (Failure & { readonly kind: 'limited'; readonly retryAfterMs: number })
  /** 5xx, or no answer to a request that was sent: it is unknown whether Gong carried it out. */
  | (Failure & {
      readonly kind: 'unsure';
      readonly repeatable: boolean;
      /** The pause that Gong asked for; 0: repeat at once. */
      readonly retryAfterMs: number | undefined;
    });

const HEADERS_TIMEOUT_MS = 15_000;
const UPLOAD_HEADERS_TIMEOUT_MS = 60_000;

export interface AttemptOptions {
  readonly permit: Permit;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Returns a function that makes one attempt: it sends the request, reads the answer, and settles the permit. */
export function createAttempts(
  settings: GongClientSettings,
  transport: AuthorizedTransport,
  clean: TextCleaner,
) {
  const commonHeaders = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'gong-crm-graphql',
  };
  const jsonHeaders = { ...commonHeaders, 'content-type': 'application/json' };

  return async function attempt<T>(plan: AttemptPlan<T>, options: AttemptOptions): Promise<Outcome<T>> {
    try {
      return await send(plan, options);
    } catch (error) {
      if (error instanceof TransportFailure) return meaningOf(plan.operation, error);
      // The token could not be renewed, so nothing was sent.
      if (error instanceof GatewayError) return { kind: 'failed', sign: 'none', error, upstream: undefined };
      throw error;
    } finally {
      options.permit.settled();
    }
  };

  function send<T>(plan: AttemptPlan<T>, options: AttemptOptions): Promise<Outcome<T>> {
    const { method, path } = routeOf(settings.dialect, plan.operation);
    const query = new URLSearchParams(plan.query).toString();
    const { file } = plan;
    const request: TransportRequest = {
      method,
      path: query === '' ? path : `${path}?${query}`,
      headers: { ...(plan.json === undefined ? commonHeaders : jsonHeaders), ...file?.headers },
      body: file === undefined ? JSON.stringify(plan.json) : file.open(),
      timeoutMs: options.timeoutMs,
      headersTimeoutMs: file === undefined ? HEADERS_TIMEOUT_MS : UPLOAD_HEADERS_TIMEOUT_MS,
      signal: options.signal,
      onSent: () => options.permit.sent(),
    };
    return transport.send(request, (answer) => readAnswer(plan, answer));
  }

  function readAnswer<T>(plan: AttemptPlan<T>, answer: AuthorizedAnswer): Outcome<T> {
    const { operation } = plan;
    const json = answer.unread === undefined ? parseBody(answer.body) : { problem: answer.unread };
    const upstream = upstreamAnswer(answer.status, json.body, clean);
    const sign = answer.status >= 500 ? 'failing' : 'alive';
    if (answer.status >= 300) return refused(operation, answer, sign, upstream);
    const invalid = (problem: string) => invalidAnswer(operation, upstream, clean(problem));
    const flaws: GatewayError[] = [];
    try {
      if (json.problem !== undefined) throw new WireProblem(json.problem);
      const value = plan.read(json.body, (problem) => {
        const flaw = invalid(problem);
        flaws.push(flaw);
        return flaw;
      });
      return { kind: 'answered', sign, value, upstream, flaws };
    } catch (error) {
      if (!(error instanceof WireProblem)) throw error;
      return { kind: 'failed', sign, error: invalid(error.message), upstream };
    }
  }

  function refused(
    operation: Operation,
    answer: AuthorizedAnswer,
    sign: Sign,
    upstream: UpstreamAnswer,
  ): Outcome<never> {
    const asksForPause =
      answer.status === 429 || (answer.status === 503 && answer.header('retry-after') !== undefined);
    const seconds = asksForPause ? retryAfterSeconds(answer) : undefined;
    const error = refusal(operation, upstream, seconds);
    const failure = { sign, error, upstream } as const;
    switch (error.code) {
      case 'RATE_LIMITED':
        return { ...failure, kind: 'limited', retryAfterMs: (seconds ?? 1) * 1_000 };
      case 'UPSTREAM_UNAVAILABLE': {
        const retryAfterMs = seconds === undefined ? undefined : seconds * 1_000;
        return { ...failure, kind: 'unsure', repeatable: true, retryAfterMs };
      }
      case 'UPSTREAM_UNAUTHENTICATED':
        answer.credentialsRefused();
    }
    return { ...failure, kind: 'failed' };
  }
}

function meaningOf(operation: Operation, failure: TransportFailure): Outcome<never> {
  const { status, sent } = failure.detail;
  const upstream = status === null ? undefined : { status, requestId: null, errors: [] };
  const error = unanswered(operation, failure, upstream);
  if (failure.kind === 'given-up') return { kind: 'failed', sign: 'none', error, upstream };
  if (!sent) return { kind: 'failed', sign: 'failing', error, upstream };
  const repeatable = failure.kind === 'broken';
  // An idle connection that Gong closes just as a request is written looks broken too, so the first repeat is immediate.
  const retryAfterMs = repeatable && status === null ? 0 : undefined;
  return { kind: 'unsure', sign: 'failing', error, upstream, repeatable, retryAfterMs };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function parseBody(body: Buffer): { body?: unknown; problem?: string } {
  try {
    return { body: parseLossless(UTF8.decode(body)) };
  } catch {
    // Not the parser's message, which quotes the text: that may hold personal data.
    return { problem: body.length === 0 ? 'it is empty' : 'it is not JSON in UTF-8' };
  }
}
