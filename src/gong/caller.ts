import { GatewayError, type UpstreamAnswer } from '../errors.js';
import { type CallBudget, createCallBudget, type Permit } from './budget.js';
import { type Operation, routeOf } from './dialects.js';
import {
  authorization,
  givenUp,
  invalidAnswer,
  refusal,
  retryAfterSeconds,
  textCleaner,
  unanswered,
  upstreamAnswer,
} from './errors.js';
import { parseLossless } from './lossless-json.js';
import type { MultipartFile } from './multipart.js';
import { createTransport, type TransportAnswer, TransportFailure } from './transport.js';
import type { CallOptions, GongCall, GongClientDeps, GongClientSettings } from './types.js';
import { WireProblem } from './wire.js';

/**
 * The life of one call: wait for a permit, send, read, and say once in the log how it went.
 *
 * Repeated are only calls that Gong certainly did not carry out, or that carry out nothing: any call after a
 * 429, while the wait fits into `queueMaxMs`; and a read whose connection broke before the answer, once, because
 * that is how an idle connection looks that Gong closed in the moment of our writing.
 */
export interface CallPlan<T> {
  readonly operation: Operation;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly file?: MultipartFile;
  readonly options: CallOptions | undefined;
  /** @throws WireProblem */
  read(body: unknown): T;
}

export interface Caller {
  call<T>(plan: CallPlan<T>): Promise<T>;
  close(): Promise<void>;
}

const HEADERS_TIMEOUT_MS = 15_000;
const UPLOAD_HEADERS_TIMEOUT_MS = 60_000;
const MAX_REPEATS_AFTER_429 = 5;

type Outcome<T> =
  | { readonly kind: 'answered'; readonly value: T; readonly upstream: UpstreamAnswer }
  | { readonly kind: 'failed'; readonly error: GatewayError; readonly upstream: UpstreamAnswer | undefined }
  | {
      readonly kind: 'limited';
      readonly error: GatewayError;
      readonly upstream: UpstreamAnswer;
      readonly retryAfterMs: number;
    }
  /** The connection broke before an answer began. */
  | { readonly kind: 'broken'; readonly error: GatewayError; readonly upstream: undefined };

export function createCaller(settings: GongClientSettings, deps: GongClientDeps): Caller {
  const transport = createTransport(settings);
  const budget: CallBudget = createCallBudget(settings.callsPerSecond);
  const clean = textCleaner(settings.credentials);
  const commonHeaders = {
    authorization: authorization(settings.credentials),
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'gong-crm-graphql',
  };

  async function call<T>(plan: CallPlan<T>): Promise<T> {
    const route = routeOf(settings.dialect, plan.operation);
    let waitLeftMs = settings.queueMaxMs;
    let repeatsAfter429 = 0;
    let brokenBefore = false;
    for (let attempt = 1; ; attempt++) {
      const asked = performance.now();
      const permit = await acquire(plan, waitLeftMs);
      const waitedMs = performance.now() - asked;
      waitLeftMs = Math.max(0, waitLeftMs - waitedMs);

      const granted = performance.now();
      const outcome = await attemptOnce(plan, permit);
      report(plan, outcome, { attempt, waitedMs, durationMs: performance.now() - granted });
      switch (outcome.kind) {
        case 'answered':
          return outcome.value;
        case 'failed':
          throw outcome.error;
        case 'limited':
          budget.hold(outcome.retryAfterMs);
          if (outcome.retryAfterMs > waitLeftMs) throw outcome.error;
          if (++repeatsAfter429 > MAX_REPEATS_AFTER_429) throw outcome.error;
          break;
        case 'broken':
          if (route.method !== 'GET' || brokenBefore) throw outcome.error;
          brokenBefore = true;
          break;
      }
    }
  }

  async function acquire(plan: CallPlan<unknown>, maxWaitMs: number): Promise<Permit> {
    const { signal, priority = 'interactive' } = plan.options ?? {};
    try {
      return await budget.acquire({ priority, signal, maxWaitMs });
    } catch (error) {
      throw givenUp(plan.operation, error);
    }
  }

  async function attemptOnce<T>(plan: CallPlan<T>, permit: Permit): Promise<Outcome<T>> {
    try {
      return readAnswer(plan, await send(plan, permit));
    } catch (error) {
      if (!(error instanceof TransportFailure)) throw error;
      const { status } = error.detail;
      const upstream = status === null ? undefined : { status, requestId: null, errors: [] };
      const failure = unanswered(plan.operation, error, upstream);
      return error.kind === 'broken' && upstream === undefined
        ? { kind: 'broken', error: failure, upstream }
        : { kind: 'failed', error: failure, upstream };
    } finally {
      permit.settled();
    }
  }

  function send(plan: CallPlan<unknown>, permit: Permit): Promise<TransportAnswer> {
    const { method, path } = routeOf(settings.dialect, plan.operation);
    const query = new URLSearchParams(plan.query).toString();
    const { file } = plan;
    return transport.send({
      method,
      path: query === '' ? path : `${path}?${query}`,
      headers: {
        ...commonHeaders,
        ...(plan.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...file?.headers,
      },
      body: file === undefined ? JSON.stringify(plan.json) : file.open(),
      timeoutMs: file === undefined ? settings.timeoutMs : settings.uploadTimeoutMs,
      headersTimeoutMs: file === undefined ? HEADERS_TIMEOUT_MS : UPLOAD_HEADERS_TIMEOUT_MS,
      signal: plan.options?.signal,
      onSent: () => permit.sent(),
    });
  }

  function readAnswer<T>(plan: CallPlan<T>, answer: TransportAnswer): Outcome<T> {
    const { operation } = plan;
    const json = answer.unread === undefined ? parseBody(answer.body) : { problem: answer.unread };
    const upstream = upstreamAnswer(answer.status, json.body, clean);
    if (answer.status === 429) {
      const seconds = retryAfterSeconds(answer);
      return {
        kind: 'limited',
        error: refusal(operation, upstream, seconds),
        upstream,
        retryAfterMs: seconds * 1_000,
      };
    }
    if (answer.status >= 300) return { kind: 'failed', error: refusal(operation, upstream), upstream };
    if (json.problem !== undefined) {
      return { kind: 'failed', error: invalidAnswer(operation, upstream, json.problem), upstream };
    }
    try {
      return { kind: 'answered', value: plan.read(json.body), upstream };
    } catch (error) {
      if (!(error instanceof WireProblem)) throw error;
      return { kind: 'failed', error: invalidAnswer(operation, upstream, clean(error.message)), upstream };
    }
  }

  function report(
    plan: CallPlan<unknown>,
    outcome: Outcome<unknown>,
    times: Pick<GongCall, 'attempt' | 'waitedMs' | 'durationMs'>,
  ): void {
    const { upstream } = outcome;
    const call: GongCall = {
      operation: plan.operation,
      attempt: times.attempt,
      waitedMs: Math.round(times.waitedMs),
      durationMs: Math.round(times.durationMs),
      status: upstream?.status ?? null,
      gongRequestId: upstream?.requestId ?? null,
      ...(outcome.kind === 'answered' ? {} : { code: outcome.error.code }),
    };
    deps.onCall?.(call);
    if (outcome.kind !== 'answered') {
      deps.logger.warn({ ...call, reason: outcome.error.message }, 'call to Gong failed');
    } else if (routeOf(settings.dialect, plan.operation).method === 'GET') {
      deps.logger.debug(call, 'called Gong');
    } else {
      deps.logger.info(call, 'called Gong');
    }
  }

  return {
    call,
    async close() {
      budget.close();
      await transport.close();
    },
  };
}

function parseBody(body: Buffer): { body?: unknown; problem?: string } {
  try {
    return { body: parseLossless(new TextDecoder('utf-8', { fatal: true }).decode(body)) };
  } catch {
    // The parser's message quotes the text, which may hold anyone's data.
    return { problem: body.length === 0 ? 'it is empty' : 'it is not JSON in UTF-8' };
  }
}
