import type { PollIntervals } from '../crm/poll-interval.js';
import { isFinal, type RequestStatus } from '../crm/request-status.js';
import { GatewayError } from '../errors.js';
import type { GongClient } from '../gong/types.js';
import type { Log } from '../log.js';
import { createMailbox } from './mailbox.js';
import { type Clock, systemClock } from './poll-loop.js';
import { createPollPace } from './poll-pace.js';
import type { WatchBackend } from './watch-backend.js';
import { createWatchedRequest, type Subscriber, type WatchedRequest } from './watched-request.js';

export type WatchEvent = {
  readonly integrationId: string;
  readonly clientRequestId: string;
} & (
  | { readonly kind: 'status'; readonly status: RequestStatus }
  /** The last event of a request that cannot be polled: Gong does not know it or refuses the gateway. */
  | { readonly kind: 'lost'; readonly error: unknown }
);

/** Polls the status of requests in Gong, in one loop a request, however many subscribers it has. */
export interface RequestWatcher {
  /**
   * Yields the current status of each request, then every change, until all requests have ended. A slow reader gets
   * only the latest status of each state, so few events are ever queued. Stop with `return()`.
   *
   * @param caller whose turns in the call budget the polls take; by default the gateway's own
   */
  watch(
    integrationId: string,
    clientRequestIds: readonly string[],
    caller?: string,
  ): AsyncIterableIterator<WatchEvent>;
  /**
   * Yields as `watch` does, for one request and someone who is not in a hurry: its polls have poll priority, and come at
   * intervals of `minIntervalMs` or more unless others watch the same request. They take the gateway's own turns.
   */
  follow(
    integrationId: string,
    clientRequestId: string,
    minIntervalMs: number,
  ): AsyncIterableIterator<WatchEvent>;
  /**
   * Resolves with the final status of one request.
   *
   * @param caller see `watch`
   * @throws GatewayError if the request cannot be polled
   */
  untilFinal(integrationId: string, clientRequestId: string, caller?: string): Promise<RequestStatus>;
  /** Announces a deletion, which may take a day and is polled less often. Never rejects. */
  expectDeletion(integrationId: string, clientRequestId: string): Promise<void>;
  /** The number of requests that are polled or watched through another replica. */
  count(): number;
  /** Ends every watch and releases the leases. */
  close(): Promise<void>;
}

/** How many requests of one watch are first polled at interactive priority; the others wait as later polls do. */
export const URGENT_LOOKS = 5;

export interface WatchSettings {
  readonly intervals: PollIntervals;
  /** Polls that this process may make in 24 hours. 0: no limit. */
  readonly pollsPerDay: number;
  /** 0: no limit. May be a fraction. */
  readonly pollsPerSecond: number;
}

export interface RequestWatcherDeps {
  readonly gong: Pick<GongClient, 'requestStatus'>;
  /** Not owned. */
  readonly backend: WatchBackend;
  readonly logger: Pick<Log, 'debug' | 'warn'>;
  /** Default: the system's. */
  readonly clock?: Clock;
}

export function createRequestWatcher(settings: WatchSettings, deps: RequestWatcherDeps): RequestWatcher {
  const { gong, backend, logger, clock = systemClock } = deps;
  const pace = createPollPace({ ...settings, now: clock.now });
  const watched = new Map<string, WatchedRequest>();
  /** Requests whose leases are being released. */
  const closing = new Set<Promise<void>>();
  let closed = false;

  function watchedRequest(integrationId: string, clientRequestId: string): WatchedRequest {
    const key = `${integrationId}/${clientRequestId}`;
    const existing = watched.get(key);
    if (existing !== undefined) return existing;
    const request: WatchedRequest = createWatchedRequest({
      key,
      poll: (options) => gong.requestStatus(integrationId, clientRequestId, options),
      backend,
      pace,
      intervals: settings.intervals,
      clock,
      logger,
      onClose() {
        watched.delete(key);
        const done = request.close().finally(() => closing.delete(done));
        closing.add(done);
      },
    });
    watched.set(key, request);
    return request;
  }

  function watch(
    integrationId: string,
    clientRequestIds: readonly string[],
    caller?: string,
    { urgentLooks = URGENT_LOOKS, minIntervalMs = 0 } = {},
  ): AsyncIterableIterator<WatchEvent> {
    const joined = new Map<WatchedRequest, Subscriber>();
    const mailbox = createMailbox<WatchEvent>({
      slotOf: (event) =>
        event.kind === 'status' ? `${event.clientRequestId} ${event.status.state}` : event.clientRequestId,
      onReturn() {
        for (const [request, subscriber] of joined) request.leave(subscriber);
        joined.clear();
      },
    });
    const ids = new Set(clientRequestIds);
    let open = ids.size;
    const finishOne = () => {
      open -= 1;
      if (open === 0) mailbox.end();
    };
    for (const [index, clientRequestId] of [...ids].entries()) {
      const names = { integrationId, clientRequestId };
      if (closed) {
        mailbox.put({ ...names, kind: 'lost', error: shuttingDown() });
        finishOne();
        continue;
      }
      const request = watchedRequest(integrationId, clientRequestId);
      const subscriber: Subscriber = {
        caller,
        priority: index < urgentLooks ? 'interactive' : 'poll',
        minIntervalMs,
        status: (status) => mailbox.put({ ...names, kind: 'status', status }),
        end(error) {
          joined.delete(request);
          if (error !== undefined) mailbox.put({ ...names, kind: 'lost', error });
          finishOne();
        },
      };
      joined.set(request, subscriber);
      request.join(subscriber);
    }
    return mailbox;
  }

  return {
    watch: (integrationId, clientRequestIds, caller) => watch(integrationId, clientRequestIds, caller),
    follow: (integrationId, clientRequestId, minIntervalMs) =>
      watch(integrationId, [clientRequestId], undefined, { urgentLooks: 0, minIntervalMs }),
    untilFinal: (integrationId, clientRequestId, caller) =>
      finalStatus(watch(integrationId, [clientRequestId], caller)),
    async expectDeletion(integrationId, clientRequestId) {
      await backend.announceDeletion(`${integrationId}/${clientRequestId}`).catch((error: unknown) => {
        logger.debug({ err: error }, 'could not announce a deletion: it is polled as often as an upload');
      });
    },
    count: () => watched.size,
    async close() {
      closed = true;
      await Promise.all([...watched.values()].map((request) => request.close(shuttingDown())));
      await Promise.all(closing);
    },
  };
}

function shuttingDown(): GatewayError {
  return new GatewayError('UPSTREAM_UNAVAILABLE', 'The gateway is shutting down: subscribe again');
}

/**
 * Resolves with the final status of the one request that is watched.
 *
 * @throws GatewayError if the request cannot be polled
 */
export async function finalStatus(events: AsyncIterable<WatchEvent>): Promise<RequestStatus> {
  for await (const event of events) {
    if (event.kind === 'lost') throw event.error;
    if (isFinal(event.status.state)) return event.status;
  }
  throw shuttingDown();
}
