import { type PollIntervals, pollIntervalMs } from '../crm/poll-interval.js';
import { observe, progressOf, type RequestProgress, UNSEEN } from '../crm/request-progress.js';
import type { RequestStatus } from '../crm/request-status.js';
import { createSharers, type Sharers } from '../gong/budget/sharers.js';
import type { Log } from '../log.js';
import type { Clock } from './clock.js';
import { pollLoop } from './poll-loop.js';
import type { PollPace } from './poll-pace.js';
import type { Hold, WatchBackend, WatchNews } from './watch-backend.js';

/** Whoever wants to know of one request. None of its functions may throw. */
export interface Audience {
  /** Whose turns in the budget polls take; `undefined` for the gateway's own. */
  readonly caller: string | undefined;
  /** Of the first look at the request. */
  readonly priority: 'interactive' | 'poll';
  status(status: RequestStatus): void;
  /** Nothing more will come; with an error where the request could not be followed to its end. */
  end(error?: unknown): void;
}

/** One request that somebody here watches, from the first subscriber to the last. */
export interface WatchedRequest {
  /** Told the present state at once, if it is known. */
  join(audience: Audience): void;
  leave(audience: Audience): void;
  /** Ends it for all, in good order. */
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
  /** Nobody watches any more, or there is nothing more to see. Called once. */
  readonly onClose: () => void;
}

/**
 * Holds the lease or listens: a heartbeat asks the backend which. Whoever holds it polls, and publishes what
 * changed; the others hear of it, and compare what is stored with every heartbeat, in case they did not.
 */
export function createWatchedRequest(options: WatchedRequestOptions): WatchedRequest {
  const { key, backend, pace, clock, logger, intervals } = options;
  const audiences = new Set<Audience>();
  const begunAt = clock.now();
  const channel = backend.open(key, onNews);
  let progress: RequestProgress = UNSEEN;
  /** Whether `progress` is known to be Gong's present word, not one from before anybody polled. */
  let fresh = false;
  let isDeletion = false;
  let mine = false;
  let polling: AbortController | undefined;
  /** The callers who wait for the current poll. */
  let look: Sharers | undefined;
  /** Whose part of the pace the polls take. */
  let payer: string | undefined;
  let cancelBeat = () => {};
  let closed: Promise<void> | undefined;

  /** Takes part in the lease, and comes back before it runs out. */
  async function beat(): Promise<void> {
    cancelBeat();
    const hold = await channel.hold().catch((error: unknown) => {
      logger.debug({ err: error, request: key }, 'the replicas cannot be asked: polling for ourselves');
      return null;
    });
    if (closed !== undefined) return;
    takeRole(hold);
    if (closed === undefined && backend.heartbeatMs !== null) {
      // Two beats may have been under way at once.
      cancelBeat();
      cancelBeat = clock.after(backend.heartbeatMs, () => void beat());
    }
  }

  function takeRole(hold: Hold | null): void {
    mine = hold?.mine ?? false;
    isDeletion = hold?.isDeletion ?? isDeletion;
    if (hold?.stored != null) learn(hold.stored, hold.mine ? 'earlier' : 'present');
    if (closed !== undefined) return;
    if (mine && progress.kind !== 'unseen' && fresh) {
      const { status } = progress;
      const stored = hold?.stored == null ? UNSEEN : progressOf(hold.stored);
      if (observe(stored, status) === 'changed') publish(status);
    }
    if (mine || hold === null) startPolling();
    else stopPolling();
  }

  function onNews(news: WatchNews): void {
    if (closed !== undefined) return;
    switch (news.kind) {
      case 'status':
        learn(news.status, 'present');
        break;
      case 'released':
        void beat();
        break;
    }
  }

  /**
   * @param when `earlier` for a state from before this replica took the lease: it is nobody's present word, unless
   *   it is final, but nothing may go back behind it
   */
  function learn(status: RequestStatus, when: 'present' | 'earlier'): void {
    const observation = observe(progress, status);
    switch (observation) {
      case 'backwards':
        if (when === 'present') {
          const known = progress.kind === 'unseen' ? undefined : progress.status.state;
          logger.warn({ request: key, known, got: status.state }, 'a request went backwards: not reported');
        }
        break;
      case 'changed':
        progress = progressOf(status);
        break;
      case 'same':
        break;
    }
    const wasFresh = fresh;
    fresh ||= when === 'present' || progress.kind === 'ended';
    if (fresh && (observation === 'changed' || !wasFresh)) tell();
  }

  function tell(): void {
    if (progress.kind === 'unseen') return;
    for (const audience of audiences) audience.status(progress.status);
    if (progress.kind === 'ended') void close();
  }

  function publish(status: RequestStatus): void {
    channel.publish(status).catch((error: unknown) => {
      logger.debug({ err: error, request: key }, 'a change was not published: the next heartbeat repeats it');
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
        intervalMs: () => Math.max(pollIntervalMs(clock.now() - begunAt, isDeletion, intervals), pacedMs()),
        turnMs: pace.turnMs,
        intervals,
        clock,
        logger,
      },
      polling.signal,
    );
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

  /** The watching caller with the fewest requests, so that nobody is slowed down by what others watch. */
  function leastBusy(): string | undefined {
    const [first, ...others] = new Set([...audiences].map(({ caller }) => caller));
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
    return pace.leastIntervalMs(payer);
  }

  /** The first look is what a person waits for; the others can wait for their turn. */
  function poll(signal: AbortSignal): Promise<RequestStatus> {
    look = createSharers();
    for (const audience of audiences) joinLook(audience);
    const isUrgent = !fresh && [...audiences].some(({ priority }) => priority === 'interactive');
    if (!isUrgent) pace.spent();
    return options.poll({ priority: isUrgent ? 'interactive' : 'poll', sharers: look, signal });
  }

  function joinLook({ caller, priority }: Audience): void {
    look?.join({ caller, priority: fresh ? 'poll' : priority });
  }

  function onStatus(status: RequestStatus): void {
    // Published before it is told here: the end of the request closes the channel.
    if (mine && observe(progress, status) === 'changed') publish(status);
    learn(status, 'present');
  }

  function close(error?: unknown): Promise<void> {
    if (closed !== undefined) return closed;
    stopPolling();
    cancelBeat();
    closed = channel.close();
    options.onClose();
    for (const audience of audiences) audience.end(error);
    audiences.clear();
    return closed;
  }

  void beat();
  return {
    join(audience) {
      audiences.add(audience);
      // The first look was refused to others, and would only be repeated when they were told to come back.
      if (!fresh && look?.isRefused === true && !look.has(audience.caller)) restartPolling();
      else joinLook(audience);
      if (fresh && progress.kind !== 'unseen') audience.status(progress.status);
    },
    leave(audience) {
      audiences.delete(audience);
      if (audiences.size === 0) void close();
    },
    close,
  };
}
