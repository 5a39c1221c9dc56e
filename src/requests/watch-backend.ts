import { LRUCache } from 'lru-cache';
import type { RequestStatus } from '../crm/request-status.js';

/** What another replica publishes about a request. */
export type WatchNews =
  | { readonly kind: 'status'; readonly status: RequestStatus }
  /** The poller has released the lease, which another replica may acquire at once. */
  | { readonly kind: 'released' }
  /** Someone on another replica is waiting. */
  | { readonly kind: 'wanted' };

export interface Hold {
  /** Whether this replica holds the lease. The holder polls, the others listen. */
  readonly mine: boolean;
  /** The last status that a holder published. */
  readonly stored: RequestStatus | null;
  /** Whether the request was announced as a deletion, which is polled less often. */
  readonly isDeletion: boolean;
}

/** One request as the replicas share it, while this one has subscribers. */
export interface WatchChannel {
  /**
   * Acquires the lease, or renews it.
   *
   * @throws if the backend is unavailable: this replica then polls on its own
   */
  hold(): Promise<Hold>;
  /** Stores and publishes the status if this replica holds the lease. Rejects if the backend is unavailable. */
  publish(status: RequestStatus): Promise<void>;
  /** Tells the poller that someone is waiting here. Rejects if the backend is unavailable. */
  want(): Promise<void>;
  /** Stops listening and releases the lease. Never rejects. */
  close(): Promise<void>;
}

/** What the replicas share: leases, latest states and publish/subscribe. */
export interface WatchBackend {
  /** How often `hold` must be called; `null` if there are no other replicas. */
  readonly heartbeatMs: number | null;
  open(key: string, onNews: (news: WatchNews) => void): WatchChannel;
  /** Rejects if the backend is unavailable. */
  announceDeletion(key: string): Promise<void>;
  close(): Promise<void>;
}

/** More deletions than a company has in progress. */
const MAX_DELETIONS = 1_000;

/** For a single process. */
export function createMemoryBackend(): WatchBackend {
  const deletions = new LRUCache<string, true>({ max: MAX_DELETIONS });
  return {
    heartbeatMs: null,
    open: (key) => ({
      hold: async () => ({ mine: true, stored: null, isDeletion: deletions.has(key) }),
      publish: async () => {},
      want: async () => {},
      close: async () => {},
    }),
    async announceDeletion(key) {
      deletions.set(key, true);
    },
    close: async () => {},
  };
}
