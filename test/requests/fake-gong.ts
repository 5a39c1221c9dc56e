import type { RequestState } from '../../src/crm/object-types.js';
import type { RequestStatus } from '../../src/crm/request-status.js';
import { GatewayError } from '../../src/errors.js';
import type { CallOptions } from '../../src/gong/types.js';
import { createMemoryBackend, type WatchBackend } from '../../src/requests/watch-backend.js';
import { createRequestWatcher, type RequestWatcher, type WatchEvent } from '../../src/requests/watcher.js';

export const INTEGRATION = '5517027188234206123';

export function status(state: RequestState, more: Partial<RequestStatus> = {}): RequestStatus {
  return { state, errors: [], totalErrorCount: 0, totalSuccessCount: 0, ...more };
}

export interface Poll extends CallOptions {
  readonly clientRequestId: string;
}

/** The part of Gong's client that a watcher uses. Records polls and answers them as the test says. */
export class FakeGong {
  readonly polls: Poll[] = [];
  answer: (poll: Poll) => RequestStatus | GatewayError | Promise<RequestStatus> = () => status('PENDING');
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  async requestStatus(_integration: string, clientRequestId: string, options: CallOptions = {}) {
    const poll = { clientRequestId, ...options };
    this.polls.push(poll);
    for (const { count, resolve } of this.#waiting) if (this.polls.length >= count) resolve();
    const answer = await this.answer(poll);
    options.signal?.throwIfAborted();
    if (answer instanceof GatewayError) throw answer;
    return answer;
  }

  /** Resolves after so many more polls. */
  morePolls(count: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ count: this.polls.length + count, resolve }));
  }
}

export interface Logged {
  readonly fields: object;
  readonly message: string;
}

export function startWatcher(
  gong: FakeGong,
  backend: WatchBackend = createMemoryBackend(),
): RequestWatcher & AsyncDisposable & { readonly warnings: readonly Logged[] } {
  const warnings: Logged[] = [];
  const watcher = createRequestWatcher(
    { intervals: { minMs: 2, maxMs: 10, deletionMaxMs: 50 }, pollsPerDay: 0, pollsPerSecond: 0 },
    {
      gong,
      backend,
      logger: {
        debug: () => undefined,
        warn: (fields: object, message?: string) => void warnings.push({ fields, message: message ?? '' }),
      },
    },
  );
  async function close(): Promise<void> {
    await watcher.close();
    await backend.close();
  }
  return { ...watcher, warnings, close, [Symbol.asyncDispose]: close };
}

/** The state of an event, or the code of its error. */
export function told(event: WatchEvent): string {
  if (event.kind === 'status') return event.status.state;
  return event.error instanceof GatewayError ? event.error.code : String(event.error);
}

/** All events of a watch. */
export async function all(events: AsyncIterable<WatchEvent>): Promise<string[]> {
  const heard: string[] = [];
  for await (const event of events) heard.push(told(event));
  return heard;
}

/** The next event. */
export async function next(events: AsyncIterator<WatchEvent>): Promise<string> {
  const { done, value } = await events.next();
  return done === true ? 'over' : told(value);
}
