import type { CallPriority } from './ledger.js';

/** A caller who waits for a call that others may be waiting for too. */
export interface Sharer {
  /** `undefined`: the gateway itself. */
  readonly caller: string | undefined;
  /** Default: the call's own. */
  readonly priority?: CallPriority;
}

/**
 * The callers who wait for the same call. The call is queued once for each of them and starts at whichever turn comes
 * first, so that nobody is stuck behind the backlog of whoever happened to ask first.
 */
export interface Sharers {
  /** May be called while the call waits. Has no effect once it has started, or for a caller who has joined already. */
  join(sharer: Sharer): void;
  has(caller: string | undefined): boolean;
  all(): readonly Sharer[];
  /** Calls back for everyone who joins from now on. Returns a function that stops this. */
  follow(onJoin: (sharer: Sharer) => void): () => void;
  /**
   * Set by the budget when it has refused the call to everyone who had joined. The error may still be on its way: it must
   * not be passed to anyone who joins now.
   */
  isRefused: boolean;
}

export function createSharers(...first: readonly Sharer[]): Sharers {
  const sharers = new Map<string, Sharer>();
  const callers = new Set<string | undefined>();
  const followers = new Set<(sharer: Sharer) => void>();

  function join(sharer: Sharer): void {
    const key = `${sharer.priority ?? ''} ${sharer.caller ?? ''}`;
    if (sharers.has(key)) return;
    sharers.set(key, sharer);
    callers.add(sharer.caller);
    for (const follower of followers) follower(sharer);
  }

  first.forEach(join);
  return {
    join,
    has: (caller) => callers.has(caller),
    all: () => [...sharers.values()],
    follow(onJoin) {
      followers.add(onJoin);
      return () => void followers.delete(onJoin);
    },
    isRefused: false,
  };
}
