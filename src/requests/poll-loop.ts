import { type PollIntervals, pollBackoffMs } from '../crm/poll-interval.js';
import { isFinal, type RequestStatus } from '../crm/request-status.js';
import { GatewayError } from '../errors.js';
import { type Clock, sleep } from './clock.js';

export interface PollLoopOptions {
  readonly poll: (signal: AbortSignal) => Promise<RequestStatus>;
  readonly onStatus: (status: RequestStatus) => void;
  /** No status will come any more: the request does not exist, or the gateway may not ask. */
  readonly onEnd: (error: unknown) => void;
  /** Asked again at least every `intervals.maxMs`, since it changes with how many are watched. */
  readonly intervalMs: () => number;
  /** Reserves a poll's place among all polls; gives how long until then. */
  readonly turnMs: () => number;
  readonly intervals: PollIntervals;
  readonly clock: Clock;
  readonly logger: { debug(fields: object, message: string): void };
}

/** Polls until the request has ended or the signal aborts, also in the middle of a poll. Never rejects. */
export async function pollLoop(options: PollLoopOptions, signal: AbortSignal): Promise<void> {
  const { poll, onStatus, onEnd, clock } = options;
  let failures = 0;
  while (!signal.aborted) {
    let leastMs = 0;
    try {
      const status = await poll(signal);
      if (signal.aborted) return;
      failures = 0;
      onStatus(status);
      if (isFinal(status.state)) return;
    } catch (error) {
      if (signal.aborted) return;
      if (!isTransient(error)) return onEnd(error);
      options.logger.debug({ err: error, failures }, 'a look at a request failed and is repeated');
      leastMs = Math.max(pollBackoffMs(failures, options.intervals), retryAfterMs(error));
      failures += 1;
    }
    await pause(options, leastMs, clock.now(), signal);
    if (signal.aborted) return;
    const turnMs = options.turnMs();
    if (turnMs > 0) await sleep(clock, turnMs, signal);
  }
}

async function pause(
  { intervalMs, intervals, clock }: PollLoopOptions,
  leastMs: number,
  since: number,
  signal: AbortSignal,
): Promise<void> {
  const restMs = () => since + Math.max(leastMs, intervalMs()) - clock.now();
  for (let rest = restMs(); rest > 0 && !signal.aborted; rest = restMs()) {
    await sleep(clock, Math.min(rest, Math.max(intervals.maxMs, intervals.minMs)), signal);
  }
}

function retryAfterMs({ extensions }: GatewayError): number {
  const { retryAfterSeconds } = extensions;
  return typeof retryAfterSeconds === 'number' ? retryAfterSeconds * 1_000 : 0;
}

/** Gong, the network or the budget; the request may be asked for again. */
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
