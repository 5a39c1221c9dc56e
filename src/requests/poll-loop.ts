import { type PollIntervals, pollBackoffMs } from '../crm/poll-interval.js';
import { isFinal, type RequestStatus } from '../crm/request-status.js';
import { GatewayError } from '../errors.js';

/** The time of a watcher. bench/uptake.ts simulates it. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls `run` once, after `ms` or later. Returns a function that cancels this. */
  after(ms: number, run: () => void): () => void;
}

/** Longer timers overflow in Node and fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

export interface PollLoopOptions {
  readonly poll: (signal: AbortSignal) => Promise<RequestStatus>;
  readonly onStatus: (status: RequestStatus) => void;
  /** The loop has ended on an error that will not pass: the request does not exist, or Gong refuses the gateway. */
  readonly onEnd: (error: unknown) => void;
  /** Evaluated at least every `intervals.maxMs`: it changes with the number of requests that are polled. */
  readonly intervalMs: () => number;
  /** Reserves a turn among the polls of all requests. Returns how long until then. */
  readonly turnMs: () => number;
  readonly intervals: PollIntervals;
  readonly clock: Clock;
  readonly logger: { debug(fields: object, message: string): void };
}

/** Polls until the request has ended or the signal aborts, which cancels a poll in flight. Never rejects. */
export async function pollLoop(options: PollLoopOptions, signal: AbortSignal): Promise<void> {
  const { poll, onStatus, onEnd, clock } = options;
  let failures = 0;
  while (!signal.aborted) {
    let minMs = 0;
    try {
      const status = await poll(signal);
      if (signal.aborted) return;
      failures = 0;
      onStatus(status);
      if (isFinal(status.state)) return;
    } catch (error) {
      if (signal.aborted) return;
      if (!isTransient(error)) return onEnd(error);
      options.logger.debug({ err: error, failures }, 'a poll failed and will be repeated');
      minMs = Math.max(pollBackoffMs(failures, options.intervals), retryAfterMs(error));
      failures += 1;
    }
    await pause(options, minMs, clock.now(), signal);
    if (signal.aborted) return;
    const turnMs = options.turnMs();
    if (turnMs > 0) await sleep(clock, turnMs, signal);
  }
}

async function pause(
  { intervalMs, intervals, clock }: PollLoopOptions,
  minMs: number,
  since: number,
  signal: AbortSignal,
): Promise<void> {
  const restMs = () => since + Math.max(minMs, intervalMs()) - clock.now();
  for (let rest = restMs(); rest > 0 && !signal.aborted; rest = restMs()) {
    await sleep(clock, Math.min(rest, Math.max(intervals.maxMs, intervals.minMs)), signal);
  }
}

/** Resolves after `ms`, or when the signal aborts. */
function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = () => {
      cancel();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.after(ms, wake);
    signal.addEventListener('abort', wake, { once: true });
  });
}

function retryAfterMs({ extensions }: GatewayError): number {
  const { retryAfterSeconds } = extensions;
  return typeof retryAfterSeconds === 'number' ? retryAfterSeconds * 1_000 : 0;
}

/** Failures of Gong, the network or the call budget. */
function isTransient(error: unknown): error is GatewayError {
  if (!(error instanceof GatewayError)) return false;
  switch (error.code) {
    case 'RATE_LIMITED':
    case 'UPSTREAM_UNAVAILABLE':
    case 'UPSTREAM_TIMEOUT':
    case 'UPSTREAM_INVALID_RESPONSE':
    case 'UPSTREAM_ERROR':
      return true;
    default:
      return false;
  }
}
