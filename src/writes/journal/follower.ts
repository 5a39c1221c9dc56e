import { GatewayError } from '../../errors.js';
import type { Log } from '../../log.js';
import type { RequestWatcher, WatchEvent } from '../../requests/watcher.js';
import { createRounds } from '../../rounds.js';
import { keysUnder, type Store } from '../../store/store.js';
import { timeOf } from '../../store/time-keys.js';
import type { Webhooks } from '../../webhooks/webhooks.js';
import { unpack } from './entry.js';
import type { OwnedJournal } from './journal.js';
import { journalKeys } from './keys.js';
import type { JournalSettings } from './settings.js';

export interface FollowerDeps {
  /** See `JournalDeps`. */
  readonly store: Store;
  readonly scope: string;
  readonly journal: Pick<OwnedJournal, 'lose'>;
  readonly requests: Pick<RequestWatcher, 'follow'>;
  readonly webhooks: Pick<Webhooks, 'tellsOperator'>;
  /** Whether more than half of the day's calls are spent. Then only that is followed of which someone is to be told. */
  readonly isScarce: () => boolean;
  readonly logger: Pick<Log, 'warn'>;
  /** Default: the system's clock. */
  readonly now?: () => number;
}

/** Follows the journal's requests to their end, also those of other replicas and of earlier processes. */
export interface Follower {
  start(): void;
  close(): Promise<void>;
}

/** How many requests are followed at once: the newest. */
const MOST_FOLLOWED = 100;
/** After an error, or an end that could not be stored. */
const REST_MS = 60_000;
/** Twice as long as Gong may take (reference, section 6). */
const MAX_AGE_MS = 48 * 3_600_000;
/** For requests that get too old, or wait for a day with more calls. */
const LOOK_MS = 600_000;

const UNKNOWN = 'Gong does not know the request.';
const TOO_OLD = 'Gong has not finished the request within two days.';

export function createFollower(
  { followMinMs }: Pick<JournalSettings, 'followMinMs'>,
  deps: FollowerDeps,
): Follower {
  const { store, scope, journal, requests, webhooks, isScarce, logger, now = Date.now } = deps;
  const keys = journalKeys(scope);
  const followed = new Map<string, AsyncIterableIterator<WatchEvent>>();
  /** When an entry may be followed again. */
  const resting = new Map<string, number>();
  let stopListening: (() => void) | undefined;
  let closed = false;

  const rounds = createRounds(() =>
    update().catch((error: unknown) => {
      logger.warn({ err: error }, 'cannot tell which requests to follow');
      return REST_MS;
    }),
  );

  /** Follows what is to be followed now, and nothing else. Returns when to look again. */
  async function update(): Promise<number | null> {
    const listed = await store.list({ ...keysUnder(keys.open), limit: MOST_FOLLOWED, reverse: true });
    const ids = listed.map(([key]) => key.slice(keys.open.length));
    for (const [id, events] of followed) if (!ids.includes(id)) void events.return?.();
    for (const id of resting.keys()) if (!ids.includes(id)) resting.delete(id);

    let nextMs = LOOK_MS;
    const due: string[] = [];
    for (const id of ids) {
      if (now() - timeOf(id) > MAX_AGE_MS) await journal.lose(id, TOO_OLD);
      else if (!followed.has(id)) {
        // Gong has hardly ever finished a request by then.
        const waitMs = (resting.get(id) ?? timeOf(id) + followMinMs) - now();
        if (waitMs <= 0) due.push(id);
        else nextMs = Math.min(nextMs, waitMs);
      }
    }
    await follow(due);
    return ids.length === 0 ? null : nextMs;
  }

  async function follow(ids: readonly string[]): Promise<void> {
    const entries = await store.read(ids.map(keys.entry));
    for (const [index, id] of ids.entries()) {
      const stored = entries[index];
      const entry = stored == null ? null : unpack(id, stored.value);
      if (entry?.integrationId == null || entry.clientRequestId === null) {
        await journal.lose(id, UNKNOWN);
      } else if (isScarce() && entry.notify.length === 0 && !webhooks.tellsOperator) {
        resting.set(id, now() + LOOK_MS);
      } else if (!closed) {
        const events = requests.follow(entry.integrationId, entry.clientRequestId, followMinMs);
        followed.set(id, events);
        void untilEnd(id, events);
      }
    }
  }

  /** Never rejects. The journal takes note of each status when Gong answers it. */
  async function untilEnd(id: string, events: AsyncIterable<WatchEvent>): Promise<void> {
    try {
      for await (const event of events) {
        if (event.kind !== 'lost') continue;
        const { error } = event;
        if (error instanceof GatewayError && error.code === 'NOT_FOUND') await journal.lose(id, UNKNOWN);
      }
    } catch (error) {
      logger.warn({ err: error }, 'a request is followed again later');
    }
    followed.delete(id);
    resting.set(id, now() + REST_MS);
    rounds.begin();
  }

  return {
    start() {
      stopListening ??= store.onAnnounced(keys.topic, rounds.begin);
      rounds.begin();
    },
    async close() {
      closed = true;
      stopListening?.();
      await rounds.close();
      await Promise.all([...followed.values()].map((events) => events.return?.()));
    },
  };
}
