import { type PollIntervals, pollIntervalMs } from '../crm/poll-interval.js';
import { observe, progressOf, type RequestProgress, UNSEEN } from '../crm/request-progress.js';
import type { RequestStatus } from '../crm/request-status.js';
import { createSharers, type Sharers } from '../gong/budget/sharers.js';
import type { Log } from '../log.js';
import { type Clock, pollLoop } from './poll-loop.js';
import type { PollPace } from './poll-pace.js';
import type { Hold, WatchBackend, WatchNews } from './watch-backend.js';

/** Its functions must not throw. */
export interface Subscriber {
  /** Whose turns in the call budget polls take; `undefined` for the gateway's own. */
  readonly caller: string | undefined;
  /** Priority of the first poll. */
  readonly priority: 'interactive' | 'poll';
  /** How long it can wait between two polls. 0: it wants them as often as there are. */
  readonly minIntervalMs: number;
  status(status: RequestStatus): void;
  /** Called once, after the last status; with an error if the request could not be polled to its end. */
  end(error?: unknown): void;
}

/** A request with subscribers in this process. It closes with the last of them. */
export interface WatchedRequest {
  /** Calls `status` at once if the current status is known. */
  join(subscriber: Subscriber): void;
  leave(subscriber: Subscriber): void;
  /** Ends all subscriptions and releases the lease. */
  close(error?: unknown): Promise<void>;
}

export interface WatchedRequestOptions {
  readonly key: string;
  readonly poll: (options: {
    priority: 'interactive' | 'poll';
    sharers: Sharers;
    signal: AbortSignal;
  }) => Promise<RequestStatus>;
  readonly backend: WatchBackend;
  readonly pace: PollPace;
  readonly intervals: PollIntervals;
  readonly clock: Clock;
  readonly logger: Pick<Log, 'debug' | 'warn'>;
  /** Called once, when the last subscriber has left or the request has ended. */
  readonly onClose: () => void;
}

/**
 * Of the replicas that watch a request, the one that holds its lease polls Gong and publishes changes. The others listen,
 * and read the stored status at every heartbeat, in case they missed one.
 */
export function createWatchedRequest(options: WatchedRequestOptions): WatchedRequest {
  const { key, backend, pace, clock, logger, intervals } = options;
  const subscribers = new Set<Subscriber>();
  const startedAt = clock.now();
  const channel = backend.open(key, onNews);
  let progress: RequestProgress = UNSEEN;
  /** Whether `progress` is current. It is not if it was stored before any replica polled. */
  let fresh = false;
  let isDeletion = false;
  let isPoller = false;
  /** Whether someone on another replica wants polls as often as there are. */
  let isWanted = false;
  let polling: AbortController | undefined;
  /** The callers who wait for the current poll. */
  let sharers: Sharers | undefined;
  /** The caller whose part of the pace the polls take. */
  let payer: string | undefined;
  let cancelHeartbeat = () => {};
  let closed: Promise<void> | undefined;

  /** Acquires or renews the lease, and again before it expires. */
  async function beat(): Promise<void> {
    cancelHeartbeat();
    const hold = await channel.hold().catch((error: unknown) => {
      logger.debug(
        { err: error, request: key },
        'could not acquire the lease: this replica polls on its own',
      );
      return null;
    });
    if (closed !== undefined) return;
    takeRole(hold);
    if (closed === undefined && backend.heartbeatMs !== null) {
      // A released lease may have started another beat meanwhile.
      cancelHeartbeat();
      cancelHeartbeat = clock.after(backend.heartbeatMs, () => void beat());
    }
  }

  function takeRole(hold: Hold | null): void {
    isPoller = hold?.mine ?? false;
    isDeletion = hold?.isDeletion ?? isDeletion;
    if (hold?.stored != null) learn(hold.stored, hold.mine ? 'earlier' : 'current');
    if (closed !== undefined) return;
    if (isPoller && progress.kind !== 'unseen' && fresh) {
      const { status } = progress;
      const stored = hold?.stored == null ? UNSEEN : progressOf(hold.stored);
      if (observe(stored, status) === 'changed') publish(status);
    }
    if (isPoller || hold === null) startPolling();
    else {
      stopPolling();
      want();
    }
  }

  function onNews(news: WatchNews): void {
    if (closed !== undefined) return;
    switch (news.kind) {
      case 'status':
        learn(news.status, 'current');
        break;
      case 'released':
        void beat();
        break;
      case 'wanted':
        if (patienceMs() > 0 && polling !== undefined) restartPolling();
        isWanted = true;
        break;
    }
  }

  /**
   * @param when `earlier` for a status stored before this replica acquired the lease. Only a final one is current, but
   *   later ones may not go back behind it.
   */
  function learn(status: RequestStatus, when: 'current' | 'earlier'): void {
    const observation = observe(progress, status);
    switch (observation) {
      case 'backwards':
        if (when === 'current') {
          const known = progress.kind === 'unseen' ? undefined : progress.status.state;
          logger.warn(
            { request: key, known, got: status.state },
            'a request went back to an earlier state: ignored',
          );
        }
        break;
      case 'changed':
        progress = progressOf(status);
        break;
      case 'same':
        break;
    }
    const wasFresh = fresh;
    fresh ||= when === 'current' || progress.kind === 'ended';
    if (fresh && (observation === 'changed' || !wasFresh)) notify();
  }

  function notify(): void {
    if (progress.kind === 'unseen') return;
    for (const subscriber of subscribers) subscriber.status(progress.status);
    if (progress.kind === 'ended') void close();
  }

  function publish(status: RequestStatus): void {
    channel.publish(status).catch((error: unknown) => {
      logger.debug({ err: error, request: key }, 'could not publish a change: the next heartbeat will');
    });
  }

  function startPolling(): void {
    if (polling !== undefined) return;
    polling = new AbortController();
    payer = leastBusy();
    pace.enter(payer);
    void pollLoop(
      {
        poll,
        onStatus,
        onEnd: (error) => void close(error),
        intervalMs: () =>
          Math.max(pollIntervalMs(clock.now() - startedAt, isDeletion, intervals), pacedMs(), patienceMs()),
        turnMs: pace.turnMs,
        intervals,
        clock,
        logger,
      },
      polling.signal,
    );
  }

  /** The poller may be more patient than a subscriber here. */
  function want(): void {
    if ([...subscribers].every(({ minIntervalMs }) => minIntervalMs > 0)) return;
    channel.want().catch((error: unknown) => {
      logger.debug({ err: error, request: key }, 'could not ask for more polls: the next heartbeat will');
    });
  }

  function patienceMs(): number {
    return isWanted ? 0 : Math.min(...[...subscribers].map(({ minIntervalMs }) => minIntervalMs));
  }

  function stopPolling(): void {
    if (polling === undefined) return;
    polling.abort();
    polling = undefined;
    pace.leave(payer);
  }

  function restartPolling(): void {
    stopPolling();
    startPolling();
  }

  /** The subscribed caller with the fewest polled requests, so that no caller is slowed down by what others watch. */
  function leastBusy(): string | undefined {
    const [first, ...others] = new Set([...subscribers].map(({ caller }) => caller));
    return others.reduce(
      (least, caller) => (pace.polled(caller) < pace.polled(least) ? caller : least),
      first,
    );
  }

  function pacedMs(): number {
    const least = leastBusy();
    if (least !== payer) {
      pace.leave(payer);
      payer = least;
      pace.enter(payer);
    }
    return pace.minIntervalMs(payer);
  }

  /** Someone may be waiting for the first poll; later ones can wait their turn. */
  function poll(signal: AbortSignal): Promise<RequestStatus> {
    sharers = createSharers();
    for (const subscriber of subscribers) joinPoll(subscriber);
    const isUrgent = !fresh && [...subscribers].some(({ priority }) => priority === 'interactive');
    if (!isUrgent) pace.spent();
    return options.poll({ priority: isUrgent ? 'interactive' : 'poll', sharers, signal });
  }

  function joinPoll({ caller, priority }: Subscriber): void {
    sharers?.join({ caller, priority: fresh ? 'poll' : priority });
  }

  function onStatus(status: RequestStatus): void {
    // Published first: `learn` closes the channel when the request has ended.
    if (isPoller && observe(progress, status) === 'changed') publish(status);
    learn(status, 'current');
  }

  function close(error?: unknown): Promise<void> {
    if (closed !== undefined) return closed;
    stopPolling();
    cancelHeartbeat();
    closed = channel.close();
    options.onClose();
    for (const subscriber of subscribers) subscriber.end(error);
    subscribers.clear();
    return closed;
  }

  void beat();
  return {
    join(subscriber) {
      const isHasty = subscribers.size > 0 && subscriber.minIntervalMs < patienceMs();
      subscribers.add(subscriber);
      if (isHasty && fresh && polling !== undefined) restartPolling();
      if (isHasty && fresh && polling === undefined) want();
      // The first poll was refused for the others' callers, and would not be repeated before their retry-after.
      if (!fresh && sharers?.isRefused === true && !sharers.has(subscriber.caller)) restartPolling();
      else joinPoll(subscriber);
      if (fresh && progress.kind !== 'unseen') subscriber.status(progress.status);
    },
    leave(subscriber) {
      subscribers.delete(subscriber);
      if (subscribers.size === 0) void close();
    },
    close,
  };
}
