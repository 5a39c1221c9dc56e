import type { RequestStatus } from '../crm/request-status.js';

/** What another replica tells of a request. */
export type WatchNews =
  | { readonly kind: 'status'; readonly status: RequestStatus }
  /** Its poller has stopped in good order: somebody else may begin at once. */
  | { readonly kind: 'released' };

export interface Hold {
  /** Whether the lease is this replica's: then it polls, and the others listen. */
  readonly mine: boolean;
  /** The last status that a holder published; `null` where there is none. */
  readonly stored: RequestStatus | null;
  /** Whether the request was announced as a deletion, which takes its time. */
  readonly isDeletion: boolean;
}

/** One request as the replicas share it, from the first subscriber here to the last. */
export interface WatchChannel {
  /**
   * Takes the lease, or renews it.
   *
   * @throws where the backend is away: then this replica polls for itself
   */
  hold(): Promise<Hold>;
  /** Stores the status and tells the others; only the holder's word counts. Rejects where the backend is away. */
  publish(status: RequestStatus): Promise<void>;
  /** Stops listening, and gives the lease back. Never rejects. */
  close(): Promise<void>;
}

/** What the replicas share: leases, last states and the fan-out of changes. */
export interface WatchBackend {
  /** How often `hold` must be called; `null` where nobody else can take the lease. */
  readonly heartbeatMs: number | null;
  open(key: string, onNews: (news: WatchNews) => void): WatchChannel;
  /** Rejects where the backend is away. */
  announceDeletion(key: string): Promise<void>;
  close(): Promise<void>;
}

/** A thousand deletions are more than a company makes; the oldest are forgotten first. */
const MOST_DELETIONS = 1_000;

/** One process that shares with nobody. */
export function createMemoryBackend(): WatchBackend {
  const deletions = new Set<string>();
  return {
    heartbeatMs: null,
    open: (key) => ({
      hold: async () => ({ mine: true, stored: null, isDeletion: deletions.has(key) }),
      publish: async () => {},
      close: async () => {},
    }),
    async announceDeletion(key) {
      deletions.add(key);
      for (const oldest of deletions) {
        if (deletions.size <= MOST_DELETIONS) break;
        deletions.delete(oldest);
      }
    },
    close: async () => {},
  };
}
