import type { PollIntervals } from '../crm/poll-interval.js';
import { isFinal, type RequestStatus } from '../crm/request-status.js';
import { GatewayError } from '../errors.js';
import type { GongClient } from '../gong/types.js';
import type { Log } from '../log.js';
import { type Clock, systemClock } from './clock.js';
import { createMailbox } from './mailbox.js';
import { createPollPace } from './poll-pace.js';
import type { WatchBackend } from './watch-backend.js';
import { type Audience, createWatchedRequest, type WatchedRequest } from './watched-request.js';

/** What a watcher hears of one of its requests. */
export type WatchEvent =
  | { readonly kind: 'status'; readonly clientRequestId: string; readonly status: RequestStatus }
  /** The request cannot be followed: NOT_FOUND, or Gong refuses the gateway. Nothing more comes of it. */
  | { readonly kind: 'lost'; readonly clientRequestId: string; readonly error: unknown };

/** Follows requests in Gong: one poll loop a request, however many watch it. */
export interface RequestWatcher {
  /**
   * The present state of each request at once, then every change; over when all have ended. Who reads slowly gets
   * the newest of each state, so at most a handful of events wait for anybody. Stop by `return()`.
   *
   * @param caller whose turns in the budget polls take; default: the gateway's own
   */
  watch(
    integrationId: string,
    clientRequestIds: readonly string[],
    caller?: string,
  ): AsyncIterableIterator<WatchEvent>;
  /**
   * The last state of one request.
   *
   * @param caller as of `watch`
   * @throws GatewayError where it cannot be followed
   */
  untilFinal(integrationId: string, clientRequestId: string, caller?: string): Promise<RequestStatus>;
  /** This request is a deletion, and may take a day: it is asked for less often. Never rejects. */
  expectDeletion(integrationId: string, clientRequestId: string): Promise<void>;
  /** How many requests are followed. */
  count(): number;
  /** Ends every watch and gives the leases back. */
  close(): Promise<void>;
}

/** How many requests of one watch get their first look at interactive priority; the others wait as polls do. */
export const URGENT_LOOKS = 5;

export interface WatchSettings {
  readonly intervals: PollIntervals;
  /** The share of this process in all polls of a day and a second; 0: no limit. */
  readonly pollsPerDay: number;
  readonly pollsPerSecond: number;
}

export interface RequestWatcherDeps {
  readonly gong: Pick<GongClient, 'requestStatus'>;
  /** Not owned: a part of what the process has, or all of it. */
  readonly backend: WatchBackend;
  readonly logger: Pick<Log, 'debug' | 'warn'>;
  readonly clock?: Clock;
}

export function createRequestWatcher(settings: WatchSettings, deps: RequestWatcherDeps): RequestWatcher {
  const { gong, backend, logger, clock = systemClock } = deps;
  const pace = createPollPace({ ...settings, now: clock.now });
  const watched = new Map<string, WatchedRequest>();
  /** Whose leases are being given back. */
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
  ): AsyncIterableIterator<WatchEvent> {
    const joined = new Map<WatchedRequest, Audience>();
    const mailbox = createMailbox<WatchEvent>({
      slotOf: (event) =>
        event.kind === 'status' ? `${event.clientRequestId} ${event.status.state}` : event.clientRequestId,
      onLeave() {
        for (const [request, audience] of joined) request.leave(audience);
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
      if (closed) {
        mailbox.put({ kind: 'lost', clientRequestId, error: shuttingDown() });
        finishOne();
        continue;
      }
      const request = watchedRequest(integrationId, clientRequestId);
      const audience: Audience = {
        caller,
        priority: index < URGENT_LOOKS ? 'interactive' : 'poll',
        status: (status) => mailbox.put({ kind: 'status', clientRequestId, status }),
        end(error) {
          joined.delete(request);
          if (error !== undefined) mailbox.put({ kind: 'lost', clientRequestId, error });
          finishOne();
        },
      };
      joined.set(request, audience);
      request.join(audience);
    }
    return mailbox;
  }

  return {
    watch,
    async untilFinal(integrationId, clientRequestId, caller) {
      for await (const event of watch(integrationId, [clientRequestId], caller)) {
        if (event.kind === 'lost') throw event.error;
        if (isFinal(event.status.state)) return event.status;
      }
      throw shuttingDown();
    },
    async expectDeletion(integrationId, clientRequestId) {
      await backend.announceDeletion(`${integrationId}/${clientRequestId}`).catch((error: unknown) => {
        logger.debug(
          { err: error },
          'a deletion could not be announced: it is asked for as often as an upload',
        );
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
