import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayError } from '../errors.js';
import { noopObserver } from '../telemetry/observer.js';
import { noopTracer, type Span, traced } from '../telemetry/tracer.js';
import { type AttemptPlan, createAttempts, type Outcome } from './attempt.js';
import { createBreaker } from './breaker.js';
import { type CallBudget, createCallBudget } from './budget/budget.js';
import { pausedByGong } from './budget/errors.js';
import type { Ledger } from './budget/ledger.js';
import { createAuthorizedTransport } from './credentials/authorized-transport.js';
import { type Operation, routeOf } from './dialects.js';
import { givenUp, missingScope, textCleaner } from './errors.js';
import {
  backoffMs,
  createRepeatAllowance,
  MAX_REPEATS,
  MAX_REPEATS_AFTER_429,
  RETRY_TABLE,
} from './retry-table.js';
import type { CallOptions, GongCall, GongClientDeps, GongClientSettings, Permit } from './types.js';

/**
 * A call is one or more attempts: wait for a permit, send the request, read the answer, log how it went, and repeat where
 * `RETRY_TABLE` allows it. All attempts and the pauses between them share one time limit; waiting for the budget has its
 * own.
 */
export interface CallPlan<T> extends AttemptPlan<T> {
  readonly options: CallOptions | undefined;
  /** For writes: finds out whether one that got no usable answer was carried out. */
  readonly fate?: {
    /** Resolves to the write's result, or to `undefined` if Gong does not know it. */
    find(): Promise<{ readonly value: T } | undefined>;
    /** The result if a repeat is answered with 409, which means that the first attempt had arrived. */
    readonly onConflict?: { readonly value: T };
  };
}

/** Makes the gateway's calls to Gong. */
export interface UpstreamCalls {
  readonly budget: CallBudget;
  call<T>(plan: CallPlan<T>): Promise<T>;
  /** Waits for a permit to pass as `CallOptions.permit` later. */
  reserve(options?: CallOptions): Promise<Permit>;
  close(forget?: boolean): Promise<void>;
}

const MAX_LOGGED_FLAWS = 5;

/** Owns the ledger. */
export function createUpstreamCalls(
  settings: GongClientSettings,
  deps: GongClientDeps,
  ledger: Ledger,
): UpstreamCalls {
  const transport = createAuthorizedTransport(settings, deps);
  const budget = createCallBudget(ledger, { maxWaitingPerCaller: settings.queueMaxPerCaller });
  const { observer = noopObserver, tracer = noopTracer } = deps;
  const breaker = createBreaker(settings.breakerOpenMs, deps.logger, observer.breakerIs);
  const allowance = createRepeatAllowance();
  const clean = textCleaner(transport.secrets);
  const attempt = createAttempts(settings, transport, clean);

  async function call<T>(plan: CallPlan<T>): Promise<T> {
    let waitLeftMs = settings.queueMaxMs;
    let timeLeftMs = plan.file === undefined ? settings.timeoutMs : settings.uploadTimeoutMs;
    let repeats = 0;
    let repeatsAfter429 = 0;
    let lastError: GatewayError | undefined;
    for (let number = 1; ; number++) {
      let outcome: Outcome<T>;
      try {
        outcome = await once(number);
      } catch (error) {
        // Why a repeat was needed matters more than why it could not be made.
        throw lastError ?? error;
      }
      switch (outcome.kind) {
        case 'answered':
          return outcome.value;
        case 'failed':
          if (
            lastError !== undefined &&
            outcome.error.code === 'CONFLICT' &&
            plan.fate?.onConflict !== undefined
          )
            return plan.fate.onConflict.value;
          throw outcome.error;
        case 'limited':
          if (outcome.retryAfterMs > waitLeftMs || ++repeatsAfter429 > MAX_REPEATS_AFTER_429)
            throw pausedByGong(outcome.error, budget.state());
          if (!allowance.spend()) throw outcome.error;
          break;
        case 'unsure': {
          lastError = outcome.error;
          const pauseMs = pauseBefore(outcome, repeats);
          const mayRepeat = outcome.repeatable && repeats < MAX_REPEATS && pauseMs < timeLeftMs;
          if (!mayRepeat && RETRY_TABLE[plan.operation].how === 'RESEND') throw lastError;
          if (!allowance.spend()) throw lastError;
          const found = await fateOf(plan, lastError);
          if (found !== undefined) return found.value;
          if (!mayRepeat) throw lastError;
          repeats += 1;
          timeLeftMs -= pauseMs;
          await pause(plan, pauseMs);
        }
      }
    }

    async function once(number: number): Promise<Outcome<T>> {
      const asked = performance.now();
      const reserved = number === 1 ? plan.options?.permit : undefined;
      const permit = reserved ?? (await permitted(plan, waitLeftMs));
      if (number === 1) allowance.earn();
      const granted = performance.now();
      const waitedMs = granted - asked;
      waitLeftMs = Math.max(0, waitLeftMs - waitedMs);
      try {
        const outcome = await traced(
          tracer,
          `gong ${plan.operation}`,
          { kind: 'client', attributes: { 'gong.attempt': number, 'gong.waited_ms': Math.round(waitedMs) } },
          async (span) => {
            const made = await breaker.run(() =>
              attempt(plan, { permit, timeoutMs: Math.ceil(timeLeftMs), signal: plan.options?.signal }),
            );
            describe(span, made);
            return made;
          },
        );
        const durationMs = performance.now() - granted;
        timeLeftMs -= durationMs;
        if (outcome.kind === 'limited') permit.answered(outcome.retryAfterMs);
        else if (outcome.upstream !== undefined) permit.answered(null);
        report(plan, outcome, { attempt: number, waitedMs, durationMs });
        return outcome;
      } finally {
        permit.settled();
      }
    }
  }

  async function pause(plan: CallPlan<unknown>, ms: number): Promise<void> {
    const signal = plan.options?.signal;
    try {
      await sleep(ms, undefined, signal === undefined ? {} : { signal });
    } catch {
      throw givenUp(plan.operation, signal?.reason);
    }
  }

  async function permitted(plan: CallPlan<unknown>, maxWaitMs: number): Promise<Permit> {
    try {
      return await acquire(plan.options ?? {}, maxWaitMs);
    } catch (error) {
      throw givenUp(plan.operation, error);
    }
  }

  /** Checks the breaker first: a call that would be refused anyway must not wait for the budget. */
  async function acquire(
    { priority = 'interactive', ...options }: CallOptions,
    maxWaitMs: number,
  ): Promise<Permit> {
    breaker.check();
    const asked = performance.now();
    const ended = (granted: boolean) =>
      observer.waited({ priority, waitedMs: performance.now() - asked, granted });
    try {
      const permit = await budget.acquire({ ...options, priority, maxWaitMs });
      ended(true);
      return permit;
    } catch (error) {
      ended(false);
      throw error;
    }
  }

  /** Resolves to the result of a write that was carried out, or to `undefined` if it may be sent again. */
  async function fateOf<T>(
    plan: CallPlan<T>,
    error: GatewayError,
  ): Promise<{ readonly value: T } | undefined> {
    const { how } = RETRY_TABLE[plan.operation];
    if (how === 'RESEND') return undefined;
    let found: { readonly value: T } | undefined;
    try {
      found = await plan.fate?.find();
    } catch (cause) {
      deps.logger.warn(
        { operation: plan.operation, err: cause },
        'could not find out whether Gong received a write',
      );
      throw error;
    }
    if (found === undefined && (how === 'LOOK' || plan.fate === undefined)) throw error;
    return found;
  }

  function report(
    plan: CallPlan<unknown>,
    outcome: Outcome<unknown>,
    times: Pick<GongCall, 'attempt' | 'waitedMs' | 'durationMs'>,
  ): void {
    const made = describeCall(plan.operation, outcome, times);
    deps.onCall?.(made);
    const isUnsure = outcome.kind === 'unsure' || made.code === 'UPSTREAM_INVALID_RESPONSE';
    plan.options?.onAttempt?.({ gongRequestId: made.gongRequestId, isUnsure });
    observer.callEnded(made);
    if (outcome.kind !== 'answered') {
      const { message, cause } = outcome.error;
      // Unlike the message, the cause may name addresses, which only operators may see.
      const detail = cause instanceof Error ? clean(cause.message) : undefined;
      deps.logger.warn({ ...made, reason: message, detail }, 'call to Gong failed');
    } else if (outcome.flaws.length > 0) {
      const flaws = outcome.flaws.slice(0, MAX_LOGGED_FLAWS).map(({ message }) => message);
      const more = outcome.flaws.length - flaws.length;
      deps.logger.warn({ ...made, flaws, more }, "parts of Gong's answer cannot be used");
    } else if (routeOf(settings.dialect, plan.operation).method === 'GET') {
      deps.logger.debug(made, 'called Gong');
    } else {
      deps.logger.info(made, 'called Gong');
    }
  }

  return {
    budget,
    call,
    reserve: (options = {}) => acquire(options, settings.queueMaxMs),
    async close(forget) {
      budget.close(forget);
      await transport.close();
    },
  };
}

function describeCall(
  operation: Operation,
  outcome: Outcome<unknown>,
  times: Pick<GongCall, 'attempt' | 'waitedMs' | 'durationMs'>,
): GongCall {
  const { upstream } = outcome;
  const scope = upstream === undefined ? undefined : missingScope(upstream);
  return {
    operation,
    attempt: times.attempt,
    waitedMs: Math.round(times.waitedMs),
    durationMs: Math.round(times.durationMs),
    status: upstream?.status ?? null,
    gongRequestId: upstream?.requestId ?? null,
    ...(outcome.kind === 'answered' ? {} : { code: outcome.error.code }),
    ...(scope === undefined ? {} : { missingScope: scope }),
  };
}

function describe(span: Span, { kind, upstream, ...outcome }: Outcome<unknown>): void {
  if (upstream !== undefined) span.set({ 'http.response.status_code': upstream.status });
  if (upstream?.requestId != null) span.set({ 'gong.request_id': upstream.requestId });
  if (kind !== 'answered' && 'error' in outcome) span.set({ 'error.type': outcome.error.code });
}

function pauseBefore(outcome: Extract<Outcome<unknown>, { kind: 'unsure' }>, repeats: number): number {
  if (outcome.retryAfterMs === 0 && repeats === 0) return 0;
  return Math.max(outcome.retryAfterMs ?? 0, backoffMs(repeats));
}
